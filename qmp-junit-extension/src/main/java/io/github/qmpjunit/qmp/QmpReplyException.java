package io.github.qmpjunit.qmp;

import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Signals that a reply is malformed, or does not fit the Java type that was asked for. The connection stays usable. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public class QmpReplyException extends QmpProtocolException {

    private static final long serialVersionUID = 1L;

    QmpReplyException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    QmpReplyException(String message, @Nullable Throwable cause, JsonNode reply) {
        super(message, cause, reply);
    }
}
