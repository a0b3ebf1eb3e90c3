package io.github.qmpjunit.qmp;

import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** Signals that the peer sent something that is not QMP; the connection is closed after it. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public class QmpProtocolException extends QmpException {

    private static final long serialVersionUID = 1L;

    QmpProtocolException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
