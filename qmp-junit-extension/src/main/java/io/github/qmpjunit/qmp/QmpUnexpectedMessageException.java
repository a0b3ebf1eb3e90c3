package io.github.qmpjunit.qmp;

import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** Signals that the peer sent JSON that is no greeting, reply or event. The connection has ended. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public class QmpUnexpectedMessageException extends QmpProtocolException {

    private static final long serialVersionUID = 1L;

    QmpUnexpectedMessageException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
