package io.github.qmpjunit.qmp;

import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** Signals that the peer sent bytes that are not JSON in UTF-8. The connection has ended. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public class QmpParseException extends QmpProtocolException {

    private static final long serialVersionUID = 1L;

    QmpParseException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
