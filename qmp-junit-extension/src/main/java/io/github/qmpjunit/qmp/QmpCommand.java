package io.github.qmpjunit.qmp;

import static java.util.Objects.requireNonNull;

import io.github.qmpjunit.json.Json;
import io.github.qmpjunit.json.JsonValues;
import io.github.qmpjunit.secrets.Secrets;
import java.io.FileDescriptor;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A command with its arguments, id, timeout and file descriptors. Immutable: each {@code with...} returns a changed copy.
 *
 * <pre>{@code
 * return QmpCommand.of("blockdev-backup")
 *         .with("job-id", "backup0")
 *         .with("device", "disk")
 *         .with("target", "copy")
 *         .with("sync", "full")
 *         .with("on-source-error", onError);
 * }</pre>
 */
@API(status = API.Status.MAINTAINED, since = "0.1.0")
public final class QmpCommand {

    private final String name;
    private final @Nullable JsonNode arguments;
    private final boolean outOfBand;
    private final @Nullable JsonNode id;
    private final List<FileDescriptor> fds;
    private final @Nullable Duration timeout;

    private QmpCommand(
            String name,
            @Nullable JsonNode arguments,
            boolean outOfBand,
            @Nullable JsonNode id,
            List<FileDescriptor> fds,
            @Nullable Duration timeout) {
        this.name = name;
        this.arguments = arguments;
        this.outOfBand = outOfBand;
        this.id = id;
        this.fds = fds;
        this.timeout = timeout;
    }

    /**
     * Return a command without arguments.
     *
     * @param name the command's name, such as {@code query-status}
     * @return the command
     */
    public static QmpCommand of(String name) {
        return new QmpCommand(requireNonNull(name, "name must not be null"), null, false, null, List.of(), null);
    }

    /**
     * Return a command with arguments.
     *
     * @param name the command's name
     * @param arguments a Map, tree, record or bean that becomes a JSON object; {@link java.nio.file.Path Path} and {@link
     *     java.io.File File} values become their path; a record's or bean's {@code nodeName} becomes {@code node-name}, and its
     *     members that are null or an empty Optional are left out
     * @return the command
     * @throws IllegalArgumentException if the arguments do not become a JSON object
     */
    public static QmpCommand of(String name, Object arguments) {
        requireNonNull(name, "name must not be null");
        requireNonNull(arguments, "arguments must not be null");
        JsonNode tree = Json.toTree(arguments, "the arguments of " + name);
        if (!tree.isObject()) {
            throw new IllegalArgumentException(
                    "The arguments of %s must become a JSON object, but %s became %s; pass a Map, a record or a bean"
                            .formatted(name, arguments.getClass().getName(), brief(tree)));
        }
        return new QmpCommand(name, tree.isEmpty() ? null : tree, false, null, List.of(), null);
    }

    /**
     * Parse a command from a JSON text, as QEMU's documents show them.
     *
     * @param json an object with {@code execute} or {@code exec-oob}, and perhaps {@code arguments} and {@code id}
     * @return the command
     * @throws IllegalArgumentException if it is not such an object
     */
    public static QmpCommand parse(String json) {
        JsonNode tree;
        try {
            tree = Json.MAPPER.readTree(
                    json.strip().startsWith("->") ? json.strip().substring(2) : json);
        } catch (JacksonException e) {
            throw new IllegalArgumentException(
                    "Cannot parse the command, it is not JSON: %s%n%s"
                            .formatted(e.getOriginalMessage(), Secrets.maskObvious(json)),
                    e);
        }
        boolean outOfBand = tree.has("exec-oob");
        JsonNode name = tree.path(outOfBand ? "exec-oob" : "execute");
        if (!name.isString()) {
            throw new IllegalArgumentException(
                    "A command is an object with \"execute\" or \"exec-oob\", but found %s".formatted(brief(tree)));
        }
        for (Map.Entry<String, JsonNode> member : tree.properties()) {
            if (!List.of("execute", "exec-oob", "arguments", "id").contains(member.getKey())) {
                throw new IllegalArgumentException(
                        "A command has no member \"%s\"; found %s".formatted(member.getKey(), brief(tree)));
            }
        }
        JsonNode arguments = tree.get("arguments");
        if (arguments != null && !arguments.isObject()) {
            throw new IllegalArgumentException(
                    "A command's \"arguments\" are an object, but found %s".formatted(brief(arguments)));
        }
        return new QmpCommand(name.asString(), arguments, outOfBand, tree.get("id"), List.of(), null);
    }

    /**
     * Return this command with an argument: {@code QmpCommand.of("job-finalize").with("id", "job0")}. If the command has the argument, the
     * value replaces the one before, in its place; so one command is the template of many.
     *
     * @param argument its name as QEMU's schema has it, such as {@code node-name}
     * @param value a string, number, boolean, enum, list, Map, tree, record, bean or {@code null} (JSON's null); it is converted as {@link
     *     #of(String, Object)} says
     * @return the command
     * @throws IllegalArgumentException if the value does not become JSON
     */
    public QmpCommand with(String argument, @Nullable Object value) {
        requireNonNull(argument, "argument must not be null");
        ObjectNode all = arguments == null
                ? JsonNodeFactory.instance.objectNode()
                : arguments.asObject().deepCopy();
        all.set(argument, JsonValues.treeOf(value, "the argument \"%s\" of %s".formatted(argument, name)));
        return new QmpCommand(name, all, outOfBand, id, fds, timeout);
    }

    /**
     * Return this command without an argument.
     *
     * @param argument its name
     * @return the command
     * @throws IllegalArgumentException if the command has no such argument
     */
    public QmpCommand without(String argument) {
        requireNonNull(argument, "argument must not be null");
        if (arguments == null || !arguments.has(argument)) {
            throw new IllegalArgumentException("%s has no argument \"%s\" to leave out; it has %s"
                    .formatted(
                            name, argument, arguments == null ? "none" : String.join(", ", arguments.propertyNames())));
        }
        ObjectNode all = arguments.asObject().deepCopy();
        all.remove(argument);
        return new QmpCommand(name, all.isEmpty() ? null : all, outOfBand, id, fds, timeout);
    }

    /**
     * Return a command that executes several in one transaction: all of them, or none. Further arguments go along by {@link #with}: {@code
     * transaction(first, second).with("properties", Map.of("completion-mode", "grouped"))}.
     *
     * @param commands what to do; QEMU's schema tells which commands can be in a transaction
     * @return the command
     * @throws IllegalArgumentException if there is none, or one has an id, descriptors, a timeout or is out of band
     * @see <a href="https://www.qemu.org/docs/master/interop/qemu-qmp-ref.html#command-QMP-transaction.transaction">QEMU's description</a>
     */
    public static QmpCommand transaction(QmpCommand... commands) {
        if (requireNonNull(commands, "commands must not be null").length == 0) {
            throw new IllegalArgumentException("A transaction needs at least one command");
        }
        ArrayNode actions = JsonNodeFactory.instance.arrayNode();
        for (QmpCommand command : commands) {
            actions.add(command.action());
        }
        ObjectNode all = JsonNodeFactory.instance.objectNode();
        all.set("actions", actions);
        return new QmpCommand("transaction", all, false, null, List.of(), null);
    }

    private ObjectNode action() {
        if (outOfBand || id != null || !fds.isEmpty() || timeout != null) {
            throw new IllegalArgumentException(
                    "%s cannot be in a transaction as it is: an id, descriptors, a timeout or \"out of band\" belong to the transaction itself"
                            .formatted(name));
        }
        ObjectNode action = JsonNodeFactory.instance.objectNode();
        action.put("type", name);
        action.set("data", arguments == null ? JsonNodeFactory.instance.objectNode() : arguments);
        return action;
    }

    /** {@return this command, for execution out of band ({@code exec-oob}): QEMU executes it at once, even while another command blocks it} */
    public QmpCommand outOfBand() {
        return new QmpCommand(name, arguments, true, id, fds, timeout);
    }

    /**
     * Return this command with file descriptors that travel with it, for {@code add-fd} and {@code getfd}. UNIX sockets only.
     *
     * @param descriptors the descriptors; they must stay open until the reply has arrived; QEMU keeps its own copies
     * @return the command
     */
    public QmpCommand withFds(FileDescriptor... descriptors) {
        return new QmpCommand(name, arguments, outOfBand, id, List.of(descriptors), timeout);
    }

    /**
     * Return this command with the caller's id. By default the client makes one.
     *
     * @param ownId any value that becomes JSON; no other command in flight may have the same id
     * @return the command
     */
    public QmpCommand withId(Object ownId) {
        return new QmpCommand(name, arguments, outOfBand, Json.toTree(ownId, "the id of " + name), fds, timeout);
    }

    /**
     * Return this command with its own timeout.
     *
     * @param ownTimeout how long to wait for the reply; replaces the client's
     * @return the command
     */
    public QmpCommand withTimeout(Duration ownTimeout) {
        return new QmpCommand(name, arguments, outOfBand, id, fds, ownTimeout);
    }

    /** {@return the command's name} */
    public String name() {
        return name;
    }

    /** {@return the arguments, an object; empty if the command has none} */
    public Optional<JsonNode> arguments() {
        return Optional.ofNullable(arguments);
    }

    /** {@return whether it is to be executed out of band} */
    public boolean isOutOfBand() {
        return outOfBand;
    }

    /** {@return the caller's own id, if there is one} */
    public Optional<JsonNode> id() {
        return Optional.ofNullable(id);
    }

    /** {@return the file descriptors that travel with it} */
    public List<FileDescriptor> fds() {
        return fds;
    }

    /** {@return its own timeout, if it has one} */
    public Optional<Duration> timeout() {
        return Optional.ofNullable(timeout);
    }

    /** Return the message in the form that is sent. */
    ObjectNode message(JsonNode withId) {
        ObjectNode message = message();
        message.set("id", withId);
        return message;
    }

    private ObjectNode message() {
        ObjectNode message = JsonNodeFactory.instance.objectNode();
        message.put(outOfBand ? "exec-oob" : "execute", name);
        if (arguments != null) {
            message.set("arguments", arguments);
        }
        return message;
    }

    private static String brief(JsonNode tree) {
        return JsonValues.brief(new Secrets().learn(tree).mask(tree));
    }

    /** {@return the command as JSON with secrets masked; {@link #arguments()} has them unmasked} */
    @Override
    public String toString() {
        ObjectNode message = message();
        return Json.print(
                arguments == null ? message : new Secrets().learn(message).mask(message));
    }
}
