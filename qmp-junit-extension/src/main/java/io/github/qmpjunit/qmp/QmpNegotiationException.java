package io.github.qmpjunit.qmp;

import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** Signals that the peer greeted, but the capabilities could not be negotiated. The cause says why. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public class QmpNegotiationException extends QmpConnectException {

    private static final long serialVersionUID = 1L;

    QmpNegotiationException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
