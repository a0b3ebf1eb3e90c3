package io.github.qmpjunit.qmp;

import org.jspecify.annotations.Nullable;

/** Signals that the connection ended before what was waited for arrived. The message says why it ended. */
public class QmpDisconnectedException extends QmpException {

    private static final long serialVersionUID = 1L;

    QmpDisconnectedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
