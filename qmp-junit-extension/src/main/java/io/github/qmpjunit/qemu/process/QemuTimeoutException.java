package io.github.qmpjunit.qemu.process;

import org.apiguardian.api.API;

/** Signals that a process under test has not done in time what was waited for. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public class QemuTimeoutException extends QemuException {

    private static final long serialVersionUID = 1L;

    /**
     * Create an exception.
     *
     * @param message what the wait was for, how long it took, and what is known instead
     */
    public QemuTimeoutException(String message) {
        super(message, null);
    }
}
