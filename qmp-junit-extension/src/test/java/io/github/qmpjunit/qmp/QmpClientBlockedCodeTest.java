package io.github.qmpjunit.qmp;

import static io.github.qmpjunit.qmp.EventMatcher.event;
import static io.github.qmpjunit.qmp.QmpEvents.STOP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.qmpjunit.internal.ClientView;
import io.github.qmpjunit.qmp.scripted.ScriptedQmpServer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** A user's code that blocks or fails where the client calls it: the client goes on, and the test learns of it. */
class QmpClientBlockedCodeTest {

    private static final Duration SOON = Duration.ofSeconds(10);
    private static final Duration BRIEFLY = Duration.ofMillis(50);

    private final CountDownLatch never = new CountDownLatch(1);
    private ScriptedQmpServer server;
    private QmpClient qmp;

    @BeforeEach
    void connect() {
        server = ScriptedQmpServer.start();
        server.whenExecuted("query-name").replies();
        server.whenExecuted("silent").staysSilent();
        server.whenExecuted("held").staysSilent();
        qmp = QmpClient.connect(server.address());
    }

    @AfterEach
    void end() {
        never.countDown();
        qmp.close();
        server.close();
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(10, TimeUnit.SECONDS);
    }

    /** Return a client in place of the one that every test has: a server serves one at a time. */
    private QmpClient another(QmpClientBuilder settings) {
        qmp.close();
        return settings.connect(server.address());
    }

    private void block() {
        try {
            never.await(60, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static QmpCommand silent() {
        return QmpCommand.of("silent").withTimeout(BRIEFLY);
    }

    @Test
    void a_callback_may_wait_for_a_future_and_for_its_timeout() throws Exception {
        LinkedBlockingQueue<Object> seen = new LinkedBlockingQueue<>();
        qmp.onEvent(event(STOP), event -> {
            seen.add(qmp.executeAsync(QmpCommand.of("query-name")).join());
            seen.add(catchThrowable(() -> qmp.executeAsync(silent()).join()));
        });

        server.sendEvent("STOP");

        assertThat(seen.poll(10, TimeUnit.SECONDS)).hasToString("{}");
        assertThat((Throwable) seen.poll(10, TimeUnit.SECONDS))
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(QmpTimeoutException.class);
    }

    @Test
    void what_hangs_on_a_future_may_wait_for_the_next_one() throws Exception {
        CompletableFuture<JsonNode> chained = qmp.executeAsync(QmpCommand.of("query-name"))
                .thenApply(name -> qmp.executeAsync(QmpCommand.of("query-name")).join());

        assertThat(get(chained)).hasToString("{}");
    }

    @Test
    void code_that_blocks_holds_up_no_other_future_nor_its_timeout() throws Exception {
        qmp.onEvent(event(STOP), event -> block());
        server.sendEvent("STOP");
        qmp.executeAsync(QmpCommand.of("held")).thenRun(this::block);
        server.awaitCommand("held", SOON).reply(); // now that its continuation is there
        qmp.executeAsync(silent()).whenComplete((reply, failure) -> block()); // blocks where a timeout is told

        assertThat(get(qmp.executeAsync(QmpCommand.of("query-name")))).hasToString("{}");
        assertThatThrownBy(() -> get(qmp.executeAsync(silent())))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(QmpTimeoutException.class);
    }

    @Test
    void callbacks_and_futures_run_where_the_user_chooses() throws Exception {
        ExecutorService chosen = Executors.newSingleThreadExecutor(task -> new Thread(task, "chosen"));
        try (QmpClient other = another(QmpClient.builder().executor(chosen))) {
            LinkedBlockingQueue<String> threads = new LinkedBlockingQueue<>();
            other.onEvent(
                    event(STOP), event -> threads.add(Thread.currentThread().getName()));
            server.connection().sendEvent("STOP");
            assertThat(threads.poll(10, TimeUnit.SECONDS)).isEqualTo("chosen");

            CountDownLatch hung = new CountDownLatch(1);
            other.executeAsync(QmpCommand.of("held")).thenRun(() -> {
                threads.add(Thread.currentThread().getName());
                hung.countDown();
                block();
            });
            server.awaitCommand("held", SOON).reply(); // now that its continuation is there
            assertThat(hung.await(10, TimeUnit.SECONDS)).isTrue();

            assertThatThrownBy(() ->
                            get(other.executeAsync(QmpCommand.of("query-name").withTimeout(Duration.ofMillis(200)))))
                    .as("a timeout does not depend on the executor that is blocked")
                    .cause()
                    .isInstanceOf(QmpTimeoutException.class)
                    .hasMessageContaining("has arrived, but within 200 ms the executor of this client did not");
            assertThatThrownBy(() -> get(other.listen("NEVER").nextAsync(event("NEVER"), BRIEFLY)))
                    .hasCauseInstanceOf(QmpTimeoutException.class);
            never.countDown();
        } finally {
            chosen.shutdown();
        }
    }

    @Test
    void an_executor_that_takes_nothing_any_more_leaves_nobody_waiting() throws Exception {
        Executor refusing = action -> {
            throw new java.util.concurrent.RejectedExecutionException("shut down");
        };
        try (QmpClient other = another(QmpClient.builder().executor(refusing))) {
            assertThat(get(other.executeAsync(QmpCommand.of("query-name")))).hasToString("{}");
        }
    }

    @Test
    void closing_frees_whoever_waits_also_where_the_executor_is_blocked() throws Exception {
        ExecutorService chosen = Executors.newSingleThreadExecutor();
        QmpClient other = another(QmpClient.builder().executor(chosen));
        chosen.execute(this::block);
        CompletableFuture<JsonNode> reply = other.executeAsync(QmpCommand.of("silent"));
        CompletableFuture<QmpEvent> event = other.listen().nextAsync(event("NEVER"), SOON);

        other.close();

        assertThatThrownBy(() -> get(reply)).hasCauseInstanceOf(QmpDisconnectedException.class);
        assertThatThrownBy(() -> get(event)).hasCauseInstanceOf(QmpDisconnectedException.class);
        never.countDown();
        chosen.shutdown();
    }

    @Test
    void closing_frees_whoever_waits_also_where_a_filter_blocks_the_reader() throws Exception {
        QmpClient other = another(QmpClient.builder());
        CountDownLatch blocked = new CountDownLatch(1);
        other.listen(EventMatcher.anyEvent().where("blocks", event -> {
            blocked.countDown();
            block();
            return true;
        }));
        CompletableFuture<JsonNode> reply = other.executeAsync(QmpCommand.of("silent"));
        CompletableFuture<QmpEvent> event = other.events().nextAsync(event("NEVER"), Duration.ofMinutes(1));
        server.connection().sendEvent("STOP");
        assertThat(blocked.await(10, TimeUnit.SECONDS)).isTrue();

        other.close();

        assertThatThrownBy(() -> get(reply)).hasCauseInstanceOf(QmpDisconnectedException.class);
        assertThatThrownBy(() -> get(event)).hasCauseInstanceOf(QmpDisconnectedException.class);
        never.countDown();
    }

    @Test
    void a_filter_that_executes_or_waits_is_refused_at_once() {
        QmpEventListener other = qmp.listen();
        List<Runnable> forbidden = List.of(
                () -> qmp.execute("query-name"),
                () -> qmp.executeAsync(QmpCommand.of("query-name")),
                () -> qmp.executeRaw("{\"execute\": \"query-name\"}"),
                qmp::schema,
                () -> other.next(event("NEVER"), SOON),
                () -> other.arriving().forEach(event -> {}),
                () -> qmp.awaitState(QmpState.IDLE, SOON),
                () -> QmpClient.connect(server.address()));
        for (Runnable act : forbidden) {
            try (QmpEventListener listener = qmp.listen(EventMatcher.anyEvent().where("acts", event -> {
                act.run();
                return true;
            }))) {
                server.sendEvent("STOP");

                assertThatThrownBy(() -> listener.next(SOON))
                        .isInstanceOf(QmpListenerException.class)
                        .hasMessageContaining("this is thread \"qmp-reader-qmp\"")
                        .hasMessageContaining("use qmp.onEvent(...)");
            }
        }
        assertThat(qmp.execute("query-name")).hasToString("{}");
    }

    @Test
    void an_error_in_a_callback_is_thrown_by_close_and_an_exception_is_logged() {
        QmpClient other = another(QmpClient.builder());
        LinkedBlockingQueue<String> order = new LinkedBlockingQueue<>();
        other.onEvent(event(STOP), event -> {
            order.add(event.name());
            throw new IllegalStateException("which is logged");
        });
        other.onEvent(event(STOP), event -> {
            throw new AssertionError("expected something else");
        });
        server.connection().sendEvent("STOP");
        other.events().next(event(STOP), SOON);

        assertThatThrownBy(other::close)
                .isInstanceOf(AssertionError.class)
                .hasMessage("QMP client \"qmp\": a callback has thrown on STOP: expected something else")
                .satisfies(failure -> assertThat(failure.getSuppressed()).isEmpty());
        assertThat(order).containsExactly("STOP");
        other.close(); // once is enough
    }

    @Test
    void an_error_in_a_callbacks_filter_is_told_as_well_and_leaves_the_connection_healthy() {
        qmp.onEvent(
                event(STOP).where("fails", event -> {
                    throw new AssertionError("in the filter");
                }),
                event -> {});
        server.sendEvent("STOP");

        assertThat(qmp.execute("query-name")).hasToString("{}");
        assertThat(ClientView.of(qmp).takeCallbackFailure())
                .hasValueSatisfying(failure -> assertThat(failure)
                        .hasMessageContaining(
                                "the filter of a callback (STOP where fails) has thrown on STOP: in the filter"));
        assertThat(ClientView.of(qmp).takeCallbackFailure()).isEmpty();
    }

    @Test
    void a_matcher_that_blocks_delays_no_other_taker_and_no_reply() {
        QmpEventListener listener = qmp.listen();
        server.sendEvent("STOP");
        CountDownLatch entered = new CountDownLatch(1);
        EventMatcher blocking = event(STOP).where("blocks", event -> {
            entered.countDown();
            block();
            return true;
        });
        CompletableFuture<QmpEvent> late =
                CompletableFuture.supplyAsync(() -> listener.next(blocking, SOON), task -> new Thread(task).start());
        await(entered);

        server.sendEvent("RESUME");
        assertThat(qmp.execute("query-name").isObject()).isTrue();
        assertThat(listener.next(event("RESUME"), SOON).name()).isEqualTo("RESUME");
        assertThat(listener.pending()).extracting(QmpEvent::name).containsExactly("STOP");

        never.countDown();
        assertThat(late.join().name()).isEqualTo("STOP");
    }

    @Test
    void a_matcher_may_execute_commands_and_take_from_its_own_listener() {
        QmpEventListener listener = qmp.listen();
        server.sendEvent("STOP");
        server.sendEvent("RESUME");
        qmp.execute("query-name");

        QmpEvent found = listener.next(
                event("RESUME").where("looks around", event -> {
                    server.sendEvent("LATE");
                    return qmp.execute("query-name").isObject()
                            && listener.poll(event(STOP)).isPresent();
                }),
                SOON);

        assertThat(found.name()).isEqualTo("RESUME");
        assertThat(listener.pending()).extracting(QmpEvent::name).containsExactly("LATE");
    }

    @Test
    void an_event_that_another_takes_while_the_matcher_runs_is_not_taken_twice() {
        QmpEventListener listener = qmp.listen();
        server.sendEvent("STOP");
        qmp.execute("query-name");

        assertThat(listener.poll(event(STOP)
                        .where("another takes it", event -> listener.poll().isPresent())))
                .isEmpty();
    }

    @Test
    void the_matcher_of_a_future_that_fails_an_assertion_does_not_end_the_connection() throws Exception {
        QmpEventListener listener = qmp.listen();
        CompletableFuture<QmpEvent> bad = listener.nextAsync(
                event(STOP).where("fails", event -> {
                    throw new AssertionError("no");
                }),
                SOON);
        CompletableFuture<QmpEvent> good = listener.nextAsync(event(STOP), SOON);
        server.sendEvent("STOP");

        assertThatThrownBy(() -> get(bad)).hasCauseInstanceOf(QmpListenerException.class);
        assertThat(get(good).name()).isEqualTo("STOP");
        assertThat(qmp.execute("query-name").isObject()).isTrue();
    }

    @Test
    void an_event_that_is_put_back_goes_to_the_future_that_waits_for_it() throws Exception {
        QmpEventListener listener = qmp.listen();
        server.sendEvent("STOP");
        QmpEvent taken = listener.next(SOON);
        CompletableFuture<QmpEvent> waiting = listener.nextAsync(event(STOP), SOON);

        listener.putBack(taken);
        assertThat(get(waiting)).isSameAs(taken);
        assertThat(listener.isEmpty()).isTrue();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
