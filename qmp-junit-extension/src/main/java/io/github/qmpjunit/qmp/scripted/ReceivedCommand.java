package io.github.qmpjunit.qmp.scripted;

import io.github.qmpjunit.json.JsonValues;
import java.util.Optional;
import org.apiguardian.api.API;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A command that a client sent. Answer it in its script, or later from the test, in any order and any number
 * of times.
 *
 * <p>Thread-safe. Methods that answer return the command itself, so that calls can be chained.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public final class ReceivedCommand {

    private final ScriptedConnection connection;
    private final JsonNode message;
    private final int fdCount;

    ReceivedCommand(ScriptedConnection connection, JsonNode message, int fdCount) {
        this.connection = connection;
        this.message = message;
        this.fdCount = fdCount;
    }

    /** {@return the command's name, such as {@code query-status}} */
    public String name() {
        return message.path(isOutOfBand() ? "exec-oob" : "execute").asString("");
    }

    /** {@return the arguments; an empty object if the command has none} */
    public JsonNode arguments() {
        JsonNode arguments = message.get("arguments");
        return arguments == null ? JsonNodeFactory.instance.objectNode() : arguments;
    }

    /** {@return the id, of any JSON type; empty if the client sent none} */
    public Optional<JsonNode> id() {
        return Optional.ofNullable(message.get("id"));
    }

    /** {@return whether it was sent as {@code exec-oob}} */
    public boolean isOutOfBand() {
        return message.has("exec-oob");
    }

    /** {@return how many file descriptors came with it; the server has closed its copies} */
    public int fdCount() {
        return fdCount;
    }

    /** {@return the whole message, including members that this class does not know; do not change it} */
    public JsonNode message() {
        return message;
    }

    /** {@return the connection on which it arrived} */
    public ScriptedConnection connection() {
        return connection;
    }

    /** {@return this, after an answer with an empty object, which most commands return} */
    public ReceivedCommand reply() {
        return reply(JsonNodeFactory.instance.objectNode());
    }

    /**
     * Answer with a value.
     *
     * @param value the value of {@code return}: a Map, List, record, bean, tree, string or number
     * @return this
     */
    public ReceivedCommand reply(Object value) {
        connection.send(replyWith("return", JsonValues.treeOf(value, "the reply to " + name())));
        return this;
    }

    /**
     * Answer with an error.
     *
     * @param errorClass its class, such as {@code GenericError}
     * @param description its text
     * @return this
     */
    public ReceivedCommand replyWithError(String errorClass, String description) {
        connection.send(replyWith("error", error(errorClass, description)));
        return this;
    }

    /**
     * Send an event on this command's connection, before or after a reply, in the order of the calls.
     *
     * @param event its name, such as {@code STOP}
     * @return this
     */
    public ReceivedCommand sendEvent(String event) {
        connection.sendEvent(event);
        return this;
    }

    /**
     * Send an event with data on this command's connection.
     *
     * @param event its name
     * @param data a Map, record, bean or tree that becomes a JSON object
     * @return this
     */
    public ReceivedCommand sendEvent(String event, Object data) {
        connection.sendEvent(event, data);
        return this;
    }

    /** Return a reply that carries this command's id, if it has one. */
    private ObjectNode replyWith(String member, JsonNode value) {
        ObjectNode reply = JsonNodeFactory.instance.objectNode();
        reply.set(member, value);
        id().ifPresent(own -> reply.set("id", own));
        return reply;
    }

    static ObjectNode error(String errorClass, String description) {
        return JsonNodeFactory.instance.objectNode().put("class", errorClass).put("desc", description);
    }

    /** {@return the message as JSON} */
    @Override
    public String toString() {
        return message + (fdCount == 0 ? "" : " with " + fdCount + " file descriptors");
    }
}
