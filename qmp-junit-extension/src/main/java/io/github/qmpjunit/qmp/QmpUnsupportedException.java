package io.github.qmpjunit.qmp;

import org.apiguardian.api.API;

/** Signals that a command was not sent, because the server does not know the command or a part of it. The connection stays usable. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public class QmpUnsupportedException extends QmpException {

    private static final long serialVersionUID = 1L;

    QmpUnsupportedException(String message) {
        super(message, null);
    }
}
