package io.github.qmpjunit.qmp;

import java.io.FileDescriptor;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.apiguardian.api.API;
import tools.jackson.databind.JsonNode;

/**
 * A command that knows the Java type of what it returns.
 *
 * <pre>{@code
 * StatusInfo status = qmp.execute(QueryStatus.command());
 * }</pre>
 *
 * <p>The artefact {@code qmp-qapi} has one for each command of QEMU. The client needs only these methods, so you can
 * write one for your own command.
 *
 * @param <R> the Java type of what it returns
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public interface TypedCommand<R> {

    /** {@return the command that the client sends} */
    QmpCommand untyped();

    /**
     * Read what the server returned.
     *
     * @param returned what the server returned, of any JSON type
     * @return the same value as its Java type
     * @throws IllegalArgumentException if it does not have the expected form; the message says what is wrong, and where
     */
    R read(JsonNode returned);

    /**
     * Return the parts of this command that servers of a version do not know. The client refuses to send them, unless the server's
     * own schema says that it knows them: distributors add features of later versions to older ones.
     *
     * @param version the server's version
     * @return the parts; empty by default
     */
    default List<UnknownPart> unknownTo(QmpVersion version) {
        return List.of();
    }

    /** {@return this command, for execution out of band, see {@link QmpCommand#outOfBand()}} */
    default TypedCommand<R> outOfBand() {
        return changed(QmpCommand::outOfBand);
    }

    /**
     * Return this command with file descriptors that travel with it, see {@link QmpCommand#withFds}.
     *
     * @param descriptors the descriptors; they must stay open until the reply has arrived
     * @return the command
     */
    default TypedCommand<R> withFds(FileDescriptor... descriptors) {
        return changed(command -> command.withFds(descriptors));
    }

    /**
     * Return this command with its own timeout, see {@link QmpCommand#withTimeout}.
     *
     * @param timeout how long to wait for the reply; overrides the client's timeout
     * @return the command
     */
    default TypedCommand<R> withTimeout(Duration timeout) {
        return changed(command -> command.withTimeout(timeout));
    }

    private TypedCommand<R> changed(UnaryOperator<QmpCommand> change) {
        return new ChangedCommand<>(this, change.apply(untyped()));
    }
}
