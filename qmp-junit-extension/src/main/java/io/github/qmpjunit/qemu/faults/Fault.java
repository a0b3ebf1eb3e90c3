package io.github.qmpjunit.qemu.faults;

import java.util.concurrent.locks.ReentrantLock;
import org.apiguardian.api.API;

/** Something that is wrong with a machine, until it is closed. Thread-safe. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public final class Fault implements AutoCloseable {

    private final String description;
    private final Runnable undo;

    /** Guards what follows, and is held while the fault is undone: who closes it as well waits for the outcome. */
    private final ReentrantLock lock = new ReentrantLock();

    private boolean undone;

    Fault(String description, Runnable undo) {
        this.description = description;
        this.undo = undo;
    }

    /**
     * Undo it. Idempotent; nothing is done if the machine has ended. If it cannot be undone, it is still open and can be closed again.
     *
     * @throws io.github.qmpjunit.qmp.QmpException if QEMU refuses, or does not answer
     */
    @Override
    public void close() {
        lock.lock();
        try {
            if (!undone) {
                undo.run();
                undone = true;
            }
        } finally {
            lock.unlock();
        }
    }

    /** {@return a description, such as {@code disk "disk0" stalls}} */
    @Override
    public String toString() {
        return description;
    }
}
