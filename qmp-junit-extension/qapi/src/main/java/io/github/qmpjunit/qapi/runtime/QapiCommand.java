package io.github.qmpjunit.qapi.runtime;

import io.github.qmpjunit.qmp.QmpCommand;
import io.github.qmpjunit.qmp.QmpVersion;
import io.github.qmpjunit.qmp.TypedCommand;
import io.github.qmpjunit.qmp.UnknownPart;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * A command with its arguments, which are its members. Immutable: each method that sets an argument returns a changed copy.
 *
 * @param <R> the Java type of what it returns
 */
public abstract class QapiCommand<R> extends QapiObject implements TypedCommand<R> {

    /**
     * Create a command.
     *
     * @param arguments its arguments
     */
    protected QapiCommand(Members arguments) {
        super(arguments);
    }

    /** {@return the command's name in the protocol} */
    protected abstract String commandName();

    /** {@return the type of what it returns} */
    protected abstract QapiType<R> returnType();

    /** {@return which versions have it, as {@link Parts} has it; empty for all} */
    protected String versions() {
        return "";
    }

    @Override
    public final QmpCommand untyped() {
        return QmpCommand.of(commandName(), toJson());
    }

    @Override
    public final R read(JsonNode returned) {
        return returnType().read(returned);
    }

    @Override
    public final List<UnknownPart> unknownTo(QmpVersion version) {
        return VersionCheck.of(this, versions(), version);
    }
}
