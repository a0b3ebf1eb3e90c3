package io.github.qmpjunit.qmp;

import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** Signals that the server could not parse a message: its error belongs to no command. The connection has ended. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public class QmpServerParseException extends QmpProtocolException {

    private static final long serialVersionUID = 1L;

    QmpServerParseException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
