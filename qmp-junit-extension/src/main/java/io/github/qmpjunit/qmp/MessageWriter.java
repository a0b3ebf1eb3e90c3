package io.github.qmpjunit.qmp;

import io.github.qmpjunit.internal.DaemonExecutor;
import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.qmp.wire.Transport;
import java.io.FileDescriptor;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Writes messages one at a time, and holds no thread longer than its deadline if the peer does not read.
 *
 * <h2>Why this is not a plain write</h2>
 *
 * <p>QEMU reads a monitor byte by byte, one megabyte in several seconds, and a QEMU that is stopped reads nothing at all. A write that
 * blocks cannot be taken back: half a message makes the connection unusable, and closing it would punish all callers for the timeout
 * of one. So a write that might block is made by a thread of this writer, which continues after its caller has left. The message arrives
 * whole once the peer reads again, and its late reply is dropped like any other.
 *
 * <h2>Which thread writes</h2>
 *
 * <ul>
 *   <li><b>The caller's own thread</b> writes an ordinary message. That cannot block: a reply shows that the peer has read everything up
 *       to its command, and the little that was written after that fits into the buffer of every socket ({@link Transport#surelyBuffered}).
 *       {@link #position} less {@link #read} is how much the peer may not have read.
 *   <li><b>The writer's thread</b> writes everything else, while its caller waits for it in {@link Job#await}, up to its deadline.
 *   <li><b>The reader's thread</b> never writes. It calls {@link #letGo} when the connection has ended.
 * </ul>
 *
 * <h2>Who has the turn</h2>
 *
 * <p>{@link #turn} is a semaphore and not a lock, since one thread may take the turn and another give it back. A caller
 * takes it in {@link #awaitTurn} or {@link #tryTurn}. From then on exactly one of these gives it back: {@link #passTurn}, if nothing was written; {@link Job#run},
 * when the bytes are written or have failed, on whichever thread it runs; {@link #write}, after the goodbye. A caller that leaves at its
 * deadline therefore leaves the turn with the job, and the next message cannot get into the middle of this one. {@link #position} and
 * {@link #goodbyeSaid} are changed only by the thread that has the turn. After {@link #letGo} there are turns for everyone, and every write fails.
 */
final class MessageWriter {

    /** The least that a message counts, since the kernel keeps a header for each: Linux needs 768 bytes for the smallest. */
    private static final long LEAST_COST = 128;

    private static final int EVERYBODY = Integer.MAX_VALUE / 2;

    private final Semaphore turn = new Semaphore(1);
    private final DaemonExecutor thread;

    /** How many bytes were written since the connection began. Changed by the thread that has the turn. */
    private volatile long position;

    /** How many of them the peer has certainly read. */
    private final AtomicLong read = new AtomicLong();

    private volatile @Nullable Job current;
    private volatile boolean ended;

    /**
     * Whether our direction has ended. A write after that would make junixsocket close the socket without waking its reader. Changed
     * and read by the thread that has the turn.
     */
    private boolean goodbyeSaid;

    MessageWriter(String clientName) {
        this.thread = new DaemonExecutor("qmp-writer-" + clientName);
    }

    /**
     * Wait for the turn to write. {@link #write} or {@link #passTurn} must follow and ends the turn.
     *
     * @throws QmpTimeoutException if the deadline is over first; nothing is sent then
     * @throws QmpInterruptedException if the thread is interrupted first; nothing is sent then
     */
    void awaitTurn(Object message, Deadline deadline) {
        try {
            if (!turn.tryAcquire() && !turn.tryAcquire(deadline.remainingNanos(), TimeUnit.NANOSECONDS)) {
                throw new QmpTimeoutException(
                        "Could not send %s within %s: another command is still being written, the peer has not read all of it"
                                .formatted(message, Deadline.formatTimeout(deadline.timeout())),
                        deadline.timeout());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QmpInterruptedException("The thread was interrupted before it could send " + message, e);
        }
    }

    /**
     * Take the turn if it is free and a message surely fits into the buffers, so that writing it cannot block.
     *
     * @param length the length of the message in bytes
     * @param buffered how many bytes surely fit into the buffers
     * @return whether the caller has the turn; {@link #write} or {@link #passTurn} must follow then
     */
    boolean tryTurn(int length, int buffered) {
        if (!turn.tryAcquire()) {
            return false;
        }
        boolean fits = position + costOf(length) - read.get() <= buffered;
        if (!fits) {
            turn.release();
        }
        return fits;
    }

    private static long costOf(int length) {
        return Math.max(length, LEAST_COST);
    }

    /** Give the turn back without writing. */
    void passTurn() {
        turn.release();
    }

    /**
     * Write a message.
     *
     * @param slot learns that the message is on its way, which holds even if this throws
     * @throws QmpTimeoutException if the deadline is over before it is written
     * @throws QmpInterruptedException if the thread is interrupted before it is written
     */
    void write(
            Transport transport,
            byte[] bytes,
            List<FileDescriptor> fds,
            PendingReply slot,
            Object message,
            Deadline deadline)
            throws IOException {
        if (goodbyeSaid) {
            turn.release();
            throw new IOException("the connection is being closed");
        }
        long end = position + costOf(bytes.length);
        position = end;
        slot.written(end);
        try {
            if (!perform(transport, () -> transport.write(bytes, fds), deadline)) {
                throw new QmpTimeoutException(
                        "Could not send %s within %s: the peer has not read all of it, is it stopped? It gets the rest once it reads on; the connection stays usable"
                                .formatted(message, Deadline.formatTimeout(deadline.timeout())),
                        deadline.timeout());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QmpInterruptedException("The thread was interrupted while it sent " + message, e);
        }
    }

    /** Note a reply: the peer has read everything up to its command. */
    void answered(PendingReply slot) {
        read.accumulateAndGet(slot.writtenUpTo(), Math::max);
    }

    /** Return whether the peer has certainly read everything. */
    boolean everythingWasRead() {
        return position == read.get();
    }

    /**
     * Tell the peer, after the last message, that nothing more comes.
     *
     * @return whether the peer was told; if not, it did not read in time or is gone
     */
    boolean end(Transport transport, Deadline deadline) {
        try {
            if (!turn.tryAcquire() && !turn.tryAcquire(deadline.remainingNanos(), TimeUnit.NANOSECONDS)) {
                return false;
            }
            goodbyeSaid = true;
            return perform(transport, transport::endOutput, deadline);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (IOException e) {
            return false;
        }
    }

    /** Release all who wait here: the connection has ended, which the caller tells them. */
    void letGo() {
        ended = true;
        Job job = current;
        if (job != null) {
            job.abandon();
        }
        turn.release(EVERYBODY);
    }

    private boolean perform(Transport transport, Action action, Deadline deadline)
            throws IOException, InterruptedException {
        Job job = new Job(action);
        if (position - read.get() <= transport.surelyBuffered()) {
            job.run();
        } else {
            handOver(job);
        }
        return job.await(deadline);
    }

    private void handOver(Job job) {
        current = job;
        if (ended) {
            job.abandon(); // it came too late for letGo() to see it
        }
        boolean accepted = false;
        try {
            thread.execute(job);
            accepted = true;
        } finally {
            if (!accepted) {
                turn.release();
            }
        }
    }

    private interface Action {

        void run() throws IOException;
    }

    private final class Job implements Runnable {

        private final Action action;
        private final CountDownLatch done = new CountDownLatch(1);
        private volatile @Nullable IOException failure;

        Job(Action action) {
            this.action = action;
        }

        @Override
        public void run() {
            try {
                action.run();
            } catch (IOException e) {
                failure = e;
            } catch (RuntimeException e) { // of a stream that the user gave us
                failure = new IOException("writing failed: " + e, e);
            } finally {
                turn.release();
                done.countDown();
            }
        }

        void abandon() {
            failure = new IOException("the connection ended");
            done.countDown();
        }

        boolean await(Deadline deadline) throws IOException, InterruptedException {
            if (done.getCount() > 0 && !done.await(deadline.remainingNanos(), TimeUnit.NANOSECONDS)) {
                return false;
            }
            IOException thrown = failure;
            if (thrown != null) {
                throw thrown;
            }
            return true;
        }
    }
}
