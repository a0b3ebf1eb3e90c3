package io.github.qmpjunit.qemu;

import io.github.qmpjunit.qmp.Secrets;
import org.jspecify.annotations.Nullable;

/** Signals that something went wrong with a process under test. The root of all exceptions of this package. */
public class QemuException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    QemuException(String message, @Nullable Throwable cause) {
        super(new Secrets().mask(message), cause); // what shows itself; who knows more has masked that
    }
}
