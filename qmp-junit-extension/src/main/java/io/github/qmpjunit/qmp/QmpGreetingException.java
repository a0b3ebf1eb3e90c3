package io.github.qmpjunit.qmp;

import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** Signals that a connection was made, but the peer did not greet as a QMP server does. The cause says why, if known. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public class QmpGreetingException extends QmpConnectException {

    private static final long serialVersionUID = 1L;

    QmpGreetingException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
