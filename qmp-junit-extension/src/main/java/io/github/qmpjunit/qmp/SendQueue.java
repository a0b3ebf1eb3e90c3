package io.github.qmpjunit.qmp;

import io.github.qmpjunit.internal.DaemonExecutor;
import io.github.qmpjunit.internal.Deadline;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Commands that wait to be sent, in the order in which they were given, without their callers: {@link QmpSession#executeAsync} must not
 * wait, neither for room among the commands in flight nor for a peer that does not read.
 */
final class SendQueue {

    private final DaemonExecutor thread;
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicLong finished = new AtomicLong();

    SendQueue(String threadName) {
        this.thread = new DaemonExecutor(threadName);
    }

    /** Return whether nothing waits, so that a command sent now overtakes none. */
    boolean isEmpty() {
        return waiting.get() == 0;
    }

    /** Send a command when those before it are sent. */
    void add(Runnable sending) {
        waiting.incrementAndGet();
        boolean accepted = false;
        try {
            thread.execute(() -> {
                try {
                    sending.run();
                } finally {
                    finished.incrementAndGet();
                    waiting.decrementAndGet();
                }
            });
            accepted = true;
        } finally {
            if (!accepted) { // there is no thread to be had
                waiting.decrementAndGet();
            }
        }
    }

    /**
     * Wait until all earlier commands are sent or given up.
     *
     * @throws QmpTimeoutException if the deadline is over first
     * @throws QmpInterruptedException if the thread is interrupted first
     */
    void awaitThoseBefore(Object message, Deadline deadline) {
        try {
            if (!areSent(deadline)) {
                throw new QmpTimeoutException(
                        "Could not send %s within %s: commands that were given before it still wait to be sent"
                                .formatted(message, Deadline.formatTimeout(deadline.timeout())),
                        deadline.timeout());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QmpInterruptedException("The thread was interrupted before it could send " + message, e);
        }
    }

    /**
     * Wait, before the connection is closed, until all are sent or have given up.
     *
     * @param patience how long to wait for the next one to be sent; what is not sent then never is
     */
    void drain(Duration patience) {
        try {
            long before = -1;
            while (before != finished.get()) {
                before = finished.get();
                if (areSent(Deadline.in(patience))) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean areSent(Deadline deadline) throws InterruptedException {
        if (isEmpty()) {
            return true;
        }
        CountDownLatch reached = new CountDownLatch(1);
        add(reached::countDown);
        return reached.await(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
    }
}
