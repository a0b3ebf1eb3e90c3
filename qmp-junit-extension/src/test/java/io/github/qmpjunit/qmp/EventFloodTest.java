package io.github.qmpjunit.qmp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.qmpjunit.internal.ClientView;
import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.json.Json;
import io.github.qmpjunit.qmp.scripted.ScriptedQmpServer;
import io.github.qmpjunit.qmp.transport.PeerCredentials;
import io.github.qmpjunit.qmp.wire.Transport;
import java.io.FileDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A guest decides how many events there are; and no wait outlives the reader, whatever ends it. */
class EventFloodTest {

    private static final Duration VERY_LONG = Duration.ofMinutes(10);

    @Test
    void the_built_in_history_is_bounded_by_bytes_and_says_what_it_has_dropped() {
        EventRouter router = new EventRouter(QmpClient.builder().build());
        router.start();
        router.all().keepAtMostBytes(100_000);
        for (int i = 0; i < 1000; i++) {
            router.dispatch(
                    Json.MAPPER.valueToTree(Map.of("event", "E" + i, "data", Map.of("text", "x".repeat(1000)))), 0);
        }

        List<QmpEvent> history = router.all().history();

        assertThat(history).hasSizeBetween(50, 99);
        assertThat(history.get(history.size() - 1).name()).isEqualTo("E999");
        assertThat(router.all().pending()).isEqualTo(history);
        assertThat(router.all().forgotten()).isEqualTo(1000 - history.size());
        assertThat(router.all().dropped()).isEqualTo(1000 - history.size());
        assertThatThrownBy(() -> router.all().next(EventMatcher.event("E0"), Duration.ZERO))
                .hasMessageContaining("the listener has heard %s events and dropped %s before"
                        .formatted(history.size(), 1000 - history.size()));
    }

    @Test
    void one_event_beyond_the_bound_is_kept_all_the_same() {
        EventRouter router = new EventRouter(QmpClient.builder().build());
        router.start();
        router.all().keepAtMostBytes(10);
        router.dispatch(Json.MAPPER.valueToTree(Map.of("event", "LARGE")), 0);

        assertThat(router.all().pending()).hasSize(1);
    }

    @Test
    void the_assertions_view_has_the_bound_of_the_built_in_one() {
        try (ScriptedQmpServer server = ScriptedQmpServer.start();
                QmpClient qmp = QmpClient.builder().keepEvents(2).connect(server.address())) {
            server.whenExecuted("x").replies();
            ClientView.of(qmp).assertionEvents(QmpEventListener.class);
            for (String name : List.of("A", "B", "C")) {
                server.sendEvent(name);
            }
            qmp.execute("x");

            assertThat(ClientView.of(qmp)
                            .assertionEvents(QmpEventListener.class)
                            .history())
                    .hasSize(2);
            assertThat(ClientView.of(qmp)
                            .assertionEvents(QmpEventListener.class)
                            .forgotten())
                    .isEqualTo(1);
            assertThat(qmp.events().history()).hasSize(2);
        }
        assertThatThrownBy(() -> QmpClient.builder().keepEvents(0)).isInstanceOf(IllegalArgumentException.class);
    }

    /** Half a million events, whose trees take 500 MB, in a heap of 48 MB. */
    @Test
    void a_flood_does_not_end_the_connection(@TempDir Path directory) throws Exception {
        assertThat(flood(directory, "built-in")).contains("heard the last one");
    }

    @Test
    void a_listener_whose_events_nobody_takes_stops_and_says_so(@TempDir Path directory) throws Exception {
        assertThat(flood(directory, "listener"))
                .contains("heard the last one")
                .contains("This listener (any event) has stopped, and has missed")
                .contains("fill a quarter of the heap. Take them, narrow its filter, or bound it with keepAtMost(...)")
                .contains("future: io.github.qmpjunit.qmp.QmpListenerException");
    }

    @Test
    void a_callback_that_is_too_slow_stops_and_says_so(@TempDir Path directory) throws Exception {
        assertThat(flood(directory, "callback"))
                .contains("heard the last one")
                .contains("The callback for any event is too slow")
                .contains("It has missed JOB_STATUS_CHANGE");
    }

    private static String flood(Path directory, String mode) throws Exception {
        Process flooded = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx48m",
                        "-Djava.io.tmpdir=" + directory,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Flooded.class.getName(),
                        mode)
                .redirectErrorStream(true)
                .start();
        String said = new String(flooded.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(flooded.waitFor()).as(said).isZero();
        return said;
    }

    /** The main class of a JVM with a small heap. */
    static final class Flooded {

        private Flooded() {}

        public static void main(String[] args) {
            StringBuilder batch = new StringBuilder();
            for (int i = 0; i < 1000; i++) {
                batch.append(
                        "{\"event\":\"JOB_STATUS_CHANGE\",\"data\":{\"id\":\"j\",\"status\":\"x\"},\"timestamp\":{\"seconds\":1,\"microseconds\":2}}\n");
            }
            byte[] events = batch.toString().getBytes(StandardCharsets.UTF_8);
            InputStream flood = new InputStream() {
                private int batches;
                private int at;

                @Override
                public int read() {
                    throw new UnsupportedOperationException();
                }

                @Override
                public int read(byte[] buffer, int offset, int length) {
                    if (batches == 500) {
                        byte[] last = "{\"event\":\"LAST\"}\n".getBytes(StandardCharsets.UTF_8);
                        batches++;
                        System.arraycopy(last, 0, buffer, offset, last.length);
                        return last.length;
                    }
                    if (batches > 500) {
                        return -1;
                    }
                    int count = Math.min(length, events.length - at);
                    System.arraycopy(events, at, buffer, offset, count);
                    at = (at + count) % events.length;
                    batches += at == 0 ? 1 : 0;
                    return count;
                }
            };
            QmpClient qmp = QmpClient.builder().expectGreeting(false).build();
            QmpEventListener listener = new QmpEventListener();
            CountDownLatch over = new CountDownLatch(1);
            if (args[0].equals("listener")) {
                qmp.register(listener);
            }
            if (args[0].equals("callback")) {
                qmp.onEvent(EventMatcher.anyEvent(), event -> awaitThe(over));
            }
            CompletableFuture<QmpEvent> future = listener.nextAsync(EventMatcher.event("NEVER"), VERY_LONG);
            qmp.open(new Peer(flood), "flood", VERY_LONG);
            qmp.events().next(EventMatcher.event("LAST"), VERY_LONG);
            System.out.println(catchThrowable(() -> listener.next(EventMatcher.event("LAST"), VERY_LONG)));
            System.out.println("future: "
                    + catchThrowable(() -> future.get(1, TimeUnit.MINUTES)).getCause());
            over.countDown();
            System.out.println(catchThrowable(qmp::close));
            System.out.println("heard the last one, and forgot " + qmp.events().forgotten());
            System.exit(0);
        }
    }

    private static void awaitThe(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void whoever_waits_learns_at_once_that_the_heap_is_full() throws InterruptedException {
        CountDownLatch waiting = new CountDownLatch(1);
        QmpClient qmp = QmpClient.builder().expectGreeting(false).build();
        qmp.open(new Peer(new Dying(waiting)), "peer", VERY_LONG);
        CompletableFuture<?> reply = qmp.executeAsync(QmpCommand.of("x").withTimeout(VERY_LONG));
        waiting.countDown();

        assertThat(catchThrowable(() -> qmp.events().next(VERY_LONG)))
                .isInstanceOf(QmpDisconnectedException.class)
                .hasMessageContaining("ran out of memory")
                .hasMessageContaining("-Xmx");
        assertThatThrownBy(() -> reply.get(1, TimeUnit.MINUTES)).hasStackTraceContaining("ran out of memory");
        assertThat(qmp.state()).isEqualTo(QmpState.DISCONNECTING);
    }

    /** As if there were no memory left, not even for the words. */
    @Test
    void whoever_waits_learns_it_even_if_the_reader_cannot_tell_anything() {
        CountDownLatch waiting = new CountDownLatch(1);
        QmpClient qmp = QmpClient.builder()
                .expectGreeting(false)
                .peer(clueless(new OutOfMemoryError("not even for the words")))
                .build();
        qmp.open(new Peer(new Dying(waiting, new IOException("broken"))), "peer", VERY_LONG);
        waiting.countDown();

        assertThat(catchThrowable(() -> qmp.events().next(VERY_LONG))).hasMessageContaining("ran out of memory");
        assertThat(catchThrowable(() -> qmp.execute("x"))).hasMessageContaining("ran out of memory");
        assertThat(qmp.state()).isEqualTo(QmpState.DISCONNECTING);
    }

    @Test
    void a_defect_of_those_who_are_asked_why_it_ended_leaves_nobody_waiting() {
        CountDownLatch waiting = new CountDownLatch(1);
        QmpClient qmp = QmpClient.builder()
                .expectGreeting(false)
                .peer(clueless(new IllegalStateException("who knows")))
                .build();
        qmp.open(new Peer(new Dying(waiting, new IOException("broken"))), "peer", VERY_LONG);
        waiting.countDown();

        assertThat(catchThrowable(() -> qmp.events().next(VERY_LONG)))
                .isInstanceOf(QmpDisconnectedException.class)
                .hasMessageContaining("who knows");
    }

    @Test
    void a_slot_that_nobody_could_fill_sees_the_end_by_itself() {
        QmpException end = new QmpException("no memory", null);
        PendingReply slot = new PendingReply("x", PendingReply.Kind.IN_TURN);

        assertThat(catchThrowable(() -> slot.await(Deadline.in(VERY_LONG), () -> end)))
                .isInstanceOf(QmpDisconnectedException.class)
                .hasCause(end);
    }

    private static QmpPeer clueless(Throwable failure) {
        return new QmpPeer() {
            @Override
            public String diagnose() {
                if (failure instanceof Error error) {
                    throw error;
                }
                throw (RuntimeException) failure;
            }
        };
    }

    /** Dies when it is told to. */
    private static final class Dying extends InputStream {

        private final CountDownLatch until;
        private final Throwable of;

        Dying(CountDownLatch until) {
            this(until, new OutOfMemoryError("Java heap space"));
        }

        Dying(CountDownLatch until, Throwable of) {
            this.until = until;
            this.of = of;
        }

        @Override
        public int read() throws IOException {
            try {
                until.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            if (of instanceof IOException broken) {
                throw broken;
            }
            throw (Error) of;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            return read();
        }
    }

    /** A peer of which only the input matters. */
    private record Peer(InputStream input) implements Transport, Transport.Source {

        @Override
        public Transport open() {
            return this;
        }

        @Override
        public void cancel() {}

        @Override
        public void write(byte[] bytes, List<FileDescriptor> fds) {}

        @Override
        public void endOutput() {}

        @Override
        public int surelyBuffered() {
            return 4096;
        }

        @Override
        public boolean carriesFds() {
            return false;
        }

        @Override
        public Optional<PeerCredentials> peer() {
            return Optional.empty();
        }

        @Override
        public void close() {}
    }
}
