package io.github.qmpjunit.qmp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.internal.Timer;
import io.github.qmpjunit.qmp.scripted.ScriptedQmpServer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who waits is told the end of the connection, and not that time is up: while the reader still asks why, and without memory. */
class EndOfWaitsTest {

    private static final Duration VERY_LONG = Duration.ofMinutes(10);

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch known = new CountDownLatch(1);
    private ScriptedQmpServer server;

    /** As a machine's owner does, who waits for its exit. */
    private final QmpPeer slow = new QmpPeer() {
        @Override
        public String diagnose() {
            asked.countDown();
            try {
                known.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return "it has crashed";
        }
    };

    @BeforeEach
    void start() {
        server = ScriptedQmpServer.start();
    }

    @AfterEach
    void stop() {
        known.countDown();
        server.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 200, 1000, 5000})
    void while_the_reader_asks_why_a_timeout_tells_the_end(long millis) throws Exception {
        Duration timeout = Duration.ofMillis(millis);
        server.whenExecuted("last").disconnects();
        QmpClient qmp = QmpClient.builder().peer(slow).connect(server.address());
        CompletableFuture<?> patient = qmp.executeAsync(QmpCommand.of("last").withTimeout(VERY_LONG));
        asked.await();

        assertThat(catchThrowable(() -> qmp.events().next(timeout)))
                .isInstanceOf(QmpDisconnectedException.class)
                .hasMessageContaining("No further event can arrive: the peer closed the connection");
        assertThat(catchThrowable(() -> qmp.execute(QmpCommand.of("x").withTimeout(timeout))))
                .isInstanceOf(QmpDisconnectedException.class);
        assertThatThrownBy(() ->
                        qmp.events().nextAsync(EventMatcher.anyEvent(), timeout).get(1, TimeUnit.MINUTES))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(QmpDisconnectedException.class);
        assertThatThrownBy(() -> qmp.executeAsync(QmpCommand.of("x").withTimeout(timeout))
                        .get(1, TimeUnit.MINUTES))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(QmpDisconnectedException.class);
        known.countDown();
        assertThatThrownBy(() -> patient.get(1, TimeUnit.MINUTES)).hasMessageContaining("it has crashed");
        qmp.close(); // the end has been told
    }

    /** As if there were no memory, or no thread, for a while. */
    private static final class Refusing implements Executor {

        private int left = 3;

        @Override
        public synchronized void execute(Runnable action) {
            if (left > 0) {
                left--;
                throw new OutOfMemoryError("unable to create native thread");
            }
            action.run();
        }
    }

    @Test
    void an_event_that_could_not_be_delivered_is_delivered_at_the_end() throws Exception {
        QmpClient qmp = QmpClient.builder().executor(new Refusing()).connect(server.address());
        CompletableFuture<QmpEvent> first = qmp.events().nextAsync(EventMatcher.event("E"), VERY_LONG);
        CompletableFuture<QmpEvent> second = qmp.events().nextAsync(EventMatcher.event("F"), VERY_LONG);

        server.sendEvent("E"); // the reader ends with that

        assertThat(first.get(1, TimeUnit.MINUTES).name()).isEqualTo("E");
        assertThatThrownBy(() -> second.get(1, TimeUnit.MINUTES)).hasMessageContaining("ran out of memory");
        assertThat(catchThrowable(qmp::close)).isNull();
    }

    @Test
    void a_reply_that_could_not_be_delivered_is_delivered_at_the_end() throws Exception {
        server.whenExecuted("x").replies(7);
        QmpClient qmp = QmpClient.builder().executor(new Refusing()).connect(server.address());

        CompletableFuture<?> reply = qmp.executeAsync(QmpCommand.of("x").withTimeout(VERY_LONG));

        assertThat(reply.get(1, TimeUnit.MINUTES)).hasToString("7");
        assertThat(catchThrowable(qmp::close)).hasMessageContaining("ran out of memory");
    }

    @Test
    void an_attempt_to_connect_that_runs_out_of_memory_ends() {
        CompletableFuture<QmpClient> connecting = QmpClient.builder().build().openingAsync(() -> {
            throw new OutOfMemoryError("Java heap space");
        });

        assertThatThrownBy(() -> connecting.get(1, TimeUnit.MINUTES)).hasCauseInstanceOf(OutOfMemoryError.class);
    }

    @Test
    void what_takes_too_long_ends_even_if_there_is_no_thread_at_first() throws InterruptedException {
        CountDownLatch tries = new CountDownLatch(3);

        Timer.at(Deadline.in(Duration.ZERO), () -> {
            tries.countDown();
            if (tries.getCount() > 0) {
                throw new OutOfMemoryError("unable to create native thread");
            }
        });

        assertThat(tries.await(1, TimeUnit.MINUTES)).isTrue();
    }
}
