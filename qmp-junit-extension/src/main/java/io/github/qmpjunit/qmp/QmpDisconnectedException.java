package io.github.qmpjunit.qmp;

import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** Signals that the connection ended before the awaited message arrived. The message says why it ended. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public class QmpDisconnectedException extends QmpException {

    private static final long serialVersionUID = 1L;

    QmpDisconnectedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
