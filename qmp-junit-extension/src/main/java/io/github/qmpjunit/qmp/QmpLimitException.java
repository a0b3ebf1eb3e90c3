package io.github.qmpjunit.qmp;

import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** Signals that the peer sent a message beyond a limit of {@link QmpLimits}. The connection has ended. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public class QmpLimitException extends QmpProtocolException {

    private static final long serialVersionUID = 1L;

    QmpLimitException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
