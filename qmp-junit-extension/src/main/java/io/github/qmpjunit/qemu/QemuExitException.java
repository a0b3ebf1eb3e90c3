package io.github.qmpjunit.qemu;

import java.util.Optional;

/** Signals that a QEMU ended in another way than it should have. The message holds all that is known about it. */
public class QemuExitException extends QemuException {

    private static final long serialVersionUID = 1L;

    private final transient Optional<ExitStatus> exitStatus;

    QemuExitException(String message, Optional<ExitStatus> exitStatus) {
        super(message, null);
        this.exitStatus = exitStatus;
    }

    /** {@return how it ended; empty if it could not even be killed} */
    public Optional<ExitStatus> exitStatus() {
        return exitStatus;
    }
}
