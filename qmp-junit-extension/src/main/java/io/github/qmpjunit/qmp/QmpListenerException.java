package io.github.qmpjunit.qmp;

import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** Signals the misuse of a listener, or that a listener's filter has thrown (the cause). */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public class QmpListenerException extends QmpException {

    private static final long serialVersionUID = 1L;

    QmpListenerException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
