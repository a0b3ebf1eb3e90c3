package io.github.qmpjunit.qemu.process;

import java.util.Optional;
import org.apiguardian.api.API;

/** Signals that a QEMU ended in another way than it should have. The message holds all that is known about it. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public class QemuExitException extends QemuException {

    private static final long serialVersionUID = 1L;

    private final transient Optional<ExitStatus> exitStatus;

    /**
     * Create an exception.
     *
     * @param message how the process ended, and what is known about it
     * @param exitStatus how it ended, if it has
     */
    public QemuExitException(String message, Optional<ExitStatus> exitStatus) {
        super(message, null);
        this.exitStatus = exitStatus;
    }

    /** {@return how it ended; empty if it could not even be killed} */
    public Optional<ExitStatus> exitStatus() {
        return exitStatus;
    }
}
