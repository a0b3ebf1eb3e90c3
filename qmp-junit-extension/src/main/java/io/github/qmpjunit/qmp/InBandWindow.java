package io.github.qmpjunit.qmp;

import io.github.qmpjunit.internal.Deadline;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Keeps room for commands out of band: with the {@code oob} capability, QEMU stops reading when it holds too many commands that
 * are executed in turn, and a command out of band would queue behind them. The QMP specification allows 8 in flight
 * ("Limiting of in-band commands", docs/interop/qmp-spec).
 */
final class InBandWindow {

    private static final int MOST_IN_FLIGHT = 8;

    private final Semaphore free = new Semaphore(MOST_IN_FLIGHT, true);
    private final Set<PendingReply> inside = ConcurrentHashMap.newKeySet();

    /** Take a place for the slot's command at once, if one is free. */
    boolean tryEnter(PendingReply slot) {
        boolean entered = free.tryAcquire();
        if (entered) {
            inside.add(slot);
        }
        return entered;
    }

    /** Wait for a place for the slot's command. */
    void enter(PendingReply slot, Deadline deadline) {
        try {
            if (!free.tryAcquire(deadline.remainingNanos(), TimeUnit.NANOSECONDS)) {
                throw new QmpTimeoutException(
                        "Could not send %s within %s: %s commands before it have no reply yet"
                                .formatted(slot.what(), Deadline.formatTimeout(deadline.timeout()), MOST_IN_FLIGHT),
                        deadline.timeout());
            }
            inside.add(slot);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QmpInterruptedException("The thread was interrupted before it could send " + slot.what(), e);
        }
    }

    /** Give the slot's place back, if it has one: its reply has arrived, even if late, or it was never sent. */
    void leave(PendingReply slot) {
        if (inside.remove(slot)) {
            free.release();
        }
    }

    /** Release all waiters: the connection has ended, and each of them must learn it. */
    void open() {
        free.release(Integer.MAX_VALUE / 2);
    }
}
