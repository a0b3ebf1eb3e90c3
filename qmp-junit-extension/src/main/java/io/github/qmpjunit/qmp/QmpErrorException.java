package io.github.qmpjunit.qmp;

import tools.jackson.databind.JsonNode;

/** Signals that the server answered a command with an error. The connection stays usable. */
public class QmpErrorException extends QmpException {

    private static final long serialVersionUID = 1L;

    private final transient QmpCommand command;
    /** As {@link #errorClass()} tells it. */
    private final String errorClass;

    /** As {@link #description()} tells it. */
    private final String description;

    QmpErrorException(QmpCommand command, JsonNode error) {
        this(command, error.path("class").asString("?"), error.path("desc").asString("?"));
    }

    private QmpErrorException(QmpCommand command, String errorClass, String description) {
        super("%s: %s%n  in reply to: %s".formatted(errorClass, description, command), null);
        this.command = command;
        this.errorClass = errorClass;
        this.description = description;
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
}
