package io.github.qmpjunit.qemu.faults;

import java.util.concurrent.atomic.AtomicBoolean;
import org.apiguardian.api.API;

/** Something that is wrong with a machine, until it is closed. Thread-safe. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public final class Fault implements AutoCloseable {

    private final String description;
    private final Runnable undo;
    private final AtomicBoolean undone = new AtomicBoolean();

    Fault(String description, Runnable undo) {
        this.description = description;
        this.undo = undo;
    }

    /**
     * Undo it. Idempotent; does nothing if the machine has ended.
     *
     * @throws io.github.qmpjunit.qmp.QmpException if QEMU refuses, or does not answer
     */
    @Override
    public void close() {
        if (undone.compareAndSet(false, true)) {
            undo.run();
        }
    }

    /** {@return a description, such as {@code disk "disk0" stalls}} */
    @Override
    public String toString() {
        return description;
    }
}
