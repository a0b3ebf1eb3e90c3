package io.github.qmpjunit.qmp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.qmpjunit.qmp.transport.PeerCredentials;
import io.github.qmpjunit.qmp.wire.Transport;
import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whole sessions: whatever a server says, and in whichever order, each call of the client returns or throws one of its exceptions,
 * nobody waits beyond the end of the connection, and no message steers a terminal.
 *
 * <p>The bytes of an input choose what the server says: greetings, replies, errors and events as QEMU sends them, each of them
 * perhaps with some bytes changed, and rubbish. The build replays the inputs that are kept beside this class, and some random ones.
 * Jazzer itself runs in {@code scripts/check/fuzz} only, as for {@link MessageReaderFuzzTest}.
 */
class SessionFuzzTest {

    private static final Duration AT_MOST = Duration.ofSeconds(20);
    private static final Duration BRIEFLY = Duration.ofMillis(2);

    private static final List<String> SAYINGS = List.of(
            "{\"QMP\": {\"version\": {\"qemu\": {\"major\": 7, \"minor\": 2, \"micro\": 0}, \"package\": \"\"}, \"capabilities\": [\"oob\"]}}\n",
            "{\"return\": {}, \"id\": -1}\n",
            "{\"return\": {\"status\": \"running\"}, \"id\": -2}\n",
            "{\"id\": -3, \"error\": {\"class\": \"GenericError\", \"desc\": \"no \\u001b[31m\"}}\n",
            "{\"return\": [], \"id\": -4}\n",
            "{\"error\": {\"class\": \"GenericError\", \"desc\": \"\u009B2J\"}}\n",
            "{\"event\": \"JOB_STATUS_CHANGE\", \"data\": {\"id\": \"j\", \"status\": \"concluded\"}, \"timestamp\": {\"seconds\": 1, \"microseconds\": 2}}\n",
            "{\"event\": \"STOP\"}\n",
            "{\"event\": \"\\u001b]0;x\\u0007\u202E\", \"data\": {\"\u009B\": 1e400}}\n",
            "{\"event\": \"SHUTDOWN\", \"data\": null, \"timestamp\": {\"seconds\": 1e30, \"microseconds\": \"x\"}}\n",
            "{\"return\": 1, \"id\": \"x\"}\n",
            "[{}]\n");

    @FuzzTest
    void whatever_a_server_says(byte[] input) throws Exception {
        assertOrderly(input);
    }

    @ParameterizedTest
    @MethodSource("inputs")
    void the_inputs_that_are_kept(Path input) throws Exception {
        assertOrderly(Files.readAllBytes(input));
    }

    static List<Path> inputs() throws IOException, URISyntaxException {
        URL directory =
                requireNonNull(SessionFuzzTest.class.getResource("SessionFuzzTestInputs/whatever_a_server_says"));
        try (Stream<Path> files = Files.list(Path.of(directory.toURI()))) {
            return files.sorted().toList();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void some_random_ones(int seed) throws Exception {
        Random random = new Random(seed);
        for (int i = 0; i < 50; i++) {
            byte[] input = new byte[1 + random.nextInt(60)];
            random.nextBytes(input);
            assertOrderly(input);
        }
    }

    /** Return what the server says, in parts: each follows a command, or silence. */
    private static List<byte[]> partsOf(byte[] input) {
        List<byte[]> parts = new ArrayList<>();
        ByteArrayOutputStream part = new ByteArrayOutputStream();
        for (int i = 0; i < input.length; i++) {
            int choice = input[i] & 0xFF;
            if (choice >= 0xC0) {
                parts.add(part.toByteArray());
                part.reset();
            } else if (choice >= 0x80 && i + 1 < input.length) {
                part.write(input[++i]);
            } else {
                byte[] saying = SAYINGS.get(choice % SAYINGS.size()).getBytes(UTF_8);
                if (choice >= 0x60 && i + 2 < input.length) {
                    saying[(input[i + 1] & 0xFF) % saying.length] = input[i + 2];
                    i += 2;
                }
                part.writeBytes(saying);
            }
        }
        parts.add(part.toByteArray());
        return parts;
    }

    private static void assertOrderly(byte[] input) throws Exception {
        QmpClient qmp = QmpClient.builder()
                .name("fuzzed")
                .timeout(AT_MOST)
                .limits(QmpLimits.defaults().withMessageBytes(5000))
                .transcript(QmpTranscript.inMemory())
                .build();
        try (QmpEventListener stops = qmp.listen("STOP")) {
            calls(() -> qmp.open(new Server(partsOf(input)), "a server", AT_MOST));
            calls(() -> qmp.execute("query-status"));
            CompletableFuture<?> later = async(qmp);
            calls(() -> qmp.execute("query-block", Map.of("x", "y"), Map.class));
            calls(() -> stops.next(BRIEFLY));
            calls(() ->
                    qmp.events().next(EventMatcher.event("JOB_STATUS_CHANGE").withData("status", "x"), BRIEFLY));
            qmp.events().history().forEach(event -> {
                assertFit(event.toString());
                assertThat(event.timestamp()).isNotNull();
            });
            if (later != null) {
                calls(() -> await(later));
            }
            qmp.observed().jobs();
        } finally {
            calls(qmp::close);
        }
        assertThat(qmp.state()).isEqualTo(QmpState.IDLE);
    }

    private static CompletableFuture<?> async(QmpClient qmp) {
        try {
            return qmp.executeAsync(QmpCommand.of("query-jobs"));
        } catch (QmpException e) {
            return CompletableFuture.completedFuture(null);
        }
    }

    private static void await(CompletableFuture<?> later) {
        try {
            later.get(2 * AT_MOST.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof QmpException expected) {
                throw expected;
            }
            throw new AssertionError(e);
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    private static void calls(Runnable call) {
        try {
            call.run();
        } catch (QmpException e) { // any other exception is a defect
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                assertFit(cause.toString());
                if (cause instanceof QmpTimeoutException waited) {
                    assertThat(waited.timeout())
                            .as("nobody waits for a server that has gone")
                            .isEqualTo(BRIEFLY);
                }
            }
        }
    }

    private static void assertFit(String text) {
        assertThat(text).hasSizeLessThan(70_000);
        assertThat(text.codePoints().filter(next -> next != '\n' && next != '\t'))
                .as(text)
                .noneMatch(next -> Character.isISOControl(next) || next == 0x202E);
    }

    /** Says one part after each command, and what is left when no command comes any more. */
    private static final class Server extends InputStream implements Transport, Transport.Source {

        private static final long SILENCE_MILLIS = 5;

        private final List<byte[]> parts;
        private int part;
        private int at;
        private int commands;
        private boolean closed;

        Server(List<byte[]> parts) {
            this.parts = parts;
        }

        @Override
        public synchronized int read(byte[] buffer, int offset, int length) throws IOException {
            while (part < parts.size() && at == parts.get(part).length) {
                part++;
                at = 0;
                awaitCommand();
            }
            if (closed || part >= parts.size()) {
                return -1;
            }
            int count = Math.min(length, Math.min(7, parts.get(part).length - at));
            System.arraycopy(parts.get(part), at, buffer, offset, count);
            at += count;
            return count;
        }

        @SuppressWarnings("WaitNotInLoop") // a silence that is too short is a different silence, which is as good
        private void awaitCommand() {
            try {
                if (commands < part && !closed) {
                    wait(SILENCE_MILLIS);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public int read() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Transport open() {
            return this;
        }

        @Override
        public void cancel() {}

        @Override
        public InputStream input() {
            return this;
        }

        @Override
        public synchronized void write(byte[] bytes, List<FileDescriptor> fds) throws IOException {
            if (closed) {
                throw new IOException("closed");
            }
            commands++;
            notifyAll();
        }

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
        public synchronized void close() {
            closed = true;
            notifyAll();
        }
    }
}
