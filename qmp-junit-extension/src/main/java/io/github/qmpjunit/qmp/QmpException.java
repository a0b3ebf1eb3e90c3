package io.github.qmpjunit.qmp;

import io.github.qmpjunit.internal.TerminalText;
import io.github.qmpjunit.secrets.Secrets;
import java.util.Optional;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** Signals that something went wrong between a QMP client and its peer. The root of all exceptions of this package. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public class QmpException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** The name of the client that it happened to; null if it happened to none. */
    private @Nullable String client;

    /**
     * Create an exception.
     *
     * @param message what was asked, what was found, and what to do; what shows itself to be secret in it is masked, what
     *     would steer a terminal becomes visible, and of more than 65,536 characters the beginning and the end stay
     * @param cause the root cause, or {@code null}; a stand-in takes its place if its own text is not fit for a terminal
     */
    public QmpException(String message, @Nullable Throwable cause) {
        super(TerminalText.message(Secrets.maskObvious(message)), TerminalText.cause(cause, Secrets::maskObvious));
    }

    /** Take note of the client that it happened to, unless that is known; return this. */
    QmpException of(String clientName) {
        if (client == null) {
            client = clientName;
        }
        return this;
    }

    /** {@return the name of the client that it happened to; empty if it happened to none} */
    public Optional<String> client() {
        return Optional.ofNullable(client);
    }

    /** {@return the message, which names the client} */
    @Override
    public String getMessage() {
        String message = String.valueOf(super.getMessage());
        String ofClient = "QMP client \"%s\"".formatted(client);
        return client == null || message.contains(ofClient) ? message : "%s (%s)".formatted(message, ofClient);
    }
}
