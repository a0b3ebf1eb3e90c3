package io.github.qmpjunit.qmp;

import io.github.qmpjunit.internal.Notes;
import io.github.qmpjunit.internal.TerminalText;
import io.github.qmpjunit.secrets.Secrets;
import java.util.Optional;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** Signals a failure between a QMP client and its peer. The superclass of all exceptions of this package. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public class QmpException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** The name of the client concerned; null if there is none. */
    private @Nullable String client;

    /**
     * Create an exception.
     *
     * @param message what was asked, what was found, and what to do; recognizable secrets are masked, control characters for terminals
     *     become visible, and of a text longer than 65,536 characters only the beginning and the end are kept
     * @param cause the root cause, or {@code null}; replaced by a cleaned copy if its text has control characters
     */
    public QmpException(String message, @Nullable Throwable cause) {
        super(TerminalText.message(Secrets.maskObvious(message)), TerminalText.cause(cause, Secrets::maskObvious));
    }

    /** Note the client concerned, unless it is known; return this. */
    QmpException of(String clientName) {
        if (client == null) {
            client = clientName;
        }
        return this;
    }

    /** {@return the name of the client concerned; empty if there is none} */
    public Optional<String> client() {
        return Optional.ofNullable(client);
    }

    /** {@return the message, which names the client} */
    @Override
    public String getMessage() {
        String message = String.valueOf(super.getMessage());
        String ofClient = "QMP client \"%s\"".formatted(client);
        boolean isNamed = message.contains("\"%s\"".formatted(client)); // perhaps as a machine
        return Notes.appendedTo(client == null || isNamed ? message : "%s (%s)".formatted(message, ofClient), this);
    }
}
