package io.github.qmpjunit.qmp;

import static java.util.Objects.requireNonNull;

import io.github.qmpjunit.internal.CallSite;
import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.internal.TerminalText;
import io.github.qmpjunit.json.JsonValues;
import io.github.qmpjunit.json.QemuJson;
import io.github.qmpjunit.qmp.PendingReply.Kind;
import io.github.qmpjunit.qmp.transport.PeerCredentials;
import io.github.qmpjunit.qmp.wire.Transport;
import io.github.qmpjunit.secrets.Secrets;
import java.io.FileDescriptor;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * One connection, from the attempt to connect to its end.
 *
 * <h2>Which thread does what</h2>
 *
 * <ul>
 *   <li><b>The reader</b>, one daemon thread for each connection ({@link ReaderThread}), does everything that may block for long on the
 *       peer's side. It opens the transport, reads, and routes each message: a reply into its waiter's slot, an event into every
 *       listener's queue. It also runs two kinds of a user's code: filters of listeners, and {@link QmpPeer#diagnose()}. Both must be
 *       quick. A wait for a reply or an event is refused there ({@link ReaderThread#refuse}), since it would wait for itself.
 *   <li><b>The thread that executes a command</b> writes it, and then waits for its slot. So a command goes out without a hop, and
 *       its reply comes in with exactly one: the reader wakes the waiter. If the write might block, {@link MessageWriter} makes
 *       it on another thread.
 *   <li><b>The senders</b> exist only for {@link #executeAsync} if a command cannot be written at once: the window of commands in
 *       flight is full ({@link InBandWindow}), or the peer has not read what was written before. They wait in place of the caller
 *       ({@link SendQueue}). Commands out of band have their own sender, since they do not wait for others.
 *   <li><b>The threads of {@link Delivery}</b>, or the executor that the user has chosen, complete futures and run callbacks.
 *       The stages of a user's futures run there and may block.
 *   <li><b>The timer</b>, one for the JVM, notices that a future is late. It never completes one itself, so no user's code can block it.
 *   <li><b>The thread that closes</b> says goodbye to the peer and waits for the reader to end. If the reader does not, because a
 *       filter blocks it, this thread releases all waiters in its place.
 * </ul>
 *
 * <h2>Which lock guards what</h2>
 *
 * <p>There is no lock around a session. Its fields are final or volatile. The turn to write is {@link MessageWriter}'s semaphore; it
 * also orders the transcript, in which a command comes before its reply. The slots are {@link ReplyRouter}'s, the queue of an event
 * is its listener's. Each of these locks is held for a moment, with no other taken inside, and never while a user's code runs. The one
 * exception is {@link EventRouter}'s: it is held while an event is handed out, so that a listener joins between two events.
 *
 * <h2>The order in which things happen</h2>
 *
 * <ul>
 *   <li>A slot is registered before its command is written: the reply can arrive before the write returns.
 *   <li>A late reply stays registered for as long as it can arrive, so that it is never mistaken for another command's.
 *   <li>A connection always ends in {@link #finish}, once: the reader leaves its loop, finds out why, and only
 *       then releases all waiters. A writer that meets a broken connection waits for the reader's verdict, since the broken pipe is the symptom, and the peer's owner knows the cause.
 * </ul>
 */
final class QmpSession {

    /** How long a writer whose write has failed waits for the reader to find out why. The reader meets the same end at once. */
    private static final Duration FAREWELL = Duration.ofSeconds(5);

    /** How often a waiter checks that the reader lives. The reader wakes its waiters when it ends, unless even that is impossible. */
    static final long LIFE_SIGN_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /** How long the reader waits for memory before it tries again to report its end. */
    private static final long RESPITE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private static final int STEPS = 9;

    /** How long a close waits until the peer has read commands that it has not answered yet. It does not wait if all are answered. */
    private static final Duration LINGER = Duration.ofMillis(500);

    /** How long a close waits for the next one of the commands that wait to be sent. */
    private static final Duration QUEUE_PATIENCE = Duration.ofSeconds(2);

    private final String clientName;
    private final Transport.Source source;
    private final EventRouter events;
    private final QmpPeer peer;
    private final QmpLimits limits;
    private final MessageLog log;
    private final Secrets secrets;
    private final ReaderThread reader;

    private final Runnable onChange;
    private final CountDownLatch connected = new CountDownLatch(1);
    private final PendingReply greeting = new PendingReply("the greeting", Kind.IN_TURN);
    private final ReplyRouter replies;
    private final AtomicLong lastId = new AtomicLong();
    private final MessageWriter writer;
    private final InBandWindow inBand = new InBandWindow();
    private final SendQueue inTurn;
    private final SendQueue urgent;
    private volatile boolean outOfBand;

    private volatile @Nullable Transport transport;
    private volatile boolean closing;
    private volatile boolean quitting;
    private volatile boolean closedBeforeTheEnd;
    private volatile boolean endIsTold;
    private volatile @Nullable QmpException end;

    /** What the reader has seen of the end, while it finds out why. */
    private volatile @Nullable QmpException firstSign;

    private final AtomicBoolean finishing = new AtomicBoolean();
    private volatile boolean started;

    /** Created while there is memory. */
    private final QmpException outOfMemory = new QmpException(
            "the JVM ran out of memory, so the client cannot read further messages; enlarge the heap with -Xmx, or bound what listeners keep with keepAtMost(...)",
            null);

    private final CountDownLatch finished = new CountDownLatch(1);

    /**
     * What all connections of a client share.
     *
     * @param peer says why the peer has gone, if it knows
     */
    record Shared(String clientName, QmpPeer peer, QmpLimits limits, MessageLog log, Secrets secrets) {}

    /**
     * @param onChange called on the reader's thread when the connection has ended
     */
    QmpSession(Shared shared, Transport.Source source, EventRouter events, Runnable onChange) {
        this.clientName = shared.clientName();
        this.source = source;
        this.events = events;
        this.peer = shared.peer();
        this.limits = shared.limits();
        this.log = shared.log();
        this.secrets = shared.secrets();
        this.onChange = onChange;
        this.replies = new ReplyRouter(clientName, log, secrets);
        this.writer = new MessageWriter(clientName);
        this.inTurn = new SendQueue("qmp-sender-" + clientName);
        this.urgent = new SendQueue("qmp-sender-oob-" + clientName);
        this.reader = new ReaderThread(clientName, this::read);
    }

    void start() {
        reader.start();
        started = true;
    }

    /** Return whether the connection has ended. */
    boolean hasEnded() {
        return knownEnd() != null;
    }

    /** Return why the connection has ended, even if the reader could not report it; {@code null} if it has not ended. */
    @Nullable
    QmpException knownEnd() {
        QmpException told = end;
        return told == null && started && !reader.isAlive() ? outOfMemory : told;
    }

    /**
     * Return why the connection has ended, as far as it is known by now; {@code null} if it has not. For those whose time is up: the
     * reader may still wait for the peer's exit, which tells more.
     */
    @Nullable
    QmpException endSoFar() {
        QmpException known = knownEnd();
        return known == null ? firstSign : known;
    }

    /** Return what to tell those whose time is up: the end, if there is one. */
    private QmpException timeIsUp(QmpTimeoutException timeout, Object awaited) {
        QmpException reason = endSoFar();
        if (reason == null) {
            return timeout;
        }
        endIsTold = true;
        return new QmpDisconnectedException(
                "The connection ended before %s arrived: %s".formatted(awaited, reason.getMessage()), reason);
    }

    /** Return why the connection ended, if that was neither reported yet nor intended. */
    Optional<QmpException> endNobodyKnows() {
        boolean gone = end instanceof QmpDisconnectedException;
        boolean orderly = gone
                && (quitting
                        || events.observed()
                                .runState()
                                .filter("shutdown"::equals)
                                .isPresent());
        return closedBeforeTheEnd || orderly || endIsTold ? Optional.empty() : Optional.ofNullable(end);
    }

    /** Note that the end has been reported. */
    void endIsTold() {
        endIsTold = true;
    }

    /** Return whether there is, or has been, a connection. */
    boolean hasConnected() {
        return transport != null;
    }

    /** Wait for the connection itself, if no greeting is expected. */
    void awaitConnection(Deadline deadline) {
        try {
            if (!connected.await(deadline.remainingNanos(), TimeUnit.NANOSECONDS)) {
                throw timeIsUp(
                        new QmpTimeoutException(
                                "No connection within " + Deadline.formatTimeout(deadline.timeout()),
                                deadline.timeout()),
                        "anything");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QmpInterruptedException("The thread was interrupted while it waited for the connection", e);
        }
        throwIfEnded("anything");
    }

    Optional<PeerCredentials> peer() {
        Transport current = transport;
        return current == null ? Optional.empty() : current.peer();
    }

    /** Wait for the greeting. */
    QmpGreeting awaitGreeting(Deadline deadline) {
        JsonNode message = greeting.await(deadline, this::knownEnd);
        if (message == null) {
            throw timeIsUp(
                    new QmpTimeoutException(
                            transport == null
                                    ? "No connection within " + Deadline.formatTimeout(deadline.timeout())
                                    : "Connected, but no greeting came within %s; a monitor serves one client at a time, is another connected?"
                                            .formatted(Deadline.formatTimeout(deadline.timeout())),
                            deadline.timeout()),
                    "the greeting");
        }
        return QmpGreeting.of(message);
    }

    /** Execute a command and return the value of {@code return}. */
    JsonNode execute(QmpCommand command, Duration defaultTimeout) {
        Deadline deadline = Deadline.in(command.timeout().orElse(defaultTimeout));
        Exchange exchange = new Exchange(command, slot -> {});
        try {
            exchange.send(deadline);
            return exchange.resultOf(awaitReply(exchange.slot, deadline));
        } catch (QmpTimeoutException e) {
            throw timeIsUp(e, command);
        } finally {
            exchange.end();
        }
    }

    /** Execute a command; the future is completed on a thread that may run user code, never on the reader's thread or the timer's. */
    CompletableFuture<JsonNode> executeAsync(QmpCommand command, Duration defaultTimeout, Delivery delivery) {
        LateReply late = new LateReply(command, Deadline.in(command.timeout().orElse(defaultTimeout)), delivery);
        late.begin();
        return late.result;
    }

    /** A reply that completes a future: by the reader or by the timer, whichever is first. */
    private final class LateReply {

        private final Deadline deadline;
        private final Delivery delivery;
        private final CompletableFuture<JsonNode> result = new CompletableFuture<>();
        private final Exchange exchange;
        private volatile @Nullable Future<?> timer;

        LateReply(QmpCommand command, Deadline deadline, Delivery delivery) {
            this.deadline = deadline;
            this.delivery = delivery;
            this.exchange = new Exchange(command, this::deliver);
        }

        @SuppressWarnings("FutureReturnValueIgnored") // the stage runs for its effect
        void begin() {
            timer = delivery.at(deadline, this::timedOut);
            result.whenComplete((reply, failure) -> end()); // where the user completes or cancels it
            sendWhenThereIsRoom();
        }

        /** On the reader's thread, or on a thread that closes. */
        private void deliver(PendingReply slot) {
            if (slot.isComplete()) {
                delivery.arrived(this::settle);
            } else {
                delivery.ended(this::settle);
            }
        }

        private void settle() {
            end();
            try {
                result.complete(exchange.resultOf(awaitReply(exchange.slot, deadline)));
            } catch (Throwable e) { // a full heap as well: whoever waits ends
                fail(e);
            }
        }

        private void timedOut() {
            boolean arrived = exchange.slot.isComplete();
            end();
            fail(
                    arrived
                            ? new QmpTimeoutException(
                                    "The reply to %s has arrived, but within %s the executor of this client did not come to deliver it: is it blocked?"
                                            .formatted(exchange.command, Deadline.formatTimeout(deadline.timeout())),
                                    deadline.timeout())
                            : timeIsUp(noReply(exchange.slot, deadline), exchange.command));
        }

        private void fail(Throwable failure) {
            result.completeExceptionally(failure instanceof QmpException known ? known.of(clientName) : failure);
        }

        private void end() {
            Future<?> running = timer;
            if (running != null) {
                running.cancel(false);
            }
            exchange.end();
        }

        /** Send at once if that cannot block; otherwise in turn, on a thread that may wait. */
        private void sendWhenThereIsRoom() {
            freeingAfterFailure(() -> {
                if (!exchange.isSentAtOnce()) {
                    exchange.queue().add(() -> freeingAfterFailure(() -> exchange.sendQueued(deadline)));
                }
            });
        }

        private void freeingAfterFailure(Runnable sending) {
            try {
                sending.run();
            } catch (Throwable e) {
                Throwable told = e instanceof QmpTimeoutException late ? timeIsUp(late, exchange.command) : e;
                delivery.ended(() -> {
                    end();
                    fail(told);
                });
            }
        }
    }

    /** Send bytes unchanged, and return the whole reply: the reply with their id, or without an id if they have none. */
    JsonNode executeRaw(RawMessage raw, Duration timeout) {
        Deadline deadline = Deadline.in(timeout);
        secrets.learn(raw.text());
        PendingReply slot = new PendingReply(secrets.mask(raw.text().strip()), raw.kind());
        raw.earlier().forEach(replies::expectAndLetPass);
        String key = ReplyRouter.keyOf(raw.id());
        replies.expect(key, slot);
        try {
            JsonNode shown = JsonNodeFactory.instance.stringNode(raw.text().strip());
            inTurn.awaitThoseBefore(slot.what(), deadline);
            writer.awaitTurn(slot.what(), deadline);
            CallSite caller = log.caller();
            write(raw.bytes(), List.of(), slot, () -> log.sent(shown, 0, caller), deadline);
            JsonNode reply = awaitReply(slot, deadline);
            JsonNode message = raw.message();
            if (message != null && reply.has("return")) {
                succeeded(message);
            }
            return reply;
        } catch (QmpTimeoutException e) {
            throw timeIsUp(e, slot.what());
        } finally {
            replies.forget(key, slot, slot.writtenUpTo() > 0);
        }
    }

    /** Take note of what a command's success changes for this session. */
    private void succeeded(JsonNode message) {
        if (RawMessage.negotiates(message)) {
            if (RawMessage.enablesOutOfBand(message)) {
                outOfBand = true;
            }
            events.sessionBegins();
        }
    }

    private JsonNode awaitReply(PendingReply slot, Deadline deadline) {
        try {
            JsonNode reply = slot.await(deadline, this::knownEnd);
            if (reply == null) {
                throw noReply(slot, deadline);
            }
            writer.answered(slot);
            return reply;
        } catch (QmpDisconnectedException e) {
            endIsTold = true;
            throw e;
        }
    }

    private QmpTimeoutException noReply(PendingReply slot, Deadline deadline) {
        return new QmpTimeoutException(
                "No reply within %s to %s%s"
                        .formatted(
                                Deadline.formatTimeout(deadline.timeout()), slot.what(), replies.reasonForDelay(slot)),
                deadline.timeout());
    }

    /**
     * Return the command's own id, or a new one: short, since QEMU reads its monitor byte by byte, so that ten bytes cost as
     * much as a message's way from one thread to another; and negative, since callers count their own ids upwards.
     */
    private JsonNode idOf(QmpCommand command) {
        return command.id().orElseGet(() -> JsonNodeFactory.instance.numberNode(lastId.decrementAndGet()));
    }

    /** A command in flight: registered, perhaps sent, and in the end answered or given up. */
    private final class Exchange {

        private final QmpCommand command;
        private final JsonNode message;
        private final String key;
        private final PendingReply slot;
        private final CallSite caller = log.caller(); // another thread may send it
        private final AtomicBoolean ended = new AtomicBoolean();

        /** @param afterwards runs when there is a reply or the connection has ended, on the thread that noticed it */
        Exchange(QmpCommand command, Consumer<PendingReply> afterwards) {
            if (command.isOutOfBand() && !outOfBand) {
                throw new IllegalArgumentException(
                        "Cannot execute %s out of band: the capability is not enabled. Build the client with outOfBand(), if the server's greeting offers \"oob\""
                                .formatted(command.name()));
            }
            this.command = command;
            JsonNode id = idOf(command);
            this.message = command.message(id);
            this.key = ReplyRouter.keyOf(id);
            this.slot = new PendingReply(command, command.isOutOfBand() ? Kind.OUT_OF_BAND : Kind.IN_TURN, afterwards);
            replies.expect(key, slot);
        }

        private boolean needsWindow() {
            return outOfBand && !command.isOutOfBand();
        }

        SendQueue queue() {
            return command.isOutOfBand() ? urgent : inTurn;
        }

        /** Wait until it can be sent, and send it. */
        void send(Deadline deadline) {
            byte[] line = line();
            queue().awaitThoseBefore(command, deadline);
            send(line, deadline);
        }

        /** Send it, unless it has ended while it waited in its queue. */
        void sendQueued(Deadline deadline) {
            if (!ended.get()) {
                send(line(), deadline);
            }
        }

        private void send(byte[] line, Deadline deadline) {
            if (needsWindow()) {
                inBand.enter(slot, deadline);
            }
            writer.awaitTurn(command, deadline);
            write(line, deadline);
        }

        /** Send it if nothing has to be waited for; return whether it is sent. */
        boolean isSentAtOnce() {
            byte[] line = line();
            if (!queue().isEmpty() || (needsWindow() && !inBand.tryEnter(slot))) {
                return false;
            }
            if (!writer.tryTurn(line.length, connection().surelyBuffered())) {
                inBand.leave(slot);
                return false;
            }
            write(line, Deadline.in(Duration.ZERO));
            return true;
        }

        private byte[] line() {
            if (!command.fds().stream().allMatch(FileDescriptor::valid)) {
                throw new IllegalArgumentException(
                        "Cannot execute %s: a file descriptor that should go along is closed; keep it open until the reply is there"
                                .formatted(command));
            }
            return QemuJson.lineOf(message, command);
        }

        /** Write it; with the turn. */
        private void write(byte[] line, Deadline deadline) {
            command.arguments().ifPresent(secrets::learn);
            if (command.name().equals("quit")) {
                quitting = true;
            }
            QmpSession.this.write(
                    line,
                    command.fds(),
                    slot,
                    () -> log.sent(message, command.fds().size(), caller),
                    deadline);
        }

        void end() {
            if (ended.compareAndSet(false, true)) {
                boolean sent = slot.writtenUpTo() > 0; // perhaps not whole yet, if the peer does not read
                if (!sent) {
                    inBand.leave(slot);
                }
                replies.forget(key, slot, sent);
            }
        }

        JsonNode resultOf(JsonNode reply) {
            JsonNode result = reply.get("return");
            if (result != null) {
                succeeded(message);
                return result;
            }
            JsonNode error = reply.path("error");
            if (!error.path("class").isString() || !error.path("desc").isString()) {
                throw new QmpReplyException(
                        "Expected a reply with \"return\" or a whole \"error\" to %s, but received %s"
                                .formatted(command, JsonValues.excerpt(secrets.mask(reply))),
                        null);
            }
            throw new QmpErrorException(clientName, command, message, reply, secrets);
        }
    }

    private Transport connection() {
        return requireNonNull(transport, "a command is written after the connection was made");
    }

    /** With the turn, write one message and record it, so that the transcript has the order of the wire. */
    private void write(
            byte[] bytes, List<FileDescriptor> fds, PendingReply slot, Runnable takingDown, Deadline deadline) {
        Object command = slot.what();
        boolean begun = false;
        try {
            Transport current = connection();
            if (!fds.isEmpty() && !current.carriesFds()) {
                throw new IllegalArgumentException(
                        "Cannot execute %s: file descriptors travel over a UNIX socket only, and this connection has none; connect by QmpAddress.unix"
                                .formatted(command));
            }
            throwIfEnded(command);
            takingDown.run();
            begun = true;
            writer.write(current, bytes, fds, slot, command, deadline);
        } catch (IOException e) {
            Duration patience = deadline.remaining();
            awaitFinished(Deadline.in(patience.compareTo(FAREWELL) < 0 ? patience : FAREWELL));
            throwIfEnded(command);
            throw new QmpDisconnectedException("Could not send %s: %s".formatted(command, e.getMessage()), e);
        } finally {
            if (!begun) {
                writer.passTurn();
            }
        }
    }

    private void throwIfEnded(Object command) {
        QmpException reason = knownEnd();
        if (reason != null) {
            endIsTold = true;
            throw new QmpDisconnectedException(
                    "Cannot execute %s: %s".formatted(command, reason.getMessage()), reason.getCause());
        }
    }

    /** End the connection and wait until its reader has. Safe on every thread, including the reader's, and idempotent. */
    void close() {
        closing = true;
        source.cancel();
        Transport current = transport;
        if (current != null) {
            sayGoodbye(current);
            current.close();
        }
        if (!Thread.currentThread().equals(reader) && !awaitFinished(Deadline.in(FAREWELL))) {
            logger().log(
                            Level.WARNING,
                            TerminalText.message(
                                    "The reader of QMP client \"%s\" does not end: does a listener's filter block it?"
                                            .formatted(clientName)));
            finish(endedBecause("", null));
        }
    }

    /**
     * Let the written commands arrive. Closing a TCP socket while replies are unread resets the connection, and the peer may lose commands
     * that it has not read. So this direction ends first, and the reader continues until the peer has ended the other.
     */
    private void sayGoodbye(Transport current) {
        if (end == null && !Thread.currentThread().equals(reader)) {
            inTurn.drain(QUEUE_PATIENCE);
            Deadline deadline = Deadline.in(LINGER);
            boolean allWasRead = writer.everythingWasRead();
            if (writer.end(current, deadline) && !allWasRead) {
                awaitFinished(deadline);
            }
        }
    }

    private boolean awaitFinished(Deadline deadline) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return finished.await(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void read() {
        QmpException reason;
        try {
            reason = readToTheEnd();
        } catch (Throwable e) { // after any error, no waiter may be left behind
            reason = defect(e);
        }
        finish(reason);
    }

    /** Read, route, and return why nothing more comes. */
    private QmpException readToTheEnd() {
        try {
            Transport opened = source.open();
            transport = opened;
            connected.countDown();
            if (closing) {
                opened.close();
            }
            log.opened(opened.peer().map(peer -> OptionalLong.of(peer.pid())).orElse(OptionalLong.empty()));
            MessageReader messages = new MessageReader(opened.input(), limits);
            for (JsonNode message = messages.next(); message != null; message = messages.next()) {
                route(message);
            }
            return endedBecause("the peer closed the connection", null);
        } catch (QmpProtocolException e) {
            return e;
        } catch (IOException e) {
            return endedBecause(
                    transport == null
                            ? "could not connect: " + e.getMessage()
                            : "the connection broke: " + e.getMessage(),
                    e);
        }
    }

    private QmpException defect(Throwable cause) {
        try {
            return cause instanceof OutOfMemoryError
                    ? outOfMemory
                    : new QmpException("A defect in the QMP client's reader: " + cause, cause);
        } catch (OutOfMemoryError e) {
            return outOfMemory;
        }
    }

    private QmpException endedBecause(String symptom, @Nullable Throwable cause) {
        if (closing) {
            return new QmpDisconnectedException("QMP client \"%s\" was closed".formatted(clientName), cause);
        }
        firstSign = new QmpDisconnectedException(symptom + " (why is not known yet)", cause);
        String diagnosis = peer.diagnose();
        return new QmpDisconnectedException(diagnosis.isEmpty() ? symptom : diagnosis, cause);
    }

    /**
     * End and notify all waiters, whatever killed the reader. A step that fails does not prevent the next one.
     * If there is no memory for a step, the reader tries again. The end itself is noted without allocating.
     *
     * <p>Only the first call does this: the reader's or, if user code blocks the reader, the closing thread's.
     */
    private void finish(QmpException reason) {
        if (!finishing.compareAndSet(false, true)) {
            return;
        }
        closedBeforeTheEnd = closing;
        int undone = (1 << STEPS) - 1;
        while (undone != 0) {
            for (int step = 0; step < STEPS; step++) {
                if ((undone & 1 << step) != 0 && isDone(step, reason)) {
                    undone &= ~(1 << step);
                }
            }
            if (undone != 0) {
                LockSupport.parkNanos(RESPITE_NANOS);
            }
        }
    }

    private boolean isDone(int step, QmpException reason) {
        try {
            finish(step, reason);
            return true;
        } catch (OutOfMemoryError e) {
            return false;
        } catch (Throwable e) { // from a transcript's sink or an executor: no waiter may be left behind because of it
            return true;
        }
    }

    private void finish(int step, QmpException reason) {
        switch (step) {
            case 0 -> closeTransport();
            case 1 -> takeDownEnd(reason);
            case 2 -> {
                end = reason;
                connected.countDown();
            }
            case 3 -> greeting.fail(reason);
            case 4 -> replies.fail(reason);
            case 5 -> writer.letGo();
            case 6 -> inBand.open();
            case 7 -> events.connectionChanged(reason);
            default -> {
                finished.countDown();
                onChange.run();
            }
        }
    }

    private void closeTransport() {
        Transport current = transport;
        if (current != null) {
            current.close();
        }
    }

    private void takeDownEnd(QmpException reason) {
        if (transport != null) {
            log.ended(closedBeforeTheEnd, reason.getMessage());
        }
    }

    private void route(JsonNode message) {
        if (message.path("event").isString()) {
            long nanoTime = System.nanoTime();
            log.received(message);
            events.dispatch(message, nanoTime);
        } else if (message.has("return") || message.has("error") || message.has("id")) {
            String key = ReplyRouter.keyOf(message.get("id"));
            PendingReply slot = replies.find(key, message);
            if (slot != null) {
                inBand.leave(slot); // before its waiter sends the next one
            }
            replies.route(message, slot);
            if (slot != null) { // and not before: whoever could not be told for want of memory is told the end
                replies.done(key, slot);
            }
        } else if (message.has("QMP")) {
            log.received(message);
            greeting.complete(message);
        } else {
            log.received(message);
            throw new QmpUnexpectedMessageException(
                    "Expected a greeting, a reply or an event, but the peer sent "
                            + JsonValues.excerpt(secrets.mask(message)),
                    null);
        }
    }

    /** Created on first use: most sessions never log. */
    private static System.Logger logger() {
        return System.getLogger(QmpSession.class.getName());
    }
}
