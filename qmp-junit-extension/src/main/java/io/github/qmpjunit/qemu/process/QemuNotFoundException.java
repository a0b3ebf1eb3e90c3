package io.github.qmpjunit.qemu.process;

import org.apiguardian.api.API;

/** Signals that there is no QEMU to start. The message says where it was looked for, and how to install or name one. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public class QemuNotFoundException extends QemuException {

    private static final long serialVersionUID = 1L;

    /**
     * Create an exception.
     *
     * @param message what was looked for, where, and what to do
     */
    public QemuNotFoundException(String message) {
        super(message, null);
    }
}
