package io.github.qmpjunit.qmp;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * An asynchronous client of the QEMU Machine Protocol.
 *
 * <p>Commands are matched with their replies by id, so many threads may execute at once. Events go to every registered {@link
 * QmpEventListener}, with the built-in one ({@link #events()}) hearing everything from before the greeting on.
 *
 * <p>Thread-safe.
 */
public final class QmpClient implements AutoCloseable {

    private final String name;
    private final Duration connectTimeout;
    private final Duration timeout;
    private final Supplier<String> peerDiagnosis;
    private final QmpLimits limits;
    private final @Nullable QmpTranscript transcript;
    private final EventRouter router;

    /** Guards the change from one connection to the next, never a command or an event. */
    private final ReentrantLock lifecycle = new ReentrantLock();

    private volatile @Nullable QmpSession session;
    private volatile @Nullable QmpGreeting greeting;
    private volatile boolean negotiated;
    private @Nullable QmpEventListener assertionEvents;

    private QmpClient(Builder builder) {
        this.name = builder.name;
        this.connectTimeout = builder.connectTimeout;
        this.timeout = builder.timeout;
        this.peerDiagnosis = builder.peerDiagnosis;
        this.limits = builder.limits;
        this.transcript = builder.transcript;
        this.router = new EventRouter(this);
    }

    /**
     * Connect to a server, with all settings at their defaults.
     *
     * @param address where the server listens
     * @return the connected client
     * @throws QmpConnectException if there is no connection, no greeting or no negotiation
     */
    public static QmpClient connect(QmpAddress address) {
        return builder().connect(address);
    }

    /** {@return a builder for a client with other settings than the defaults} */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Connect this client. A client that was closed can be connected again; its listeners and their history stay.
     *
     * @param address where the server listens
     * @throws QmpConnectException if there is no connection, no greeting or no negotiation; the client is idle then
     * @throws QmpStateException if the client is not idle
     */
    public void open(QmpAddress address) {
        if (address instanceof UnixAddress unix) {
            open(UnixTransport.connectingTo(unix), address.toString(), connectTimeout);
        }
    }

    /** Take a connection from the source and bring it to the state in which commands are accepted. */
    void open(Transport.Source source, String peerName, Duration within) {
        Deadline deadline = Deadline.in(within);
        QmpSession opened = begin(source);
        try {
            QmpGreeting received = opened.awaitGreeting(deadline);
            opened.execute(QmpCommand.of("qmp_capabilities").withTimeout(deadline.remaining()), timeout);
            greeting = received;
            negotiated = true;
        } catch (QmpInterruptedException e) {
            disconnect();
            throw e;
        } catch (QmpException e) {
            disconnect();
            Throwable root = e instanceof QmpDisconnectedException && e.getCause() != null ? e.getCause() : e;
            throw new QmpConnectException(
                    "QMP client \"%s\" has no session with %s: %s".formatted(name, peerName, root.getMessage()), root);
        }
    }

    private QmpSession begin(Transport.Source source) {
        lifecycle.lock();
        try {
            requireState(QmpState.IDLE, "connect");
            QmpSession opened = new QmpSession(name, source, router, peerDiagnosis, limits, transcript);
            router.connectionChanged(null);
            negotiated = false;
            session = opened;
            opened.start();
            return opened;
        } finally {
            lifecycle.unlock();
        }
    }

    /** {@return this client's name, by which messages tell it from others} */
    public String name() {
        return name;
    }

    /** {@return the state now} */
    public QmpState state() {
        QmpSession current = session;
        if (current == null) {
            return QmpState.IDLE;
        }
        if (current.hasEnded()) {
            return QmpState.DISCONNECTING;
        }
        return negotiated ? QmpState.RUNNING : QmpState.CONNECTING;
    }

    /**
     * Return what the server said first.
     *
     * @return the greeting of this connection or, when there is none, of the last one
     * @throws QmpStateException if there was none yet
     */
    public QmpGreeting greeting() {
        QmpGreeting received = greeting;
        if (received == null) {
            throw stateError(QmpState.RUNNING, "tell the greeting");
        }
        return received;
    }

    /** {@return who is at the other end, where the system tells it; empty while there is no connection} */
    public Optional<PeerCredentials> peer() {
        QmpSession current = session;
        return current == null ? Optional.empty() : current.peer();
    }

    /**
     * Execute a command without arguments.
     *
     * @param command the command's name
     * @return what the server returned, of any JSON type; most commands return an empty object
     * @throws QmpErrorException if the server answers with an error
     * @throws QmpTimeoutException if no reply comes in time; the connection stays usable
     * @throws QmpDisconnectedException if the connection ends before the reply
     * @throws QmpStateException if the client is not connected
     */
    public JsonNode execute(String command) {
        return execute(QmpCommand.of(command));
    }

    /**
     * Execute a command with arguments, as {@link #execute(String)} does.
     *
     * @param command the command's name
     * @param arguments a Map, tree, record or bean that becomes a JSON object
     * @return what the server returned
     * @throws IllegalArgumentException if the arguments do not become a JSON object
     */
    public JsonNode execute(String command, Object arguments) {
        return execute(QmpCommand.of(command, arguments));
    }

    /**
     * Execute a command and convert what it returns.
     *
     * @param <T> the result's type
     * @param command the command's name
     * @param arguments a Map, tree, record or bean that becomes a JSON object; {@code Map.of()} for none
     * @param resultType any type that Jackson can read
     * @return the result
     * @throws QmpProtocolException if the result does not fit the type
     */
    public <T> T execute(String command, Object arguments, Class<T> resultType) {
        return execute(QmpCommand.of(command, arguments), resultType);
    }

    /**
     * Execute a command, as {@link #execute(String)} does.
     *
     * @param command the command
     * @return what the server returned
     */
    public JsonNode execute(QmpCommand command) {
        QmpSession current = session;
        if (current == null || !negotiated) {
            throw stateError(QmpState.RUNNING, "execute " + command.name());
        }
        return current.execute(command, timeout);
    }

    /**
     * Execute a command and convert what it returns.
     *
     * @param <T> the result's type
     * @param command the command
     * @param resultType any type that Jackson can read
     * @return the result
     * @throws QmpProtocolException if the result does not fit the type
     */
    public <T> T execute(QmpCommand command, Class<T> resultType) {
        JsonNode result = execute(command);
        try {
            return Json.MAPPER.treeToValue(result, resultType);
        } catch (JacksonException e) {
            throw new QmpProtocolException(
                    "Cannot read the reply to %s as %s: %s%n%s"
                            .formatted(
                                    command, resultType.getName(), e.getOriginalMessage(), JsonValues.excerpt(result)),
                    e);
        }
    }

    /** {@return the built-in listener, which hears every event from before the greeting on; it cannot be removed} */
    public QmpEventListener events() {
        return router.all();
    }

    /**
     * {@return the listener through which assertions look: it holds every event, from before the greeting on, that no assertion
     * has consumed yet; taking from it takes nothing from {@link #events()}}
     */
    public QmpEventListener assertionEvents() {
        lifecycle.lock();
        try {
            if (assertionEvents == null) {
                QmpEventListener created = new QmpEventListener();
                router.registerWithHistory(created); // made for those who assert only: nobody else pays for it
                assertionEvents = created;
            }
            return assertionEvents;
        } finally {
            lifecycle.unlock();
        }
    }

    /**
     * Listen to every event until the listener is closed.
     *
     * @return the listener
     */
    public QmpEventListener listen() {
        return listen(EventMatcher.anyEvent());
    }

    /**
     * Listen to events of some types until the listener is closed.
     *
     * @param types the types, such as {@link QmpEvents#STOP}
     * @return the listener
     */
    public QmpEventListener listen(EventType... types) {
        return listen(EventMatcher.anyOf(types));
    }

    /**
     * Listen to events of some names until the listener is closed.
     *
     * @param names the names as they stand in the message
     * @return the listener
     */
    public QmpEventListener listen(String... names) {
        return listen(EventMatcher.anyOf(names));
    }

    /**
     * Listen to the events that match until the listener is closed.
     *
     * @param filter which events are meant
     * @return the listener
     */
    public QmpEventListener listen(EventMatcher filter) {
        QmpEventListener listener = new QmpEventListener(filter);
        register(listener);
        return listener;
    }

    /**
     * Register one or several listeners until the scope is closed. Either all of them are registered or none.
     *
     * @param first a listener that is not registered
     * @param more further ones
     * @return the scope, whose {@code close()} removes them
     * @throws QmpListenerException if one is registered already
     */
    public ListenerScope listen(QmpEventListener first, QmpEventListener... more) {
        return new ListenerScope(
                this, Stream.concat(Stream.of(first), Stream.of(more)).toList());
    }

    /**
     * Register a listener until it is removed. It hears what arrives from here on.
     *
     * @param listener a listener that is not registered
     * @throws QmpListenerException if it is registered already
     */
    public void register(QmpEventListener listener) {
        router.register(listener);
    }

    /**
     * Remove a listener. What it holds is cleared, its history stays, and it may be registered again.
     *
     * @param listener the listener
     * @throws QmpListenerException if it is not registered here, or is the built-in one
     */
    public void remove(QmpEventListener listener) {
        router.remove(listener);
    }

    /**
     * Close the connection, if there is one, and become idle. Whoever waits for a reply or an event is told so. Idempotent.
     *
     * @throws QmpException if the transcript could not be written; the connection is closed all the same
     */
    @Override
    public void close() {
        disconnect();
        if (transcript != null) {
            transcript.throwIfFailed(name);
        }
    }

    private void disconnect() {
        QmpSession current = session;
        if (current == null) {
            return;
        }
        current.close();
        lifecycle.lock();
        try {
            if (session == current) {
                session = null;
                negotiated = false;
            }
        } finally {
            lifecycle.unlock();
        }
    }

    private void requireState(QmpState required, String what) {
        if (state() != required) {
            throw stateError(required, what);
        }
    }

    private QmpStateException stateError(QmpState required, String what) {
        QmpState now = state();
        return new QmpStateException(
                "QMP client \"%s\" cannot %s: it is %s, but must be %s; %s"
                        .formatted(name, what, now, required, advice(now)),
                now,
                required);
    }

    private static String advice(QmpState now) {
        return switch (now) {
            case IDLE -> "connect it first";
            case CONNECTING -> "wait until it is connected";
            case RUNNING -> "close it first";
            case DISCONNECTING -> "its connection has ended; close it, then it can be connected again";
        };
    }

    @Override
    public String toString() {
        return "QmpClient \"%s\" (%s)".formatted(name, state());
    }

    /** Collects a client's settings. Not thread-safe. */
    public static final class Builder {

        private String name = "qmp";
        private Duration connectTimeout = Duration.ofSeconds(10);
        private Duration timeout = Duration.ofSeconds(30);
        private Supplier<String> peerDiagnosis = () -> "";
        private QmpLimits limits = QmpLimits.defaults();
        private @Nullable QmpTranscript transcript;

        private Builder() {}

        /**
         * Set the name by which messages tell this client from others; {@code qmp} if not set.
         *
         * @param name the name
         * @return this
         */
        public Builder name(String name) {
            this.name = name;
            return this;
        }

        /**
         * Set the time-out that covers connection, greeting and negotiation together; 10 s if not set.
         *
         * @param connectTimeout the time-out
         * @return this
         */
        public Builder connectTimeout(Duration connectTimeout) {
            this.connectTimeout = connectTimeout;
            return this;
        }

        /**
         * Set how long to wait for the reply to a command that has no time-out of its own; 30 s if not set.
         *
         * @param timeout the time-out
         * @return this
         */
        public Builder timeout(Duration timeout) {
            this.timeout = timeout;
            return this;
        }

        /**
         * Set who knows more when a connection ends that nobody closed: the owner of the peer's process, say.
         *
         * @param peerDiagnosis called once, on the reader's thread, before anybody is told of the end; returns a sentence, or
         *     an empty string if it knows nothing
         * @return this
         */
        public Builder peerDiagnosis(Supplier<String> peerDiagnosis) {
            this.peerDiagnosis = peerDiagnosis;
            return this;
        }

        /**
         * Set what to accept from the peer at most; {@link QmpLimits#defaults()} if not set.
         *
         * @param limits the limits
         * @return this
         */
        public Builder limits(QmpLimits limits) {
            this.limits = limits;
            return this;
        }

        /**
         * Set where to take down every message in both directions; nowhere if not set.
         *
         * @param transcript the transcript, this client's own
         * @return this
         */
        public Builder transcript(QmpTranscript transcript) {
            this.transcript = transcript;
            return this;
        }

        /** {@return an idle client} */
        public QmpClient build() {
            QmpClient client = new QmpClient(this);
            client.router.start();
            return client;
        }

        /**
         * Build a client and connect it.
         *
         * @param address where the server listens
         * @return the connected client
         * @throws QmpConnectException if there is no connection, no greeting or no negotiation
         */
        public QmpClient connect(QmpAddress address) {
            QmpClient client = build();
            client.open(address);
            return client;
        }
    }
}
