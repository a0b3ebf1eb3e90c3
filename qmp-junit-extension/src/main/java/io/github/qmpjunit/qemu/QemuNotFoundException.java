package io.github.qmpjunit.qemu;

/** Signals that there is no QEMU to start. The message says where it was looked for, and how to install or name one. */
public class QemuNotFoundException extends QemuException {

    private static final long serialVersionUID = 1L;

    QemuNotFoundException(String message) {
        super(message, null);
    }
}
