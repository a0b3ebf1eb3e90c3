package io.github.qmpjunit.qmp;

import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.internal.Waiting;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Holds the one message that a thread waits for, a reply or the greeting, until the reader delivers it.
 *
 * <p>The wait is a timed wait on a plain latch, never a future's: on JUnit's fork-join pool, an untimed or a future's wait lets
 * the pool start further tests, and with them more machines than the user allowed.
 */
final class PendingReply {

    /** How the peer treats the message that was sent. */
    enum Kind {
        /** A command, which waits for the ones before it. */
        IN_TURN,
        /** A command that the peer executes at once, whatever else it does. */
        OUT_OF_BAND,
        /** A text that is no message: the peer answers with one error or several, none of which has an id. */
        GARBAGE,
        /** The beginning of a message: the peer waits for the rest, and answers neither. */
        BEGINNING
    }

    private final Object what;
    private final Kind kind;
    private final CountDownLatch arrived = new CountDownLatch(1);
    private final Consumer<PendingReply> afterwards;
    private volatile @Nullable JsonNode message;
    private volatile @Nullable QmpException failure;
    private volatile long writtenUpTo;
    private volatile long writtenNanos;
    private volatile boolean abandoned;

    /**
     * Create a slot that a thread waits for.
     *
     * @param what what it is a reply to; its text has secrets masked and is made only when a message needs it
     */
    PendingReply(Object what, Kind kind) {
        this(what, kind, slot -> {});
    }

    /** Create a slot; the action runs when it is filled, on the reader's thread. */
    PendingReply(Object what, Kind kind, Consumer<PendingReply> afterwards) {
        this.what = what;
        this.kind = kind;
        this.afterwards = afterwards;
    }

    /** Return what it is a reply to, with secrets masked. */
    String what() {
        return what.toString();
    }

    Kind kind() {
        return kind;
    }

    /** Note that the command is on its way, and where it ends in the stream of written bytes. */
    void written(long upTo) {
        writtenNanos = System.nanoTime();
        writtenUpTo = upTo;
    }

    /** Return where the command ends in the stream of written bytes; zero if it was never sent. */
    long writtenUpTo() {
        return writtenUpTo;
    }

    /** Return how long ago the command was sent. */
    Duration age() {
        return Duration.ofNanos(System.nanoTime() - writtenNanos);
    }

    /** Note that the wait has been given up. */
    void abandon() {
        abandoned = true;
    }

    boolean isAbandoned() {
        return abandoned;
    }

    /** Return whether the reply has arrived. */
    boolean isComplete() {
        return message != null;
    }

    void complete(JsonNode reply) {
        message = reply;
        arrived.countDown();
        afterwards.accept(this);
    }

    void fail(QmpException reason) {
        failure = reason;
        arrived.countDown();
        afterwards.accept(this);
    }

    /**
     * Wait until the message is there.
     *
     * @param knownEnd says why nothing can arrive any more, even if the reader could not
     * @return the message, or {@code null} when the deadline is over
     * @throws QmpDisconnectedException if the connection ended before
     */
    @Nullable
    JsonNode await(Deadline deadline, Supplier<@Nullable QmpException> knownEnd) {
        Waiting waiting = Waiting.begin(() -> "the reply to " + what);
        try {
            while (!arrived.await(
                    Math.min(deadline.remainingNanos(), QmpSession.LIFE_SIGN_NANOS), TimeUnit.NANOSECONDS)) {
                QmpException sudden = knownEnd.get();
                if (sudden != null) {
                    failure = sudden;
                    break;
                }
                if (deadline.isOver()) {
                    return null;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QmpInterruptedException("The thread was interrupted while it waited for " + what, e);
        } finally {
            waiting.end();
        }
        QmpException reason = failure;
        if (reason != null && message == null) { // an end after the reply is for the next command to report
            throw new QmpDisconnectedException(
                    "The connection ended before %s arrived: %s".formatted(what, reason.getMessage()), reason);
        }
        return message;
    }
}
