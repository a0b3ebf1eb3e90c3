package io.github.qmpjunit.qemu;

/** Signals that a QEMU ended in another way than it should have. The message holds all that is known about it. */
public class QemuExitException extends QemuException {

    private static final long serialVersionUID = 1L;

    /** As {@link #exitStatus()} tells it. */
    private final int exitStatus;

    QemuExitException(String message, int exitStatus) {
        super(message, null);
        this.exitStatus = exitStatus;
    }

    /** {@return the exit status; 128 plus the signal's number after a signal} */
    public int exitStatus() {
        return exitStatus;
    }
}
