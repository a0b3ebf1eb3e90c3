package io.github.qmpjunit.assertj;

import static java.util.Objects.requireNonNull;

import io.github.qmpjunit.json.DataPath;
import io.github.qmpjunit.json.JsonValues;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpCommand;
import io.github.qmpjunit.qmp.QmpErrorException;
import io.github.qmpjunit.qmp.TypedCommand;
import java.util.function.Consumer;
import org.apiguardian.api.API;
import org.assertj.core.api.AbstractAssert;
import org.assertj.core.api.WritableAssertionInfo;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Assertions about the outcome of a command, which the first of them executes, and only the first.
 *
 * <pre>{@code
 * assertThat(qmp).executing("blockdev-del", Map.of("node-name", "disk")).failsWithDescriptionContaining("in use");
 * }</pre>
 *
 * @param <R> the Java type of what the command returns; a tree for commands without types
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public class CommandAssert<R> extends AbstractAssert<CommandAssert<R>, QmpCommand> {

    private final QmpClient client;
    private final TypedCommand<R> command;
    private @Nullable JsonNode result;
    private @Nullable QmpErrorException error;

    CommandAssert(QmpClient client, TypedCommand<R> command, WritableAssertionInfo before) {
        super(command.untyped(), CommandAssert.class);
        this.client = client;
        this.command = command;
        Message.carryOver(before, info);
    }

    private void execute() {
        if (result == null && error == null) {
            try {
                result = client.execute(actual);
            } catch (QmpErrorException e) {
                error = e;
            }
        }
    }

    /**
     * Verify that the command succeeds, whatever it returns.
     *
     * @return this assertion
     * @throws AssertionError if the server answers with an error
     */
    public CommandAssert<R> succeeds() {
        successfulResult("to succeed");
        return this;
    }

    /**
     * Verify that the command succeeds, and what stands at a path of the value that it returns.
     *
     * @param path where: a name, or a path such as {@code [0].inserted.node-name}; a name with dots in brackets: {@code model.props["sse4.1"]}
     * @param expected the value; numbers are compared by value
     * @return this assertion
     * @throws AssertionError if the server answers with an error, or something else stands there
     */
    public CommandAssert<R> returns(String path, @Nullable Object expected) {
        DataPath place = DataPath.of(path);
        JsonNode wanted = JsonValues.treeOf(expected, path);
        String what = "to return %s = %s".formatted(path, brief(wanted));
        JsonNode whole = successfulResult(what);
        return isEqual(what, place.in(whole), wanted, whole, Message.nothingAt(path, place, whole));
    }

    /**
     * Verify that the command succeeds, and the value that it returns as a whole: {@code qom-get} returns a plain one.
     *
     * @param expected the value; numbers are compared by value
     * @return this assertion
     * @throws AssertionError if the server answers with an error, or returns another value
     */
    public CommandAssert<R> returnsValue(@Nullable Object expected) {
        JsonNode wanted = JsonValues.treeOf(expected, "the expected value");
        String what = "to return " + brief(wanted);
        JsonNode whole = successfulResult(what);
        return isEqual(what, whole, wanted, whole, "");
    }

    private CommandAssert<R> isEqual(
            String what, JsonNode found, JsonNode wanted, JsonNode whole, String nothingThere) {
        if (!JsonValues.equal(found, wanted)) {
            throw failureWithActualExpected(
                    found.isMissingNode() ? null : brief(found),
                    brief(wanted),
                    "%s",
                    Message.fit(Message.expecting(commandText(), what)
                            + (found.isMissingNode()
                                    ? "but %s It returned:%n%s"
                                            .formatted(Message.sentence(nothingThere), Message.indented(brief(whole)))
                                    : "but it is %s in:%n%s".formatted(brief(found), Message.indented(brief(whole))))
                            + PeerState.artefacts(client)));
        }
        return this;
    }

    /**
     * Verify that the command succeeds, and anything about the value that it returns.
     *
     * @param requirements assertions on the value
     * @return this assertion
     * @throws AssertionError if the server answers with an error, with a value that does not fit its Java type, or the requirements
     *     throw it
     */
    public CommandAssert<R> returnsSatisfying(Consumer<? super R> requirements) {
        requireNonNull(requirements, "requirements must not be null");
        requirements.accept(read(successfulResult("to succeed")));
        return this;
    }

    private R read(JsonNode whole) {
        try {
            return command.read(whole);
        } catch (IllegalArgumentException e) {
            throw failure(
                    "%s",
                    Message.fit(Message.expecting(commandText(), "to return what its type describes")
                            + "but %s in:%n%s"
                                    .formatted(
                                            client.secrets().mask(String.valueOf(e.getMessage())),
                                            Message.indented(brief(whole)))
                            + PeerState.artefacts(client)));
        }
    }

    /**
     * Verify that the server answers with an error of a class.
     *
     * @param errorClass such as {@code GenericError}, {@code CommandNotFound} or {@code DeviceNotFound}
     * @return this assertion
     * @throws AssertionError if it succeeds, or the class is another
     */
    public CommandAssert<R> failsWith(String errorClass) {
        requireNonNull(errorClass, "errorClass must not be null");
        String what = "to fail with " + errorClass;
        QmpErrorException failure = expectedError(what);
        if (!failure.errorClass().equals(errorClass)) {
            throw failureWithActualExpected(
                    failure.errorClass(),
                    errorClass,
                    "%s",
                    Message.fit(Message.expecting(commandText(), what) + butError(failure)));
        }
        return this;
    }

    /**
     * Verify that the server answers with an error whose text contains a part.
     *
     * @param part the part
     * @return this assertion
     * @throws AssertionError if it succeeds, or the text is another
     */
    public CommandAssert<R> failsWithDescriptionContaining(String part) {
        requireNonNull(part, "part must not be null");
        String what = "to fail with a description containing \"%s\"".formatted(part);
        QmpErrorException failure = expectedError(what);
        if (!failure.description().contains(part)) {
            throw failureWithActualExpected(
                    description(failure),
                    part,
                    "%s",
                    Message.fit(Message.expecting(commandText(), what) + butError(failure)));
        }
        return this;
    }

    private JsonNode successfulResult(String what) {
        execute();
        JsonNode returned = result;
        if (returned == null) {
            throw failure("%s", Message.fit(Message.expecting(commandText(), what) + butError(requireNonNull(error))));
        }
        return returned;
    }

    private QmpErrorException expectedError(String what) {
        execute();
        QmpErrorException failure = error;
        if (failure == null) {
            throw failure(
                    "%s",
                    Message.fit(Message.expecting(commandText(), what)
                            + "but it returned:%n%s".formatted(Message.indented(brief(requireNonNull(result))))
                            + PeerState.artefacts(client)));
        }
        return failure;
    }

    private String description(QmpErrorException failure) {
        return client.secrets().mask(failure.description());
    }

    private String butError(QmpErrorException failure) {
        return "but it failed with %s: %s".formatted(failure.errorClass(), description(failure))
                + PeerState.artefacts(client);
    }

    private String brief(JsonNode tree) {
        return JsonValues.brief(client.secrets().mask(tree));
    }

    private String commandText() {
        return "command %s of QMP client \"%s\"".formatted(actual, client.name());
    }
}
