package io.github.qmpjunit.qmp;

import io.github.qmpjunit.json.Json;
import io.github.qmpjunit.qmp.transport.PeerCredentials;
import io.github.qmpjunit.qmp.wire.Transport;
import java.io.FileDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import tools.jackson.databind.JsonNode;

/** A peer inside the JVM that answers each command with a text of the test's choice, and CommandNotFound if it has none. */
final class FakePeer implements Transport.Source {

    static final String SILENCE = "";
    static final String HANGS_UP = "hangs up";

    private final String version;
    private final Map<String, String> replies = new ConcurrentHashMap<>(Map.of("qmp_capabilities", "\"return\": {}"));
    private final List<String> commands = new CopyOnWriteArrayList<>();

    FakePeer(String version) {
        this.version = version;
    }

    /** Answer a command; {@code reply} is the reply without braces and id. */
    FakePeer answering(String command, String reply) {
        replies.put(command, reply);
        return this;
    }

    /** Return how often a command came. */
    long count(String command) {
        return commands.stream().filter(command::equals).count();
    }

    @Override
    public Transport open() {
        return new Connection();
    }

    @Override
    public void cancel() {}

    private final class Connection extends InputStream implements Transport {

        private static final int END = -1;

        private final LinkedBlockingQueue<Integer> bytes = new LinkedBlockingQueue<>();

        Connection() {
            String[] numbers = version.split("\\.");
            say(
                    "{\"QMP\": {\"version\": {\"qemu\": {\"major\": %s, \"minor\": %s, \"micro\": 0}, \"package\": \"\"}, \"capabilities\": [\"oob\"]}}"
                            .formatted(numbers[0], numbers[1]));
        }

        private void say(String text) {
            for (byte each : (text + "\n").getBytes(StandardCharsets.UTF_8)) {
                bytes.add(each & 0xff);
            }
        }

        @Override
        public InputStream input() {
            return this;
        }

        @Override
        public int read() throws IOException {
            try {
                int next = bytes.take();
                if (next == END) {
                    bytes.add(END);
                }
                return next;
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }

        /** As a socket: what there is, rather than as much as fits. */
        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int first = read();
            if (first == END || length == 0) {
                return first == END ? END : 0;
            }
            target[offset] = (byte) first;
            int count = 1;
            for (Integer next = bytes.peek(); count < length && next != null && next != END; next = bytes.peek()) {
                target[offset + count++] = (byte) read();
            }
            return count;
        }

        @Override
        public void write(byte[] line, List<FileDescriptor> fds) {
            JsonNode message = Json.MAPPER.readTree(line);
            String command = message.path(message.has("exec-oob") ? "exec-oob" : "execute")
                    .asString();
            commands.add(command);
            String reply = replies.getOrDefault(
                    command, "\"error\": {\"class\": \"CommandNotFound\", \"desc\": \"no %s\"}".formatted(command));
            if (reply.equals(HANGS_UP)) {
                close();
            } else if (!reply.equals(SILENCE)) {
                say("{%s, \"id\": %s}".formatted(reply, message.path("id")));
            }
        }

        @Override
        public void endOutput() {}

        @Override
        public int surelyBuffered() {
            return Integer.MAX_VALUE;
        }

        @Override
        public boolean carriesFds() {
            return true;
        }

        @Override
        public Optional<PeerCredentials> peer() {
            return Optional.empty();
        }

        @Override
        public void close() {
            bytes.add(END);
        }
    }
}
