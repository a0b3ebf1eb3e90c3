package io.github.qmpjunit.qmp.scripted;

import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.qmp.transport.QmpAddress;
import io.github.qmpjunit.qmp.transport.UnixAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;
import org.newsclub.net.unix.AFUNIXServerSocket;
import org.newsclub.net.unix.AFUNIXSocket;
import org.newsclub.net.unix.AFUNIXSocketAddress;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A QMP server that a test controls.
 *
 * <pre>{@code
 * try (ScriptedQmpServer server = ScriptedQmpServer.start()) {
 *     server.whenExecuted("query-status").replies(Map.of("status", "running"));
 *     server.whenExecuted("stop")
 *             .repliesWithError("GenericError", "not now")
 *             .does(command -> command.sendEvent("STOP").reply());
 *
 *     pause(server);
 *
 *     assertThat(server.received()).extracting(ReceivedCommand::name).contains("query-status", "stop", "stop");
 * }
 * }</pre>
 *
 * <p>By default it behaves as QEMU does: it greets, requires {@code qmp_capabilities} first, answers
 * a command without a script with {@code CommandNotFound}, and serves one client at a time.
 *
 * <p>It listens on a UNIX socket in its own directory, or connects to a listening client. One daemon thread serves the
 * clients and runs the scripts. All methods can be called from any thread, and scripts can be changed at any time.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public final class ScriptedQmpServer implements AutoCloseable {

    private static final Duration FAREWELL = Duration.ofSeconds(5);

    private final Builder settings;
    private final JsonNode greeting;
    private final @Nullable Replay replay;
    private final @Nullable SocketDirectory directory;
    private final @Nullable AFUNIXServerSocket listening;
    private final Thread thread;
    private final Map<String, CommandScript> scripts = new ConcurrentHashMap<>();

    /** Guards the fields below. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition changed = lock.newCondition();
    private final List<ReceivedCommand> received = new ArrayList<>();
    private final List<ReceivedCommand> notAwaited = new ArrayList<>();
    private final List<ScriptedConnection> connectionsNotAwaited = new ArrayList<>();
    private @Nullable ScriptedConnection current;
    private @Nullable ScriptException failure;
    private boolean closed;

    private ScriptedQmpServer(Builder settings) {
        this.settings = settings;
        this.greeting = greeting(settings);
        this.replay = settings.transcript == null ? null : Replay.of(settings.transcript, settings.leniently);
        AFUNIXSocket connected = null;
        if (settings.target == null) {
            directory = new SocketDirectory();
            listening = directory.server();
        } else {
            directory = null;
            listening = null;
            connected = connect(settings.target);
        }
        AFUNIXSocket first = connected;
        this.thread = new Thread(() -> run(first), "scripted-qmp-server");
        thread.setDaemon(true);
    }

    /** {@return a server that listens and behaves as QEMU does} */
    public static ScriptedQmpServer start() {
        return builder().start();
    }

    /**
     * Start a server that replays a transcript, strictly in the recorded order.
     *
     * @param transcript a file that {@link io.github.qmpjunit.qmp.QmpTranscript} has written
     * @return the server
     * @see Builder#replay(Path)
     */
    public static ScriptedQmpServer replay(Path transcript) {
        return builder().replay(transcript).start();
    }

    /** {@return a builder for a server that differs from QEMU} */
    public static Builder builder() {
        return new Builder();
    }

    private static JsonNode greeting(Builder settings) {
        ObjectNode message = JsonNodeFactory.instance.objectNode();
        ObjectNode body = message.putObject("QMP");
        ObjectNode version = body.putObject("version");
        version.putObject("qemu")
                .put("micro", settings.micro)
                .put("minor", settings.minor)
                .put("major", settings.major);
        version.put("package", "scripted");
        ArrayNode capabilities = body.putArray("capabilities");
        settings.capabilities.forEach(capabilities::add);
        return message;
    }

    private static AFUNIXSocket connect(QmpAddress target) {
        if (!(target instanceof UnixAddress unix)) {
            throw new IllegalArgumentException(
                    "A scripted server connects to UNIX sockets only, but the address is " + target);
        }
        AFUNIXSocket socket = null; // not by connectTo(), which leaves it open if it fails
        try {
            socket = AFUNIXSocket.newInstance();
            socket.connect(AFUNIXSocketAddress.of(unix.path()));
            return socket;
        } catch (IOException e) {
            close(socket);
            throw new ScriptException("The scripted server cannot connect to %s: %s".formatted(target, e), e);
        }
    }

    private static void close(@Nullable AFUNIXSocket socket) {
        try {
            if (socket != null) {
                socket.close();
            }
        } catch (IOException e) {
            // It was never connected.
        }
    }

    /** {@return where it listens} */
    public QmpAddress address() {
        return QmpAddress.unix(socket());
    }

    /**
     * Return where it listens.
     *
     * @return the socket's path
     * @throws ScriptException if it does not listen, but connects
     */
    public Path socket() {
        if (directory == null) {
            throw new ScriptException(
                    "This scripted server has no socket of its own, it connected to " + settings.target, null);
        }
        return directory.socket();
    }

    /**
     * Begin a script for a command, and replace its earlier script. While the script is empty, the command is not found.
     *
     * @param command the command's name, such as {@code query-status}
     * @return the script
     */
    public CommandScript whenExecuted(String command) {
        CommandScript script = new CommandScript();
        scripts.put(command, script);
        return script;
    }

    /** {@return all commands received so far, of all connections, in their order} */
    public List<ReceivedCommand> received() {
        lock.lock();
        try {
            return List.copyOf(received);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Wait for a command, and consume it: the next call returns the next command with this name.
     *
     * @param command the command's name
     * @param timeout how long to wait
     * @return the command, which may have been answered by its script already
     * @throws ScriptException if none arrives in time
     */
    public ReceivedCommand awaitCommand(String command, Duration timeout) {
        return await(
                notAwaited,
                candidate -> candidate.name().equals(command),
                timeout,
                "The client has not sent " + command);
    }

    /**
     * Wait for a client, and consume it: the next call returns the next connection.
     *
     * @param timeout how long to wait
     * @return the connection, which may have ended already
     * @throws ScriptException if no client connects in time
     */
    public ScriptedConnection awaitConnection(Duration timeout) {
        return await(connectionsNotAwaited, candidate -> true, timeout, "No client has connected");
    }

    private <T> T await(List<T> source, Predicate<T> wanted, Duration timeout, String complaint) {
        Deadline deadline = Deadline.in(timeout);
        lock.lock();
        try {
            while (true) {
                Optional<T> found = source.stream().filter(wanted).findFirst();
                if (found.isPresent()) {
                    source.remove(found.get());
                    return found.get();
                }
                if (failure != null) {
                    throw new ScriptException(complaint + ", and will not: " + failure.getMessage(), failure);
                }
                if (closed) {
                    throw new ScriptException(complaint + ", and will not: the scripted server is closed", null);
                }
                if (changed.awaitNanos(deadline.remainingNanos()) <= 0) {
                    throw new ScriptException(
                            "%s within %s; received so far: %s"
                                    .formatted(complaint, Deadline.formatTimeout(timeout), received),
                            null);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ScriptException(complaint + " before the waiting thread was interrupted", e);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Return the connection with the current client.
     *
     * @return the connection
     * @throws ScriptException if no client is connected
     */
    public ScriptedConnection connection() {
        lock.lock();
        try {
            if (current == null) {
                throw new ScriptException("No client is connected with the scripted server", null);
            }
            return current;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Send an event to the current client.
     *
     * @param event its name, such as {@code STOP}
     * @throws ScriptException if there is no client
     */
    public void sendEvent(String event) {
        connection().sendEvent(event);
    }

    /**
     * Send an event with data to the current client.
     *
     * @param event its name
     * @param data what becomes a JSON object
     * @throws ScriptException if there is no client
     */
    public void sendEvent(String event, Object data) {
        connection().sendEvent(event, data);
    }

    /**
     * Close the connection, stop listening, and remove the socket. Idempotent.
     *
     * @throws ScriptException if a script threw something; once; the server is closed even then
     */
    @Override
    public void close() {
        ScriptException problem;
        lock.lock();
        try {
            closed = true;
            problem = failure;
            failure = null;
            if (current != null) {
                current.disconnect();
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (directory != null) {
            directory.close();
        }
        awaitThread();
        if (problem != null) {
            throw problem;
        }
    }

    private void awaitThread() {
        if (Thread.currentThread().equals(thread)) {
            return;
        }
        try {
            thread.join(FAREWELL.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run(@Nullable AFUNIXSocket first) {
        try {
            if (first != null) {
                serve(first);
            }
            while (listening != null) {
                serve(listening.accept());
            }
        } catch (IOException e) {
            // Closed: no client is served any more.
        }
    }

    private void serve(AFUNIXSocket socket) throws IOException {
        ScriptedConnection connection = new ScriptedConnection(socket, greeting);
        try {
            if (begin(connection)) {
                new Conversation(connection).run();
            }
        } catch (IOException e) {
            // The client has gone or was disconnected.
        } catch (Throwable e) { // also an assertion in a script
            if (connection.isOpen() || !(e instanceof ScriptException)) {
                failed(e);
            }
        } finally {
            connection.end();
            ended(connection);
        }
    }

    private boolean begin(ScriptedConnection connection) {
        lock.lock();
        try {
            current = connection;
            connectionsNotAwaited.add(connection);
            changed.signalAll();
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    private void ended(ScriptedConnection connection) {
        lock.lock();
        try {
            if (connection.equals(current)) {
                current = null;
            }
        } finally {
            lock.unlock();
        }
    }

    private void failed(Throwable e) {
        lock.lock();
        try {
            if (failure == null) {
                failure = e instanceof ScriptException problem
                        ? problem
                        : new ScriptException("A script of the scripted server threw " + e, e);
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void record(ReceivedCommand command) {
        lock.lock();
        try {
            received.add(command);
            notAwaited.add(command);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** One connection from its greeting to its end, on the server's thread. */
    private final class Conversation {

        private final ScriptedConnection connection;
        private final Replay.@Nullable Session session;
        private boolean negotiated = !settings.negotiates;

        Conversation(ScriptedConnection connection) {
            this.connection = connection;
            this.session = replay == null ? null : replay.nextSession();
        }

        void run() throws IOException {
            if (session == null) {
                settings.atStart.accept(connection);
            } else {
                session.begin(connection);
            }
            CommandReader reader = new CommandReader(connection.socket());
            for (CommandReader.Frame frame = reader.next(); frame != null; frame = reader.next()) {
                accept(frame);
            }
        }

        private void accept(CommandReader.Frame frame) {
            JsonNode message;
            try {
                message = JsonMapper.shared().readTree(frame.text());
            } catch (JacksonException e) {
                refuse("JSON parse error, " + e.getOriginalMessage());
                return;
            }
            if (!message.isObject()) {
                refuse("QMP input must be a JSON object");
                return;
            }
            ReceivedCommand command = new ReceivedCommand(connection, message, frame.fds());
            record(command);
            respond(command);
        }

        /** QEMU does not know the id of a message that it could not read. */
        private void refuse(String description) {
            connection.send(Map.of("error", ReceivedCommand.error("GenericError", description)));
        }

        private void respond(ReceivedCommand command) {
            CommandScript script = scripts.get(command.name());
            Consumer<ReceivedCommand> turn = script == null ? null : script.nextTurn();
            boolean negotiation = command.name().equals("qmp_capabilities");
            if (command.name().isEmpty()) {
                command.replyWithError("GenericError", "QMP input lacks member 'execute'");
            } else if (session == null && !negotiated && !negotiation) {
                command.replyWithError("CommandNotFound", "Expecting capabilities negotiation with 'qmp_capabilities'");
            } else if (turn != null) {
                turn.accept(command);
            } else if (session != null) {
                session.respond(command);
            } else if (negotiation && !negotiated) {
                command.reply();
            } else if (negotiation && settings.negotiates) {
                command.replyWithError(
                        "CommandNotFound", "Capabilities negotiation is already complete, command ignored");
            } else {
                command.replyWithError(
                        "CommandNotFound", "The command %s has not been found".formatted(command.name()));
            }
            negotiated |= negotiation;
        }
    }

    /** Collects a server's settings. Not thread-safe. */
    public static final class Builder {

        private int major = 10;
        private int minor;
        private int micro;
        private List<String> capabilities = List.of("oob");
        private boolean negotiates = true;
        private Consumer<ScriptedConnection> atStart = ScriptedConnection::greet;
        private @Nullable QmpAddress target;
        private @Nullable Path transcript;
        private boolean leniently;

        private Builder() {}

        /**
         * Set the version in the greeting. Default: 10.0.0.
         *
         * @param newMajor the first number
         * @param newMinor the second number
         * @param newMicro the third number
         * @return this
         */
        public Builder version(int newMajor, int newMinor, int newMicro) {
            major = newMajor;
            minor = newMinor;
            micro = newMicro;
            return this;
        }

        /**
         * Set the capabilities in the greeting. Default: {@code oob}.
         *
         * @param names the names
         * @return this
         */
        public Builder capabilities(String... names) {
            capabilities = List.of(names);
            return this;
        }

        /** {@return this; the server neither greets nor requires a negotiation, like the guest agent or like a server that is stuck} */
        public Builder noGreeting() {
            negotiates = false;
            return whenConnected(connection -> {});
        }

        /**
         * Set the action when a client connects, in place of the greeting: for example garbage, half a greeting, an event before it, or a disconnect.
         *
         * @param action called on the server's thread; {@link ScriptedConnection#greet()} sends the usual greeting
         * @return this
         */
        public Builder whenConnected(Consumer<ScriptedConnection> action) {
            atStart = action;
            return this;
        }

        /**
         * Connect once to a listening client, instead of listening.
         *
         * @param address the address of a UNIX socket, such as a {@link io.github.qmpjunit.qmp.QmpAcceptor}'s
         * @return this
         */
        public Builder connectTo(QmpAddress address) {
            target = address;
            return this;
        }

        /**
         * Answer as in a transcript, strictly: each command must be the transcript's next command, with the same arguments, and
         * is followed by everything that the recorded server sent before the command after it. Any other command is answered with an error that names the expected one. Each connection replays the transcript's next connection. Scripts take precedence.
         *
         * @param newTranscript a file that {@link io.github.qmpjunit.qmp.QmpTranscript} has written
         * @return this
         * @throws IllegalArgumentException from {@link #start()}, if the file is not a transcript
         */
        public Builder replay(Path newTranscript) {
            transcript = newTranscript;
            leniently = false;
            return this;
        }

        /**
         * Answer as in a transcript, by command: a command with the same name and arguments gets the recorded reply and the events
         * that came with it, whatever was sent in between. If it was recorded several times, each time gets the next reply, and the last one is repeated. A command that was not recorded is answered with an error that lists the recorded ones. Scripts take precedence.
         *
         * @param newTranscript a file that {@link io.github.qmpjunit.qmp.QmpTranscript} has written
         * @return this
         * @throws IllegalArgumentException from {@link #start()}, if the file is not a transcript
         */
        public Builder replayLeniently(Path newTranscript) {
            transcript = newTranscript;
            leniently = true;
            return this;
        }

        /**
         * Start the server.
         *
         * @return the server; clients can connect now
         * @throws ScriptException if it cannot listen or connect
         */
        public ScriptedQmpServer start() {
            ScriptedQmpServer server = new ScriptedQmpServer(this);
            server.thread.start();
            return server;
        }
    }
}
