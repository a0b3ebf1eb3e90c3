package io.github.qmpjunit.qmp;

import io.github.qmpjunit.internal.TerminalText;
import io.github.qmpjunit.secrets.Secrets;
import java.util.Optional;
import org.apiguardian.api.API;
import tools.jackson.databind.JsonNode;

/**
 * Signals that the server answered a command with an error. The connection stays usable. Secrets are masked in the message, not in
 * what the methods return.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public class QmpErrorException extends QmpException {

    private static final long serialVersionUID = 1L;

    private final transient QmpCommand command;
    private final transient Secrets secrets;
    /** As {@link #errorClass()} tells it. */
    private final String errorClass;

    /** As {@link #description()} tells it. */
    private final String description;

    /** As {@link #hint()} tells it; empty if there is none. */
    private final String hint;

    QmpErrorException(QmpCommand command, JsonNode error, Secrets secrets) {
        this(command, error.path("class").asString("?"), error.path("desc").asString("?"), "", secrets);
    }

    private QmpErrorException(QmpCommand command, String errorClass, String description, String hint, Secrets secrets) {
        super(
                "%s: %s%n  in reply to: %s"
                                .formatted(errorClass, shown(description, secrets), secrets.mask(command.toString()))
                        + (hint.isEmpty() ? "" : "%n  %s".formatted(secrets.mask(hint))),
                null);
        this.command = command;
        this.secrets = secrets;
        this.errorClass = errorClass;
        this.description = description;
        this.hint = hint;
    }

    /** Long ones are cut here, so that what they answer is still told. */
    private static String shown(String description, Secrets secrets) {
        return TerminalText.message(secrets.mask(description));
    }

    /** Return this error, thrown where it was thrown, with a hint at what was probably meant. */
    QmpErrorException withHint(String better) {
        QmpErrorException hinting = new QmpErrorException(command, errorClass, description, better, secrets);
        hinting.setStackTrace(getStackTrace());
        return hinting;
    }

    /** {@return the command as it was sent} */
    public QmpCommand command() {
        return command;
    }

    /** {@return the error's class, such as {@code GenericError} or {@code CommandNotFound}} */
    public String errorClass() {
        return errorClass;
    }

    /** {@return the error's text for people; the QMP specification asks programs not to parse it} */
    public String description() {
        return description;
    }

    /**
     * {@return what was probably meant, where a name or a value was not what this server's schema knows: {@code No command
     * "query-statuss"; did you mean "query-status"?}; several lines for several of them}
     */
    public Optional<String> hint() {
        return hint.isEmpty() ? Optional.empty() : Optional.of(hint);
    }
}
