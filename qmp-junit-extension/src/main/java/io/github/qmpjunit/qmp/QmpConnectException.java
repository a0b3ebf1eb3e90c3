package io.github.qmpjunit.qmp;

import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** Signals that no QMP session was established: no connection, no greeting, or no negotiation. The cause is the root cause. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public class QmpConnectException extends QmpException {

    private static final long serialVersionUID = 1L;

    QmpConnectException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
