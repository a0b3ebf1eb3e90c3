package io.github.qmpjunit.qmp;

import io.github.qmpjunit.internal.TerminalText;
import io.github.qmpjunit.secrets.Secrets;
import java.util.Optional;
import org.apiguardian.api.API;
import tools.jackson.databind.JsonNode;

/**
 * Signals that the server answered a command with an error. The connection stays usable. Secrets are masked in the message, but not in
 * the values that the methods return.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public class QmpErrorException extends QmpException {

    private static final long serialVersionUID = 1L;

    /** The client's name, as in {@link #client()}. */
    private final String clientName;

    private final transient QmpCommand command;
    private final transient JsonNode sent;
    private final transient JsonNode received;
    private final transient Secrets secrets;
    /** See {@link #errorClass()}. */
    private final String errorClass;

    /** See {@link #description()}. */
    private final String description;

    /** See {@link #hint()}; empty if there is no hint. */
    private final String hint;

    QmpErrorException(String client, QmpCommand command, JsonNode sent, JsonNode received, Secrets secrets) {
        this(client, command, sent, received, "", secrets);
    }

    private QmpErrorException(
            String client, QmpCommand command, JsonNode sent, JsonNode received, String hint, Secrets secrets) {
        super(text(client, command, received.path("error"), hint, secrets), null);
        of(client);
        JsonNode error = received.path("error");
        this.clientName = client;
        this.command = command;
        this.sent = sent;
        this.received = received;
        this.secrets = secrets;
        this.errorClass = error.path("class").asString("?");
        this.description = error.path("desc").asString("?");
        this.hint = hint;
    }

    private static String text(String client, QmpCommand command, JsonNode error, String hint, Secrets secrets) {
        return "%s: %s%n  in reply to QMP client \"%s\": %s"
                        .formatted(
                                error.path("class").asString("?"),
                                shown(error.path("desc").asString("?"), secrets),
                                client,
                                secrets.mask(command.toString()))
                + (hint.isEmpty() ? "" : "%n  %s".formatted(secrets.mask(hint)));
    }

    /** Cuts long descriptions, so that the message still shows the command. */
    private static String shown(String description, Secrets secrets) {
        return TerminalText.message(secrets.mask(description));
    }

    /** Return this error with its stack trace and with a hint at what was probably meant. */
    QmpErrorException withHint(String better) {
        QmpErrorException hinting = new QmpErrorException(clientName, command, sent, received, better, secrets);
        hinting.setStackTrace(getStackTrace());
        return hinting;
    }

    /** {@return the command that was executed} */
    public QmpCommand command() {
        return command;
    }

    /** {@return the whole message that was sent, with its id; do not change it} */
    public JsonNode sent() {
        return sent;
    }

    /** {@return the server's whole reply, including members that this class does not know; do not change it} */
    public JsonNode received() {
        return received;
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
