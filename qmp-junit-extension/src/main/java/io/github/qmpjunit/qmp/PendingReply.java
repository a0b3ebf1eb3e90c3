package io.github.qmpjunit.qmp;

import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.internal.Waiting;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The place into which the reader puts what one thread waits for: a reply, or the greeting.
 *
 * <p>The wait is a timed wait on a plain latch, never a future's: on JUnit's fork-join pool, an untimed or a future's wait lets
 * the pool start further tests, and with them more machines than the user allowed.
 */
final class PendingReply {

    private final CountDownLatch arrived = new CountDownLatch(1);
    private final Consumer<PendingReply> afterwards;
    private volatile @Nullable JsonNode message;
    private volatile @Nullable QmpException failure;
    private volatile long writtenUpTo;

    /** Create a slot that somebody waits for. */
    PendingReply() {
        this(slot -> {});
    }

    /** Create a slot; the action runs when it is filled, on the reader's thread. */
    PendingReply(Consumer<PendingReply> afterwards) {
        this.afterwards = afterwards;
    }

    /** Take note that the command is on its way, and where it ends in the stream of all that was written. */
    void written(long upTo) {
        writtenUpTo = upTo;
    }

    /** Return where the command ends in the stream of all that was written; zero if it was never sent. */
    long writtenUpTo() {
        return writtenUpTo;
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
     * @param what what is waited for, to be named in an error
     * @return the message, or {@code null} when the deadline is over
     * @throws QmpDisconnectedException if the connection ended before
     */
    @Nullable
    JsonNode await(Deadline deadline, Object what) {
        Waiting waiting = Waiting.begin(() -> "the reply to " + what);
        try {
            if (!arrived.await(deadline.remainingNanos(), TimeUnit.NANOSECONDS)) {
                return null;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QmpInterruptedException("The thread was interrupted while it waited for " + what, e);
        } finally {
            waiting.end();
        }
        QmpException reason = failure;
        if (reason != null) {
            throw new QmpDisconnectedException(
                    "The connection ended before %s arrived: %s".formatted(what, reason.getMessage()), reason);
        }
        return message;
    }
}
