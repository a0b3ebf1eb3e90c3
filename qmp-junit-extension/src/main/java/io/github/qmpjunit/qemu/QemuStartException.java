package io.github.qmpjunit.qemu;

import org.jspecify.annotations.Nullable;

/** Signals that a QEMU did not become ready. The message holds its exit status, its standard error and its command line, if it got that far. */
public class QemuStartException extends QemuException {

    private static final long serialVersionUID = 1L;

    QemuStartException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
