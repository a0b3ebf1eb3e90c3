package io.github.qmpjunit.qmp;

import static java.util.Objects.requireNonNull;

import io.github.qmpjunit.internal.ClientView;
import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.internal.TerminalText;
import io.github.qmpjunit.json.Json;
import io.github.qmpjunit.json.JsonValues;
import io.github.qmpjunit.qmp.schema.QmpSchema;
import io.github.qmpjunit.qmp.transport.PeerCredentials;
import io.github.qmpjunit.qmp.transport.QmpAddress;
import io.github.qmpjunit.qmp.wire.PatientSource;
import io.github.qmpjunit.qmp.wire.Transport;
import io.github.qmpjunit.qmp.wire.Transports;
import io.github.qmpjunit.secrets.Secrets;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;

/**
 * An asynchronous client of the QEMU Machine Protocol.
 *
 * <pre>{@code
 * JsonNode reply = qmp.execute("query-status");
 * StatusInfo typed = qmp.execute("query-status", Map.of(), StatusInfo.class);
 * }</pre>
 *
 * <p>Commands are matched with their replies by id, so many threads may execute at once. Events go to every registered {@link
 * QmpEventListener}. The built-in listener ({@link #events()}) receives every event, from before the greeting on.
 *
 * <p>Thread-safe.
 */
@API(status = API.Status.MAINTAINED, since = "0.1.0")
public final class QmpClient implements AutoCloseable {

    static {
        ClientView.register(client -> ((QmpClient) client).view);
    }

    private final String name;
    private final Duration connectTimeout;
    private final Duration timeout;
    private final boolean expectGreeting;
    private final boolean negotiate;
    private final boolean outOfBand;
    private final boolean waitForServer;
    private final @Nullable QmpTranscript transcript;
    private final Secrets secrets;
    private final EventRouter router;
    private final Delivery delivery;
    private final QmpSession.Shared shared;
    private final CallbackFailures callbackFailures;
    private final SchemaSource schemaSource;
    private final ClientView view;

    /** Guards the change from one connection to the next, never a command or an event. */
    private final ReentrantLock lifecycle = new ReentrantLock();

    private final Condition stateChanged = lifecycle.newCondition();

    private volatile @Nullable QmpSession session;
    private volatile @Nullable QmpGreeting greeting;
    private volatile boolean ready;
    private volatile boolean everConnected;

    QmpClient(QmpClientBuilder builder) {
        this.name = builder.name;
        this.connectTimeout = builder.connectTimeout;
        this.timeout = builder.timeout;
        QmpPeer peer = builder.peer;
        this.expectGreeting = builder.expectGreeting;
        this.negotiate = builder.negotiate;
        this.outOfBand = builder.outOfBand;
        this.waitForServer = builder.waitForServer;
        this.transcript = builder.transcript;
        this.secrets = requireNonNull(peer.secrets(), "the peer's secrets must not be null");
        if (transcript != null) {
            transcript.maskWith(secrets);
        }
        this.router = new EventRouter(this);
        this.delivery = new Delivery(name, builder.executor);
        this.callbackFailures = new CallbackFailures(name);
        this.shared =
                new QmpSession.Shared(name, peer, builder.limits, new MessageLog(name, transcript, secrets), secrets);
        this.schemaSource = new SchemaSource(peer);
        this.view =
                new QmpClientView(router, Set.copyOf(builder.ownEvents), peer, callbackFailures, () -> everConnected);
    }

    static QmpClient of(QmpClientBuilder builder) {
        QmpClient client = new QmpClient(builder);
        client.router.start(); // only now, since listeners see the client
        if (builder.eventsKept > 0) {
            client.events().keepAtMost(builder.eventsKept);
        }
        return client;
    }

    /**
     * Connect to a server with default settings.
     *
     * @param address where the server listens
     * @return the connected client
     * @throws QmpConnectException if there is no connection, no greeting or no negotiation
     */
    public static QmpClient connect(QmpAddress address) {
        return builder().connect(address);
    }

    /** {@return a builder, for settings other than the defaults} */
    public static QmpClientBuilder builder() {
        return new QmpClientBuilder();
    }

    /**
     * Connect this client. A client that was closed can be connected again; its listeners and their history stay.
     *
     * @param address where the server listens
     * @throws IllegalArgumentException if the address is for listening only, or its TLS options cannot be used
     * @throws QmpConnectException if there is no connection, no greeting or no negotiation; the client is idle then
     * @throws QmpStateException if the client is not idle
     */
    public void open(QmpAddress address) {
        Transport.Source source = waitForServer
                ? new PatientSource(() -> Transports.connectingTo(address))
                : Transports.connectingTo(address);
        open(source, address.toString(), connectTimeout);
    }

    /**
     * Connect this client in the background.
     *
     * @param address where the server listens
     * @return this client, connected; fails with what {@link #open(QmpAddress)} throws. Cancelling it gives up the attempt; the client
     *     is idle then
     */
    public CompletableFuture<QmpClient> openAsync(QmpAddress address) {
        return openingAsync(() -> open(address));
    }

    /** Open this client on a thread that may block, and complete a future with it. */
    @SuppressWarnings("FutureReturnValueIgnored") // the stage runs for its effect
    CompletableFuture<QmpClient> openingAsync(Runnable opening) {
        CompletableFuture<QmpClient> result = new CompletableFuture<>();
        result.whenComplete((client, failure) -> {
            if (result.isCancelled()) {
                giveUp();
            }
        });
        delivery.ended(() -> {
            try {
                opening.run();
            } catch (Throwable e) { // a full heap as well: whoever waits ends
                result.completeExceptionally(e);
                return;
            }
            if (result.isCancelled()) {
                giveUp(); // it came too late to stop the attempt
            } else {
                delivery.arrived(() -> result.complete(this));
            }
        });
        return result;
    }

    /** Become idle, even in the middle of an attempt. */
    private void giveUp() {
        QmpSession current = session;
        if (current != null) {
            abandon(current);
        }
    }

    /** Take a connection from the source and bring it to the state that accepts commands. */
    void open(Transport.Source source, String peerName, Duration within) {
        ReaderThread.refuse(name, "connect");
        Deadline deadline = Deadline.in(within);
        QmpSession opened = begin(source);
        boolean negotiating = false;
        try {
            if (expectGreeting) {
                greeting = opened.awaitGreeting(deadline);
            } else {
                opened.awaitConnection(deadline);
            }
            if (negotiate) {
                negotiating = true;
                negotiate(opened, deadline);
            }
            ready = true;
            signalStateChange();
        } catch (QmpInterruptedException e) {
            abandon(opened);
            throw e.of(name);
        } catch (QmpException e) {
            abandon(opened);
            Throwable root = e instanceof QmpDisconnectedException && e.getCause() != null ? e.getCause() : e;
            String message =
                    "QMP client \"%s\" has no session with %s: %s".formatted(name, peerName, root.getMessage());
            throw connectFailure(opened, negotiating, message, root).of(name);
        }
    }

    private static QmpConnectException connectFailure(
            QmpSession opened, boolean negotiating, String message, Throwable root) {
        if (negotiating) {
            return new QmpNegotiationException(message, root);
        }
        return opened.hasConnected() ? new QmpGreetingException(message, root) : new QmpConnectException(message, root);
    }

    private void negotiate(QmpSession opened, Deadline deadline) {
        QmpGreeting offer = greeting;
        boolean enableOob = outOfBand && offer != null && offer.capabilities().contains("oob");
        QmpCommand command = enableOob
                ? QmpCommand.of("qmp_capabilities", Map.of("enable", List.of("oob")))
                : QmpCommand.of("qmp_capabilities");
        opened.execute(command.withTimeout(deadline.remaining()), timeout);
    }

    private QmpSession begin(Transport.Source source) {
        lifecycle.lock();
        try {
            requireState(QmpState.IDLE, "connect");
            QmpSession opened = new QmpSession(shared, source, router, this::signalStateChange);
            router.connectionChanged(null);
            ready = false;
            everConnected = true;
            session = opened;
            stateChanged.signalAll();
            opened.start();
            return opened;
        } finally {
            lifecycle.unlock();
        }
    }

    private void signalStateChange() {
        lifecycle.lock();
        try {
            stateChanged.signalAll();
        } finally {
            lifecycle.unlock();
        }
    }

    /**
     * Wait until the client is in a state.
     *
     * @param wanted the state
     * @param within how long to wait at most
     * @throws QmpTimeoutException if it does not get there in time
     * @throws QmpInterruptedException if the thread is interrupted
     */
    public void awaitState(QmpState wanted, Duration within) {
        ReaderThread.refuse(name, "wait for the state " + wanted);
        Deadline deadline = Deadline.in(within);
        lifecycle.lock();
        try {
            while (state() != wanted) {
                if (deadline.isOver()) {
                    throw new QmpTimeoutException(
                            "QMP client \"%s\" was not %s within %s; it is %s"
                                    .formatted(name, wanted, Deadline.formatTimeout(within), state()),
                            within);
                }
                stateChanged.awaitNanos(deadline.remainingNanos());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QmpInterruptedException("The thread was interrupted while it waited for the state " + wanted, e)
                    .of(name);
        } finally {
            lifecycle.unlock();
        }
    }

    /** {@return this client's name, which messages show} */
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
        return ready ? QmpState.RUNNING : QmpState.CONNECTING;
    }

    /**
     * Return what the server said first.
     *
     * @return the greeting of this connection or, while not connected, of the last one
     * @throws QmpStateException if there was none yet
     */
    public QmpGreeting greeting() {
        QmpGreeting received = greeting;
        if (received == null) {
            throw stateError(QmpState.RUNNING, "tell the greeting");
        }
        return received;
    }

    /** {@return the process at the other end, if the system knows it; empty while there is no connection} */
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
     * @throws QmpReplyException if the result does not fit the type
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
        QmpSession current = sessionFor(command.name());
        try {
            return current.execute(command, timeout);
        } catch (QmpErrorException e) {
            QmpErrorException explained = schemaSource.explained(e, current, greeting, timeout);
            throw explained.hint().isPresent() ? explained : KnownNames.explained(explained, this, current);
        } catch (QmpException e) {
            throw e.of(name);
        }
    }

    /**
     * Execute a command and convert what it returns.
     *
     * @param <T> the result's type
     * @param command the command
     * @param resultType any type that Jackson can read
     * @return the result
     * @throws QmpReplyException if the result does not fit the type
     */
    public <T> T execute(QmpCommand command, Class<T> resultType) {
        return convert(command, execute(command), tree -> Json.MAPPER.treeToValue(tree, resultType), resultType);
    }

    /**
     * Execute a command and convert what it returns to a generic type: {@code new
     * TypeReference<List<BlockInfo>>() {}}.
     *
     * @param <T> the result's type
     * @param command the command
     * @param resultType any type that Jackson can read
     * @return the result
     * @throws QmpReplyException if the result does not fit the type
     */
    public <T> T execute(QmpCommand command, TypeReference<T> resultType) {
        return convert(
                command, execute(command), tree -> Json.MAPPER.treeToValue(tree, resultType), resultType.getType());
    }

    /**
     * Execute a command that knows the type of what it returns.
     *
     * @param <R> the result's type
     * @param command the command
     * @return the result
     * @throws QmpUnsupportedException if the server does not know the command or a part of it; nothing was sent
     * @throws QmpReplyException if the result does not fit the type; {@link QmpReplyException#reply()} has it
     */
    public <R> R execute(TypedCommand<R> command) {
        QmpCommand untyped = supported(command);
        return read(command, untyped, execute(untyped));
    }

    /**
     * Execute a command that knows the type of what it returns, without waiting for its reply, as {@link
     * #executeAsync(QmpCommand)} does.
     *
     * @param <R> the result's type
     * @param command the command
     * @return the result; fails with what {@link #execute(TypedCommand)} throws
     * @throws QmpUnsupportedException if the server does not know the command or a part of it; nothing was sent
     */
    public <R> CompletableFuture<R> executeAsync(TypedCommand<R> command) {
        QmpCommand untyped = supported(command);
        return executeAsync(untyped).thenApply(returned -> read(command, untyped, returned));
    }

    /** Return the command, after a check that the server can know all of it. Asks the server only if its version says no. */
    private QmpCommand supported(TypedCommand<?> command) {
        QmpCommand untyped = command.untyped();
        QmpGreeting received = greeting;
        if (received == null) {
            return untyped;
        }
        List<UnknownPart> unknown = command.unknownTo(received.version());
        if (!unknown.isEmpty()) {
            unknown = unknown.stream()
                    .filter(part -> !knows(untyped.name(), part))
                    .toList();
        }
        if (unknown.isEmpty()) {
            return untyped;
        }
        throw new QmpUnsupportedException(unknown.stream()
                .map(part -> "Cannot send %s to QMP client \"%s\": %s is known %s, this is %s"
                        .formatted(
                                untyped.name(),
                                name,
                                part.description(untyped.name()),
                                part.versions(),
                                received.version()))
                .collect(Collectors.joining("\n  ")));
    }

    private boolean knows(String command, UnknownPart part) {
        try {
            return part.isIn(schema(), command);
        } catch (QmpErrorException e) { // it has no schema, so only its own check counts
            return true;
        }
    }

    private <R> R read(TypedCommand<R> command, QmpCommand untyped, JsonNode returned) {
        try {
            return command.read(returned);
        } catch (IllegalArgumentException e) {
            throw unreadable("to " + untyped, String.valueOf(e.getMessage()), e, returned);
        }
    }

    private <T> T convert(QmpCommand command, JsonNode result, Function<JsonNode, T> conversion, Type type) {
        try {
            return conversion.apply(result);
        } catch (JacksonException e) {
            throw unreadable("to %s as %s".formatted(command, type.getTypeName()), e.getOriginalMessage(), e, result);
        }
    }

    /** Return the exception for a reply that has not the form which its Java type wants. */
    private QmpReplyException unreadable(String reply, String problem, Exception cause, JsonNode returned) {
        // What is wrong may stand beside, or be, what the reply marks as secret.
        Secrets known = new Secrets().learn(secrets).learn(returned);
        QmpReplyException unreadable = new QmpReplyException(
                "Cannot read the reply of QMP client \"%s\" %s: %s%n%s"
                        .formatted(name, reply, known.mask(problem), JsonValues.excerpt(known.mask(returned))),
                TerminalText.cause(cause, known::mask),
                returned);
        unreadable.of(name);
        return unreadable;
    }

    /**
     * Execute a command without waiting for its reply.
     *
     * <p>The stages of the future run on one of this client's threads, which also runs the callbacks. Do not wait for the
     * future in a test: on JUnit's fork-join pool that starts further tests, see {@link #execute(QmpCommand)} instead.
     *
     * @param command the command; its timeout, or the client's, limits the wait for the reply
     * @return what the server returns; fails with what {@link #execute(String)} throws. Cancelling it leaves the connection
     *     healthy
     * @throws QmpStateException if the client is not connected
     */
    public CompletableFuture<JsonNode> executeAsync(QmpCommand command) {
        return sessionFor(command.name()).executeAsync(command, timeout, delivery);
    }

    /**
     * Execute a command of the human monitor and return what it prints. The human monitor does not tell errors apart: they are in the text.
     *
     * <p>{@code qemu-io} is refused. It prints on QEMU's standard output, so the monitor's answer is empty whether it succeeds or fails. Use
     * {@code qemuIo(target, command)} of the machine instead, which looks there. For what reports nothing anyway, such as {@code flush}, or
     * without a machine, send the monitor's own command: {@code execute("human-monitor-command", Map.of("command-line", ...))}.
     *
     * @param commandLine the command as a person would type it, such as {@code info block}
     * @return what the human monitor prints, error messages included: HMP does not mark them
     * @throws IllegalArgumentException if it is {@code qemu-io}; nothing is sent then
     * @throws QmpReplyException if the server returns no text
     */
    public String hmp(String commandLine) {
        if (commandLine.strip().matches("qemu-io(\\s.*)?")) {
            throw new IllegalArgumentException(
                    "Cannot execute \"%s\" by hmp(...): qemu-io prints on QEMU's standard output, so the answer is empty whether it succeeds or fails. Use qemuIo(target, command) of the machine, which looks there; or execute(\"human-monitor-command\", Map.of(\"command-line\", ...)), if the outcome does not matter"
                            .formatted(commandLine.strip()));
        }
        JsonNode printed = execute("human-monitor-command", Map.of("command-line", commandLine));
        if (!printed.isString()) {
            throw new QmpReplyException(
                            "Expected a text as the answer of the human monitor, but received %s"
                                    .formatted(JsonValues.excerpt(secrets.mask(printed))),
                            null)
                    .of(name);
        }
        return printed.asString();
    }

    /**
     * Send a text unchanged, valid or not, and return whatever the server answers; for tests of servers.
     *
     * @param text the text, one message
     * @return the whole reply: the one with the text's {@code id} or, where it has none, the one without
     * @throws QmpTimeoutException if no reply comes in time, as when the text is not a whole message
     */
    public JsonNode executeRaw(String text) {
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw new IllegalArgumentException(
                    "Cannot send the text as UTF-8, it has half a surrogate pair; send bytes with executeRaw(byte[])");
        }
        return executeRaw((text + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Send bytes unchanged, without a line end, and return whatever the server answers; for tests of servers.
     *
     * @param bytes the bytes of one message; they need not be UTF-8
     * @return the whole reply, as for {@link #executeRaw(String)}
     * @throws QmpTimeoutException if no reply comes in time, as when the bytes are not a whole message
     */
    public JsonNode executeRaw(byte[] bytes) {
        try {
            return sessionFor("a raw message").executeRaw(RawMessage.of(bytes.clone()), timeout);
        } catch (QmpException e) {
            throw e.of(name);
        }
    }

    private QmpSession sessionFor(String what) {
        ReaderThread.refuse(name, "execute " + what);
        QmpSession current = session;
        if (current == null || !ready) {
            throw stateError(QmpState.RUNNING, "execute " + what);
        }
        return current;
    }

    /**
     * {@return the machine's run state and jobs according to the events so far; kept up to date, and reset
     * with each connection}
     */
    public ObservedState observed() {
        return router.observed();
    }

    /**
     * Return whether this server rate-limits an event: it sends the first at once, holds back further ones for up to a second, and drops
     * those in between.
     *
     * @param event the event's name
     * @return whether it does; if the server's version is unknown, whether any QEMU does
     * @see <a href="https://www.qemu.org/docs/master/interop/qmp-spec.html#asynchronous-events">QEMU's description of events</a>
     */
    public boolean isRateLimited(String event) {
        return EventRates.isLimited(event, version());
    }

    /**
     * Return how long from now on the server may still hold back an event, because it rate-limits it. Before that, no reply proves that all
     * such events have arrived. The beginning of a session counts as an arrival: the server may have sent such an event just before.
     *
     * @param matcher which event is meant
     * @return how long; zero for most events, and if no such event has arrived within the last second
     */
    public Duration holdBack(EventMatcher matcher) {
        return router.holdBack(matcher.names(), version());
    }

    private @Nullable QmpVersion version() {
        QmpGreeting received = greeting;
        return received == null ? null : received.version();
    }

    /** {@return a mark between the events that have arrived and the events to come} */
    public EventMark mark() {
        return router.mark();
    }

    /** Ask the server something for the message of another client's error; no answer if it is not connected. */
    <T> Optional<T> ask(Function<QmpSession, T> question) {
        QmpSession current = session;
        return current == null || state() != QmpState.RUNNING ? Optional.empty() : Optional.of(question.apply(current));
    }

    /**
     * Return the secrets that were sent to the server so far. This client's messages and its transcript do not show them. Use it to
     * mask what you print yourself: {@code qmp.secrets().mask(text)}.
     *
     * @return the secrets, which grow with each command
     */
    public Secrets secrets() {
        return secrets;
    }

    /**
     * Call an action for each event that matches, in the order of arrival, one at a time, on the {@link QmpClientBuilder#executor}.
     *
     * <p>An exception from the action is logged. An {@link Error}, for example a failed assertion, also fails the test: the extension reports
     * it when the test ends. Without the extension, {@link #close()} throws it.
     *
     * @param matcher which events are meant; called on the thread that reads from the connection
     * @param action what to do; may execute commands
     * @return closing it ends the calls
     */
    public QmpEventListener onEvent(EventMatcher matcher, Consumer<QmpEvent> action) {
        QmpEventListener listener = new EventCallback(matcher, action, delivery.inTurn(), callbackFailures);
        register(listener);
        return listener;
    }

    /**
     * Return what the server says about its commands and events. The client asks once for each connection, on the first
     * use, and not at all if another client of the same {@link QmpPeer#program() program} has asked in this JVM.
     *
     * @return the schema
     * @throws QmpErrorException if the server has no schema, for example the guest agent
     * @throws QmpTimeoutException if no reply comes in time; the connection stays usable
     * @throws QmpDisconnectedException if the connection ends before the reply
     * @throws QmpStateException if the client is not connected
     */
    public QmpSchema schema() {
        try {
            return schemaSource.of(sessionFor("query-qmp-schema"), greeting, timeout);
        } catch (QmpException e) {
            throw e.of(name);
        }
    }

    /** {@return the built-in listener, which receives every event, from before the greeting on; it cannot be removed} */
    public QmpEventListener events() {
        return router.all();
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
     * Listen to events of the given types until the listener is closed.
     *
     * @param types the types, such as {@link QmpEvents#STOP}
     * @return the listener
     */
    public QmpEventListener listen(EventType... types) {
        return listen(EventMatcher.anyOf(types));
    }

    /**
     * Listen to events with the given names until the listener is closed.
     *
     * @param names the events' names in QMP, such as {@code STOP}
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
     * Register a listener until it is closed.
     *
     * @param <L> the listener's type
     * @param listener a listener that is not registered
     * @return the listener
     * @throws QmpListenerException if it is registered already
     */
    public <L extends QmpEventListener> L listen(L listener) {
        register(listener);
        return listener;
    }

    /**
     * Register one or several listeners until the scope is closed. If one cannot be registered, none is.
     *
     * @param first a listener that is not registered
     * @param more further listeners
     * @return the scope, whose {@code close()} removes them
     * @throws QmpListenerException if one of them is registered already
     */
    public ListenerScope listen(QmpEventListener first, QmpEventListener... more) {
        return new ListenerScope(
                this, Stream.concat(Stream.of(first), Stream.of(more)).toList());
    }

    /**
     * Register a listener until it is removed. It receives the events that arrive after this call.
     *
     * @param listener a listener that is not registered
     * @throws QmpListenerException if it is registered already
     */
    public void register(QmpEventListener listener) {
        router.register(listener);
    }

    /**
     * Register a listener, and first give it all events that the built-in listener remembers. It misses
     * no event in between, and receives none twice.
     *
     * @param listener a listener that is not registered
     * @throws QmpListenerException if it is registered already
     */
    public void registerWithHistory(QmpEventListener listener) {
        router.registerWithHistory(listener);
    }

    /**
     * Remove a listener. Its queue is cleared, its history stays, and it can be registered again.
     *
     * @param listener the listener
     * @throws QmpListenerException if it is not registered here, or is the built-in listener
     */
    public void remove(QmpEventListener listener) {
        router.remove(listener);
    }

    /**
     * Close the connection, if there is one, and become idle. All waits for replies and events end with an exception. Idempotent.
     *
     * @throws QmpException if the connection had ended by itself, not because of {@code quit} or a shutdown, and no exception
     *     has reported it yet, or if the transcript could not be written; the client is idle even then
     * @throws AssertionError if a callback has thrown an {@link Error} that was not reported yet
     */
    @Override
    public void close() {
        Throwable failure = null;
        try {
            disconnect();
        } catch (QmpException e) {
            failure = e.of(name);
        }
        failure = withSuppressed(failure, transcriptFailure().orElse(null));
        failure = withSuppressed(view.takeCallbackFailure().orElse(null), failure);
        if (failure instanceof Error error) {
            throw error;
        } else if (failure instanceof QmpException exception) {
            throw exception;
        }
    }

    private static @Nullable Throwable withSuppressed(@Nullable Throwable first, @Nullable Throwable second) {
        if (first != null && second != null) {
            first.addSuppressed(second);
        }
        return first == null ? second : first;
    }

    Delivery delivery() {
        return delivery;
    }

    private Optional<QmpException> transcriptFailure() {
        return transcript == null ? Optional.empty() : transcript.failure(name);
    }

    private void disconnect() {
        QmpSession current = session;
        if (current != null) {
            abandon(current);
            current.endNobodyKnows().ifPresent(end -> {
                current.endIsTold();
                throw new QmpDisconnectedException(
                        "The connection of QMP client \"%s\" had ended before it was closed: %s"
                                .formatted(name, end.getMessage()),
                        end);
            });
        }
    }

    private void abandon(QmpSession current) {
        current.close();
        lifecycle.lock();
        try {
            if (current.equals(session)) {
                session = null;
                ready = false;
                stateChanged.signalAll();
            }
        } finally {
            lifecycle.unlock();
        }
    }

    /** Return why the connection has ended, even if the reader could not report it; {@code null} if it has not ended. */
    @Nullable
    QmpException knownEnd() {
        QmpSession current = session;
        return current == null ? null : current.knownEnd();
    }

    /** Return why the connection has ended, as far as it is known by now; {@code null} if it has not. */
    @Nullable
    QmpException endSoFar() {
        QmpSession current = session;
        return current == null ? null : current.endSoFar();
    }

    /** Note that a waiter has learned why the connection ended. */
    void endIsTold() {
        QmpSession current = session;
        if (current != null) {
            current.endIsTold();
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
}
