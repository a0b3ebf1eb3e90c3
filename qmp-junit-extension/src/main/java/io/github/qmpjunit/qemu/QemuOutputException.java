package io.github.qmpjunit.qemu;

/** Signals that a process or a console did not write what was waited for. The message holds its last lines. */
public class QemuOutputException extends QemuException {

    private static final long serialVersionUID = 1L;

    QemuOutputException(String message) {
        super(message, null);
    }
}
