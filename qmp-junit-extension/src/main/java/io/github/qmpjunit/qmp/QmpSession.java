package io.github.qmpjunit.qmp;

import static java.util.Objects.requireNonNull;

import io.github.qmpjunit.internal.DaemonExecutor;
import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.internal.TerminalText;
import io.github.qmpjunit.json.Json;
import io.github.qmpjunit.json.JsonValues;
import io.github.qmpjunit.qmp.transport.PeerCredentials;
import io.github.qmpjunit.qmp.wire.Transport;
import io.github.qmpjunit.secrets.Secrets;
import java.io.FileDescriptor;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * One connection, from the attempt to connect to its end.
 *
 * <p>One daemon thread, the reader, does everything that may block for long on the peer's side: it opens the transport, reads,
 * and routes each message to the one who waits for it. Commands are written by the threads that execute them, in turn, unless
 * that might block ({@link MessageWriter}). So a command goes out without a hop, and its reply comes in with exactly one, the
 * reader waking the waiter.
 *
 * <p>What ends the connection, whoever noticed it first, ends here: the reader leaves its loop, finds out why, and only then
 * releases all who wait. A writer that meets a broken connection waits for the reader's word for the same reason: the broken
 * pipe is the symptom, what the peer's owner knows is the cause.
 */
final class QmpSession {

    /** How long a writer whose write has failed waits for the reader to find out why. The reader meets the same end at once. */
    private static final Duration FAREWELL = Duration.ofSeconds(5);

    /** How long a close waits until the peer has read what it has not answered yet; where all is answered, it does not wait. */
    private static final Duration LINGER = Duration.ofMillis(500);

    private final String clientName;
    private final Transport.Source source;
    private final EventRouter events;
    private final QmpPeer peer;
    private final QmpLimits limits;
    private final @Nullable QmpTranscript transcript;
    private final Secrets secrets;
    private final Thread reader;

    private final Runnable onChange;
    private final CountDownLatch connected = new CountDownLatch(1);
    private final PendingReply greeting = new PendingReply();
    private final ReplyRouter replies;
    private final AtomicLong lastId = new AtomicLong();
    private final MessageWriter writer;
    private final InBandWindow inBand = new InBandWindow();
    private final DaemonExecutor sender;
    private final AtomicInteger queuedSends = new AtomicInteger();
    private volatile boolean outOfBand;

    private volatile @Nullable Transport transport;
    private volatile boolean closing;
    private volatile boolean quitting;
    private volatile boolean closedBeforeTheEnd;
    private volatile boolean endIsTold;
    private volatile @Nullable QmpException end;
    private final CountDownLatch finished = new CountDownLatch(1);

    /**
     * @param peer says why the peer has gone, if it knows
     * @param onChange called when the connection has ended, on the reader's thread
     */
    QmpSession(
            String clientName,
            Transport.Source source,
            EventRouter events,
            QmpPeer peer,
            QmpLimits limits,
            @Nullable QmpTranscript transcript,
            Secrets secrets,
            Runnable onChange) {
        this.clientName = clientName;
        this.source = source;
        this.events = events;
        this.peer = peer;
        this.limits = limits;
        this.transcript = transcript;
        this.secrets = secrets;
        this.onChange = onChange;
        this.replies = new ReplyRouter(clientName, transcript, secrets);
        this.writer = new MessageWriter(clientName);
        this.sender = new DaemonExecutor("qmp-sender-" + clientName);
        this.reader = new Thread(this::read, "qmp-reader-" + clientName);
        reader.setDaemon(true);
    }

    void start() {
        reader.start();
    }

    /** Return whether the connection has ended. */
    boolean hasEnded() {
        return end != null;
    }

    /** Return why the connection ended, if nobody was told yet and it was not what was asked for. */
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

    /** Take note that somebody has been told of the end. */
    void endIsTold() {
        endIsTold = true;
    }

    /** Allow commands out of band, which the peer has agreed to. */
    void allowOutOfBand() {
        outOfBand = true;
    }

    /** Wait for the connection itself, where no greeting is to be waited for. */
    void awaitConnection(Deadline deadline) {
        try {
            if (!connected.await(deadline.remainingNanos(), TimeUnit.NANOSECONDS)) {
                throw new QmpTimeoutException(
                        "No connection within " + Deadline.format(deadline.timeout()), deadline.timeout());
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
        JsonNode message = greeting.await(deadline, "the greeting");
        if (message == null) {
            throw new QmpTimeoutException(
                    transport == null
                            ? "No connection within " + Deadline.format(deadline.timeout())
                            : "Connected, but no greeting came within %s; a monitor serves one client at a time, is another connected?"
                                    .formatted(Deadline.format(deadline.timeout())),
                    deadline.timeout());
        }
        return QmpGreeting.of(message);
    }

    /** Execute a command and return what stands under {@code return}. */
    JsonNode execute(QmpCommand command, Duration defaultTimeout) {
        Deadline deadline = Deadline.in(command.timeout().orElse(defaultTimeout));
        PendingReply slot = new PendingReply();
        Exchange exchange = new Exchange(command, idOf(command), slot);
        try {
            if (exchange.needsWindow()) {
                inBand.enter(exchange.key, command, deadline);
            }
            exchange.send(deadline);
            return resultOf(command, awaitReply(slot, command, deadline));
        } finally {
            exchange.end();
        }
    }

    /** Execute a command; the future is completed by the executor, never on the reader's thread. */
    @SuppressWarnings("FutureReturnValueIgnored") // what is hung on them runs for its effect
    CompletableFuture<JsonNode> executeAsync(QmpCommand command, Duration defaultTimeout, Executor executor) {
        Deadline deadline = Deadline.in(command.timeout().orElse(defaultTimeout));
        CompletableFuture<JsonNode> result = new CompletableFuture<>();
        PendingReply slot =
                new PendingReply(arrived -> executor.execute(() -> settle(result, arrived, command, deadline)));
        Exchange exchange = new Exchange(command, idOf(command), slot);
        CompletableFuture<Void> timer =
                new CompletableFuture<Void>().orTimeout(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
        timer.whenComplete((nothing, end) -> {
            if (end instanceof TimeoutException) {
                executor.execute(() -> result.completeExceptionally(noReply(command, deadline)));
            }
        });
        result.whenComplete((reply, failure) -> {
            timer.cancel(false);
            exchange.end();
        });
        sendWhenThereIsRoom(exchange, deadline, result);
        return result;
    }

    /** Send at once where that is possible; else in turn, on a thread that may wait for it. */
    private void sendWhenThereIsRoom(Exchange exchange, Deadline deadline, CompletableFuture<?> result) {
        boolean mustWait = exchange.needsWindow() && (queuedSends.get() > 0 || !inBand.tryEnter(exchange.key));
        Runnable send = () -> {
            try {
                if (mustWait) {
                    inBand.enter(exchange.key, exchange.command, deadline);
                }
                exchange.send(deadline);
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            }
        };
        if (mustWait) {
            queuedSends.incrementAndGet();
            sender.execute(() -> {
                send.run();
                queuedSends.decrementAndGet();
            });
        } else {
            send.run();
        }
    }

    private void settle(CompletableFuture<JsonNode> result, PendingReply slot, QmpCommand command, Deadline deadline) {
        try {
            result.complete(resultOf(command, awaitReply(slot, command, deadline)));
        } catch (RuntimeException e) {
            result.completeExceptionally(e);
        }
    }

    /** Send a text as it is, and return the whole reply to it: the one with its id, or without one where it has none. */
    JsonNode executeRaw(String text, @Nullable JsonNode id, Duration timeout) {
        Deadline deadline = Deadline.in(timeout);
        PendingReply slot = new PendingReply();
        String key = ReplyRouter.keyOf(id);
        String shown = secrets.learn(text).mask(text);
        replies.expect(key, slot, shown);
        try {
            write(
                    (text + "\n").getBytes(StandardCharsets.UTF_8),
                    List.of(),
                    slot,
                    shown,
                    log -> log.sent(JsonNodeFactory.instance.stringNode(text), 0),
                    deadline);
            return awaitReply(slot, shown, deadline);
        } finally {
            replies.forget(key, slot, slot.writtenUpTo() > 0);
        }
    }

    private JsonNode awaitReply(PendingReply slot, Object command, Deadline deadline) {
        try {
            JsonNode reply = slot.await(deadline, command);
            if (reply == null) {
                throw noReply(command, deadline);
            }
            writer.answered(slot);
            return reply;
        } catch (QmpDisconnectedException e) {
            endIsTold = true;
            throw e;
        }
    }

    private static QmpTimeoutException noReply(Object command, Deadline deadline) {
        return new QmpTimeoutException(
                "No reply within %s to %s".formatted(Deadline.format(deadline.timeout()), command), deadline.timeout());
    }

    /**
     * Return the command's own id, or a new one: short, since QEMU reads its monitor byte by byte, which makes ten bytes as dear as a
     * message's way from one thread to another; and negative, since callers count their own ones upwards.
     */
    private JsonNode idOf(QmpCommand command) {
        return command.id().orElseGet(() -> JsonNodeFactory.instance.numberNode(lastId.decrementAndGet()));
    }

    /** A command on its way: expected, perhaps sent, and in the end answered or forgotten. */
    private final class Exchange {

        private final QmpCommand command;
        private final JsonNode id;
        private final String key;
        private final PendingReply slot;

        Exchange(QmpCommand command, JsonNode id, PendingReply slot) {
            if (command.isOutOfBand() && !outOfBand) {
                throw new IllegalArgumentException(
                        "Cannot execute %s out of band: the capability is not enabled. Build the client with outOfBand(), if the server's greeting offers \"oob\""
                                .formatted(command.name()));
            }
            this.command = command;
            this.id = id;
            this.key = ReplyRouter.keyOf(id);
            this.slot = slot;
            replies.expect(key, slot, command);
        }

        boolean needsWindow() {
            return outOfBand && !command.isOutOfBand();
        }

        void send(Deadline deadline) {
            if (!command.fds().stream().allMatch(FileDescriptor::valid)) {
                throw new IllegalArgumentException(
                        "Cannot execute %s: a file descriptor that should go along is closed; keep it open until the reply is there"
                                .formatted(command));
            }
            command.arguments().ifPresent(secrets::learn);
            JsonNode message = command.message(id);
            byte[] json = Json.MAPPER.writeValueAsBytes(message);
            byte[] line = Arrays.copyOf(json, json.length + 1);
            line[json.length] = '\n';
            if (command.name().equals("quit")) {
                quitting = true;
            }
            write(
                    line,
                    command.fds(),
                    slot,
                    command,
                    log -> log.sent(message, command.fds().size()),
                    deadline);
        }

        void end() {
            boolean sent = slot.writtenUpTo() > 0; // perhaps not whole yet, where the peer does not read
            if (!sent) {
                inBand.leave(key);
            }
            replies.forget(key, slot, sent);
        }
    }

    private JsonNode resultOf(QmpCommand command, JsonNode reply) {
        JsonNode result = reply.get("return");
        if (result != null) {
            return result;
        }
        JsonNode error = reply.path("error");
        if (!error.path("class").isString() || !error.path("desc").isString()) {
            throw new QmpProtocolException(
                    "Expected a reply with \"return\" or a whole \"error\" to %s, but received %s"
                            .formatted(command, JsonValues.excerpt(secrets.mask(reply))),
                    null);
        }
        throw new QmpErrorException(command, error, secrets);
    }

    /** Write one message; the taking down goes with it, so that the transcript has the order of the wire. */
    private void write(
            byte[] bytes,
            List<FileDescriptor> fds,
            PendingReply slot,
            Object command,
            Consumer<QmpTranscript> takingDown,
            Deadline deadline) {
        Transport current = requireNonNull(transport, "a command is written after the connection was made");
        if (!fds.isEmpty() && !current.carriesFds()) {
            throw new IllegalArgumentException(
                    "Cannot execute %s: file descriptors travel over a UNIX socket only, and this connection has none; connect by QmpAddress.unix"
                            .formatted(command));
        }
        writer.awaitTurn(command, deadline);
        boolean begun = false;
        try {
            throwIfEnded(command);
            if (transcript != null) {
                takingDown.accept(transcript);
            }
            begun = true;
            writer.write(current, bytes, fds, slot, command, deadline);
        } catch (IOException e) {
            awaitFinished(Deadline.in(FAREWELL));
            throwIfEnded(command);
            throw new QmpDisconnectedException("Could not send %s: %s".formatted(command, e.getMessage()), e);
        } finally {
            if (!begun) {
                writer.passTurn();
            }
        }
    }

    private void throwIfEnded(Object command) {
        QmpException reason = end;
        if (reason != null) {
            endIsTold = true;
            throw new QmpDisconnectedException("Cannot execute %s: %s".formatted(command, reason.getMessage()), reason);
        }
    }

    /** End the connection and wait until its reader has. Safe from every thread, the reader's too, and twice. */
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
                            TerminalText.message("The reader of QMP client \"%s\" does not end".formatted(clientName)));
        }
    }

    /**
     * Let what was written arrive. A TCP socket that is closed while replies are unread resets the connection, and the peer may lose
     * what it has not read; so our direction ends first, and the reader goes on until the peer has ended its own.
     */
    private void sayGoodbye(Transport current) {
        if (end == null && !Thread.currentThread().equals(reader)) {
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
            Transport opened = source.open();
            transport = opened;
            connected.countDown();
            if (closing) {
                opened.close();
            }
            if (transcript != null) {
                transcript.opened(
                        clientName,
                        opened.peer().map(peer -> OptionalLong.of(peer.pid())).orElse(OptionalLong.empty()));
            }
            MessageReader messages = new MessageReader(opened.input(), limits);
            for (JsonNode message = messages.next(); message != null; message = messages.next()) {
                route(message);
            }
            reason = endedBecause("the peer closed the connection", null);
        } catch (QmpProtocolException e) {
            reason = e;
        } catch (IOException e) {
            reason = endedBecause(
                    transport == null
                            ? "could not connect: " + e.getMessage()
                            : "the connection broke: " + e.getMessage(),
                    e);
        } catch (Throwable e) { // whatever it is, nobody may be left waiting
            reason = new QmpException("A defect in the QMP client's reader: " + e, e);
        }
        finish(reason);
    }

    private QmpException endedBecause(String symptom, @Nullable Throwable cause) {
        if (closing) {
            return new QmpDisconnectedException("QMP client \"%s\" was closed".formatted(clientName), cause);
        }
        String diagnosis = peer.diagnose();
        return new QmpDisconnectedException(diagnosis.isEmpty() ? symptom : diagnosis, cause);
    }

    private void finish(QmpException reason) {
        Transport current = transport;
        if (current != null) {
            current.close();
        }
        closedBeforeTheEnd = closing;
        if (transcript != null && current != null) {
            transcript.ended(closing, String.valueOf(reason.getMessage()));
        }
        end = reason;
        connected.countDown();
        greeting.fail(reason);
        replies.fail(reason);
        writer.letGo();
        inBand.open();
        events.connectionChanged(reason);
        finished.countDown();
        onChange.run();
    }

    private void route(JsonNode message) {
        if (message.path("event").isString()) {
            long nanoTime = System.nanoTime();
            takeDown(message);
            events.dispatch(message, nanoTime);
        } else if (message.has("return") || message.has("error") || message.has("id")) {
            if (outOfBand) {
                inBand.leave(ReplyRouter.keyOf(message.get("id")));
            }
            replies.route(message);
        } else if (message.has("QMP")) {
            takeDown(message);
            greeting.complete(message);
        } else {
            takeDown(message);
            throw new QmpProtocolException(
                    "Expected a greeting, a reply or an event, but the peer sent "
                            + JsonValues.excerpt(secrets.mask(message)),
                    null);
        }
    }

    private void takeDown(JsonNode message) {
        if (transcript != null) {
            transcript.received(message);
        }
    }

    /** Fetched where it is needed: most sessions never log. */
    private static System.Logger logger() {
        return System.getLogger(QmpSession.class.getName());
    }
}
