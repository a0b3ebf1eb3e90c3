package io.github.qmpjunit.qmp;

import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** Signals the misuse of a listener, or that a listener's own filter has thrown (which is the cause then). */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public class QmpListenerException extends QmpException {

    private static final long serialVersionUID = 1L;

    QmpListenerException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
