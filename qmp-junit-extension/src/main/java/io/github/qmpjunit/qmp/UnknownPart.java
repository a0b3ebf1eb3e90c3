package io.github.qmpjunit.qmp;

import io.github.qmpjunit.qmp.schema.QmpSchema;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * A part of a command that servers of some version do not know.
 *
 * @param path where in the arguments; empty for the command itself
 * @param value the value of an enumeration that they do not know there; {@code null} if they do not know the argument
 * @param versions the versions that know it: {@code since 8.2}
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public record UnknownPart(String path, @Nullable String value, String versions) {

    /** Return whether a server nevertheless knows this part of a command. */
    boolean isIn(QmpSchema schema, String command) {
        if (path.isEmpty()) {
            return schema.hasCommand(command);
        }
        return value == null ? schema.hasArgument(command, path) : schema.hasValue(command, path, value);
    }

    /** Return what it is, in words that begin a sentence. */
    String description(String command) {
        if (path.isEmpty()) {
            return "the command " + command;
        }
        return value == null
                ? "%s's argument \"%s\"".formatted(command, path)
                : "the value \"%s\" of %s's argument \"%s\"".formatted(value, command, path);
    }
}
