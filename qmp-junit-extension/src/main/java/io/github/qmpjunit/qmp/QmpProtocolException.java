package io.github.qmpjunit.qmp;

import java.util.Optional;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Signals that the peer broke the rules of QMP. Each kind of violation has a subclass. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public class QmpProtocolException extends QmpException {

    private static final long serialVersionUID = 1L;

    private final transient @Nullable JsonNode reply;

    QmpProtocolException(String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reply = null;
    }

    QmpProtocolException(String message, @Nullable Throwable cause, JsonNode reply) {
        super(message, cause);
        this.reply = reply;
    }

    /** {@return the whole returned value, if this is about a reply that does not fit its Java type; secrets are not masked} */
    public Optional<JsonNode> reply() {
        return Optional.ofNullable(reply);
    }
}
