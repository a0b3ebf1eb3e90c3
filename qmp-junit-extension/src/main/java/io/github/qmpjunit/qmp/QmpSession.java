package io.github.qmpjunit.qmp;

import static java.util.Objects.requireNonNull;

import java.io.FileDescriptor;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * One connection, from the attempt to connect to its end.
 *
 * <p>One daemon thread, the reader, does everything that may block for long on the peer's side: it opens the transport, reads,
 * and routes each message to the one who waits for it. Commands are written by the threads that execute them, in turn. So a
 * command goes out without a hop, and its reply comes in with exactly one, the reader waking the waiter.
 *
 * <p>What ends the connection, whoever noticed it first, ends here: the reader leaves its loop, finds out why, and only then
 * releases all who wait. A writer that meets a broken connection waits for the reader's word for the same reason: the broken
 * pipe is the symptom, what the peer's owner knows is the cause.
 */
final class QmpSession {

    /** How long a writer whose write has failed waits for the reader to find out why. The reader meets the same end at once. */
    private static final Duration FAREWELL = Duration.ofSeconds(5);

    private final String clientName;
    private final Transport.Source source;
    private final EventRouter events;
    private final Supplier<String> peerDiagnosis;
    private final QmpLimits limits;
    private final @Nullable QmpTranscript transcript;
    private final Thread reader;

    private final PendingReply greeting = new PendingReply();
    private final Map<String, PendingReply> pending = new ConcurrentHashMap<>();
    private final Set<String> abandoned = ConcurrentHashMap.newKeySet();
    private final AtomicLong lastId = new AtomicLong();
    private final ReentrantLock writing = new ReentrantLock();

    private volatile @Nullable Transport transport;
    private volatile boolean closing;
    private volatile @Nullable QmpException end;
    private final CountDownLatch finished = new CountDownLatch(1);

    QmpSession(
            String clientName,
            Transport.Source source,
            EventRouter events,
            Supplier<String> peerDiagnosis,
            QmpLimits limits,
            @Nullable QmpTranscript transcript) {
        this.clientName = clientName;
        this.source = source;
        this.events = events;
        this.peerDiagnosis = peerDiagnosis;
        this.limits = limits;
        this.transcript = transcript;
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
        JsonNode id = command.id()
                .orElseGet(() -> JsonNodeFactory.instance.stringNode("qmp-junit-" + lastId.incrementAndGet()));
        String key = id.toString();
        PendingReply slot = new PendingReply();
        if (pending.putIfAbsent(key, slot) != null) {
            throw new IllegalArgumentException(
                    "Cannot execute %s: another command with id %s is under way".formatted(command, key));
        }
        boolean answered = false;
        boolean sent = false;
        try {
            write(command, id, deadline);
            sent = true;
            JsonNode reply = slot.await(deadline, command);
            if (reply == null) {
                throw new QmpTimeoutException(
                        "No reply within %s to %s".formatted(Deadline.format(deadline.timeout()), command),
                        deadline.timeout());
            }
            answered = true;
            return resultOf(command, reply);
        } finally {
            if (!answered) {
                if (sent) {
                    abandoned.add(key); // before it leaves the map, so that its late reply is always known
                }
                if (pending.remove(key) == null) {
                    abandoned.remove(key);
                }
            }
        }
    }

    private static JsonNode resultOf(QmpCommand command, JsonNode reply) {
        JsonNode result = reply.get("return");
        if (result != null) {
            return result;
        }
        JsonNode error = reply.path("error");
        if (!error.path("class").isString() || !error.path("desc").isString()) {
            throw new QmpProtocolException(
                    "Expected a reply with \"return\" or a whole \"error\" to %s, but received %s"
                            .formatted(command, JsonValues.excerpt(reply)),
                    null);
        }
        throw new QmpErrorException(command, error);
    }

    private void write(QmpCommand command, JsonNode id, Deadline deadline) {
        JsonNode message = command.message(id);
        byte[] json = Json.MAPPER.writeValueAsBytes(message);
        byte[] line = Arrays.copyOf(json, json.length + 1);
        line[json.length] = '\n';
        if (!command.fds().stream().allMatch(FileDescriptor::valid)) {
            throw new IllegalArgumentException(
                    "Cannot execute %s: a file descriptor that should go along is closed; keep it open until the reply is there"
                            .formatted(command));
        }
        acquireWriting(command, deadline);
        try {
            throwIfEnded(command);
            if (transcript != null) {
                transcript.sent(message, command.fds().size());
            }
            requireNonNull(transport, "a command is written after the greeting").write(line, command.fds());
        } catch (IOException e) {
            awaitFinished(Deadline.in(FAREWELL));
            throwIfEnded(command);
            throw new QmpDisconnectedException("Could not send %s: %s".formatted(command, e.getMessage()), e);
        } finally {
            writing.unlock();
        }
    }

    private void acquireWriting(QmpCommand command, Deadline deadline) {
        try {
            if (!writing.tryLock() && !writing.tryLock(deadline.remainingNanos(), TimeUnit.NANOSECONDS)) {
                throw new QmpTimeoutException(
                        "Could not send %s within %s: another command is still being written, the peer does not read"
                                .formatted(command, Deadline.format(deadline.timeout())),
                        deadline.timeout());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QmpInterruptedException("The thread was interrupted before it could send " + command, e);
        }
    }

    private void throwIfEnded(QmpCommand command) {
        QmpException reason = end;
        if (reason != null) {
            throw new QmpDisconnectedException("Cannot execute %s: %s".formatted(command, reason.getMessage()), reason);
        }
    }

    /** End the connection and wait until its reader has. Safe from every thread, the reader's too, and twice. */
    void close() {
        closing = true;
        source.cancel();
        Transport current = transport;
        if (current != null) {
            current.close();
        }
        if (!Thread.currentThread().equals(reader)) {
            awaitFinished(Deadline.in(FAREWELL));
        }
    }

    private void awaitFinished(Deadline deadline) {
        boolean interrupted = false;
        while (true) {
            try {
                boolean done = finished.await(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
                if (!done) {
                    logger().log(Level.WARNING, "The reader of QMP client \"{0}\" does not end", clientName);
                }
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void read() {
        QmpException reason;
        try {
            Transport opened = source.open();
            transport = opened;
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
        String diagnosis = peerDiagnosis.get();
        return new QmpDisconnectedException(diagnosis.isEmpty() ? symptom : diagnosis, cause);
    }

    private void finish(QmpException reason) {
        Transport current = transport;
        if (current != null) {
            current.close();
        }
        if (transcript != null && current != null) {
            transcript.ended(closing, String.valueOf(reason.getMessage()));
        }
        end = reason;
        greeting.fail(reason);
        pending.values().forEach(slot -> slot.fail(reason));
        events.connectionChanged(reason);
        finished.countDown();
    }

    private void route(JsonNode message) {
        if (message.path("event").isString()) {
            long nanoTime = System.nanoTime();
            takeDown(message);
            events.dispatch(message, nanoTime);
        } else if (message.has("return") || message.has("error") || message.has("id")) {
            routeReply(message);
        } else if (message.has("QMP")) {
            takeDown(message);
            greeting.complete(message);
        } else {
            takeDown(message);
            throw new QmpProtocolException(
                    "Expected a greeting, a reply or an event, but the peer sent " + JsonValues.excerpt(message), null);
        }
    }

    private void routeReply(JsonNode message) {
        JsonNode id = message.get("id");
        if (id == null) {
            takeDown(message);
            throw new QmpProtocolException(
                    "The peer sent a reply without id, so it could not parse what it was sent: "
                            + JsonValues.excerpt(message),
                    null);
        }
        String key = id.toString();
        PendingReply slot = pending.remove(key);
        if (slot != null) {
            takeDown(message);
            slot.complete(message);
        } else if (abandoned.remove(key)) {
            if (transcript != null) {
                transcript.receivedLate(message);
            }
        } else {
            if (transcript != null) {
                transcript.receivedUnknown(message);
            }
            logger().log(
                            Level.WARNING,
                            "QMP client \"{0}\" received a reply to a command it has not sent: {1}",
                            clientName,
                            JsonValues.excerpt(message));
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
