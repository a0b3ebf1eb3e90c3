package io.github.qmpjunit.qmp.schema;

import io.github.qmpjunit.internal.DidYouMean;
import io.github.qmpjunit.json.DataPath;
import io.github.qmpjunit.json.JsonValues;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * A QEMU's description of itself: its commands with their arguments, its events with their data, and the values
 * of its enumerations. It differs between versions, and between builds of one version; {@link io.github.qmpjunit.qmp.QmpClient#schema()} asks the running QEMU.
 *
 * <p>Paths ({@link DataPath}) lead into arguments and data: {@code options.data-file}. They lead through nested objects, all
 * variants of unions, and arrays, whose indexes can be left out: {@code actions.type}.
 *
 * <p>Commands that QEMU checks by hand accept more arguments than the schema lists. Today that is only {@code device_add}:
 * its further arguments are the device's properties.
 *
 * <p>Immutable and thread-safe. Only an index is built at first; the rest is read from the reply on demand.
 *
 * @see <a href="https://www.qemu.org/docs/master/devel/qapi-code-gen.html#client-json-protocol-introspection">QEMU's
 *     description of the schema</a>
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public final class QmpSchema {

    static final String DEPRECATED = "deprecated";
    static final String UNSTABLE = "unstable";

    /** {@code 'gen': false} in QEMU's sources, which the schema does not show. */
    private static final Set<String> TAKE_MORE_ARGUMENTS = Set.of("device_add");

    private final SortedMap<String, JsonNode> commands = new TreeMap<>();
    private final SortedMap<String, JsonNode> events = new TreeMap<>();
    private final Map<String, JsonNode> types = new HashMap<>();

    private QmpSchema(JsonNode entities) {
        for (JsonNode entity : entities) {
            String name = entity.path("name").asString("");
            switch (entity.path("meta-type").asString("")) {
                case "" ->
                    throw new IllegalArgumentException(
                            "Expected an array of schema entities, but found one without \"meta-type\": "
                                    + JsonValues.brief(entity));
                case "command" -> commands.put(name, entity);
                case "event" -> events.put(name, entity);
                default -> types.put(name, entity);
            }
        }
    }

    /**
     * Read a schema.
     *
     * @param reply what {@code query-qmp-schema} returned, an array; do not change it afterwards
     * @return the schema
     * @throws IllegalArgumentException if it is anything else
     */
    public static QmpSchema of(JsonNode reply) {
        if (!reply.isArray() || reply.isEmpty()) {
            throw new IllegalArgumentException(
                    "Expected what query-qmp-schema returns, an array of schema entities, but found a tree of type %s"
                            .formatted(reply.getNodeType()));
        }
        return new QmpSchema(reply);
    }

    /** {@return the names of all commands, in alphabetical order} */
    public Set<String> commands() {
        return Collections.unmodifiableSet(commands.keySet());
    }

    /** {@return the names of all events, in alphabetical order} */
    public Set<String> events() {
        return Collections.unmodifiableSet(events.keySet());
    }

    /**
     * Return whether there is a command.
     *
     * @param name its name
     * @return whether this QEMU knows it
     */
    public boolean hasCommand(String name) {
        return commands.containsKey(name);
    }

    /**
     * Return whether there is an event.
     *
     * @param name its name
     * @return whether this QEMU can send it
     */
    public boolean hasEvent(String name) {
        return events.containsKey(name);
    }

    /**
     * Return a command.
     *
     * @param name its name
     * @return the command
     * @throws IllegalArgumentException if there is none; the message says what may have been meant
     */
    public SchemaCommand command(String name) {
        JsonNode entity = commands.get(name);
        if (entity == null) {
            throw new IllegalArgumentException(unknownCommand(name));
        }
        return new SchemaCommand(
                name,
                type(entity.path("arg-type").asString("")),
                type(entity.path("ret-type").asString("")),
                entity.path("allow-oob").asBoolean(false),
                featuresOf(entity));
    }

    /**
     * Return an event.
     *
     * @param name its name
     * @return the event
     * @throws IllegalArgumentException if there is none; the message says what may have been meant
     */
    public SchemaEvent event(String name) {
        JsonNode entity = events.get(name);
        if (entity == null) {
            throw new IllegalArgumentException(unknownEvent(name));
        }
        return new SchemaEvent(name, type(entity.path("arg-type").asString("")), featuresOf(entity));
    }

    /**
     * Return whether a command accepts an argument.
     *
     * @param command the command's name
     * @param path where in its arguments, such as {@code node-name} or {@code options.data-file}
     * @return whether something can stand there; {@code false} as well where the command is unknown
     */
    public boolean hasArgument(String command, String path) {
        return hasCommand(command) && !find(command, path).isEmpty();
    }

    /**
     * Return whether an event's data can have a member.
     *
     * @param event the event's name
     * @param path where in its data
     * @return whether something can stand there; {@code false} as well where the event is unknown
     */
    public boolean hasData(String event, String path) {
        return hasEvent(event) && !find(event, path).isEmpty();
    }

    /**
     * Return whether an enumeration in a command's arguments or an event's data has a value.
     *
     * @param name the command's or the event's name
     * @param path where in its arguments or data
     * @param value the value, such as {@code concluded} for {@code JOB_STATUS_CHANGE}'s {@code status}
     * @return whether it has; {@code false} as well where there is no enumeration
     */
    public boolean hasValue(String name, String path, String value) {
        return find(name, path).stream()
                .flatMap(member -> member.type().plain())
                .anyMatch(type -> type.values().contains(value));
    }

    /**
     * Return QEMU's feature flags of a command or an event.
     *
     * @param name its name
     * @return the flags, such as {@code deprecated} and {@code unstable}; empty if it has none or is unknown
     */
    public Set<String> features(String name) {
        JsonNode entity = commands.getOrDefault(name, events.get(name));
        return entity == null ? Set.of() : featuresOf(entity);
    }

    /**
     * Return QEMU's feature flags of a member of a command's arguments or an event's data.
     *
     * @param name the command's or the event's name
     * @param path where in its arguments or data
     * @return the flags, also from all variants of a union that have a member with this name; empty if it has none
     */
    public Set<String> features(String name, String path) {
        Set<String> features = new LinkedHashSet<>();
        find(name, path).forEach(member -> features.addAll(member.features()));
        return Collections.unmodifiableSet(features);
    }

    /**
     * Return whether QEMU's developers intend to remove a command or an event.
     *
     * @param name its name
     * @return whether they do; {@code false} as well where it is unknown
     */
    public boolean isDeprecated(String name) {
        return features(name).contains(DEPRECATED);
    }

    /**
     * Return whether QEMU's developers intend to remove a member of a command's arguments or an event's data.
     *
     * @param name the command's or the event's name
     * @param path where in its arguments or data
     * @return whether they do; {@code false} as well where it is unknown
     */
    public boolean isDeprecated(String name, String path) {
        return features(name, path).contains(DEPRECATED);
    }

    /**
     * Return whether QEMU's developers may change or remove a command or an event without notice.
     *
     * @param name its name
     * @return whether they may; {@code false} as well where it is unknown
     */
    public boolean isUnstable(String name) {
        return features(name).contains(UNSTABLE);
    }

    /**
     * Return whether QEMU's developers may change or remove a member of a command's arguments or an event's data without notice.
     *
     * @param name the command's or the event's name
     * @param path where in its arguments or data
     * @return whether they may; {@code false} as well where it is unknown
     */
    public boolean isUnstable(String name, String path) {
        return features(name, path).contains(UNSTABLE);
    }

    /**
     * Return the commands that a mistyped name may mean.
     *
     * @param name the name
     * @return at most three names, the nearest first; empty if none is near
     */
    public List<String> suggestionsForCommand(String name) {
        return DidYouMean.of(name, commands());
    }

    /**
     * Return the events that a mistyped name may mean.
     *
     * @param name the name
     * @return at most three names, the nearest first; empty if none is near
     */
    public List<String> suggestionsForEvent(String name) {
        return DidYouMean.of(name, events());
    }

    /**
     * Return the arguments of a command, or the members of an event's data, that a mistyped path may mean.
     *
     * @param name the command's or the event's name
     * @param path the path
     * @return at most three paths, the nearest first, each up to the first wrong step; empty if none is near or the
     *     path is valid
     */
    public List<String> suggestionsForPath(String name, String path) {
        return root(name)
                .map(root -> SchemaPaths.suggestions(root, DataPath.of(path).steps(), SchemaPaths.Arrays.ARE_PASSED))
                .orElse(List.of());
    }

    /**
     * Return the error text for an unknown command.
     *
     * @param name the command's name
     * @return a sentence such as {@code No command "query-statuss"; did you mean "query-status"?}
     */
    public String unknownCommand(String name) {
        return "No command \"%s\"".formatted(name) + whatIsMeantBy(name);
    }

    private String whatIsMeantBy(String name) {
        int space = name.indexOf(' ');
        if (space > 0 && hasCommand(name.substring(0, space))) {
            return "; did you mean \"%s\"? Arguments go along as a Map".formatted(name.substring(0, space));
        }
        if (space > 0 && hasCommand("human-monitor-command")) {
            return "; a line of the human monitor goes through hmp(...)";
        }
        return DidYouMean.ending(
                suggestionsForCommand(name).stream().map("\"%s\""::formatted).toList());
    }

    /**
     * Return what to say about an event that there is not.
     *
     * @param name the event's name
     * @return a sentence such as {@code No event JOB_STATUS_CHANGED; did you mean JOB_STATUS_CHANGE?}
     */
    public String unknownEvent(String name) {
        return "No event " + name + DidYouMean.ending(suggestionsForEvent(name));
    }

    /**
     * Return why a command cannot succeed. QEMU's own check is the one that counts; this one knows what was probably meant.
     *
     * @param name the command's name
     * @param arguments its arguments, an object; null if it has none
     * @return a sentence for each unknown name, value, or value of another type; if there is none, a sentence for each mandatory
     *     argument that is missing, at any depth; empty if nothing is wrong
     */
    public List<String> checkCommand(String name, @Nullable JsonNode arguments) {
        if (!hasCommand(name)) {
            return List.of(unknownCommand(name));
        }
        if (TAKE_MORE_ARGUMENTS.contains(name)) {
            return List.of();
        }
        SchemaCheck check = new SchemaCheck(name, "argument");
        SchemaType type = command(name).argumentType();
        JsonNode given = arguments == null ? JsonNodeFactory.instance.objectNode() : arguments;
        List<String> problems = check.problems(type, given, "");
        return problems.isEmpty() ? check.missing(type, given, "") : problems;
    }

    /**
     * Return why an event's data can never hold a value.
     *
     * @param event the event's name
     * @param path where in its data; empty for the data as a whole
     * @param expected the value there; null for any
     * @return a sentence for each unknown name or value; empty if it can
     */
    public List<String> checkData(String event, String path, @Nullable JsonNode expected) {
        return hasEvent(event)
                ? new SchemaCheck(event, "data")
                        .expectationProblems(event(event).dataType(), path, expected)
                : List.of(unknownEvent(event));
    }

    /**
     * Return why no event's data can ever hold a value.
     *
     * @param path where in the data; empty for the data as a whole
     * @param expected the value there; null for any
     * @return one sentence; empty if some event's data can
     */
    public Optional<String> checkData(String path, @Nullable JsonNode expected) {
        return events.keySet().stream()
                        .anyMatch(name -> checkData(name, path, expected).isEmpty())
                ? Optional.empty()
                : Optional.of(neverInAnyEvent(path, expected));
    }

    private String neverInAnyEvent(String path, @Nullable JsonNode expected) {
        if (path.isEmpty()) {
            return "No event has data like " + (expected == null ? "this" : JsonValues.brief(expected));
        }
        if (expected != null && events.keySet().stream().anyMatch(name -> hasData(name, path))) {
            return "No event has data %s = %s".formatted(path, JsonValues.brief(expected));
        }
        List<String> known = events.keySet().stream()
                .flatMap(name -> event(name).dataType().allMembers().stream())
                .map(SchemaMember::name)
                .toList();
        return "No event has data \"%s\"".formatted(path)
                + DidYouMean.ending(DidYouMean.of(path, known).stream()
                        .map("\"%s\""::formatted)
                        .toList());
    }

    private List<SchemaMember> find(String name, String path) {
        return root(name)
                .map(root -> SchemaPaths.find(root, DataPath.of(path).steps(), SchemaPaths.Arrays.ARE_PASSED))
                .orElse(List.of());
    }

    private Optional<SchemaType> root(String name) {
        return Optional.ofNullable(commands.getOrDefault(name, events.get(name)))
                .map(entity -> type(entity.path("arg-type").asString("")));
    }

    /** Return the type with QEMU's internal name. An unknown name gives a type that accepts any value, so that nothing is reported as wrong by mistake. */
    SchemaType type(String name) {
        return new SchemaType(this, types.getOrDefault(name, JsonNodeFactory.instance.objectNode()));
    }

    static Set<String> featuresOf(JsonNode entity) {
        Set<String> features = new LinkedHashSet<>();
        entity.path("features").forEach(feature -> features.add(feature.asString("")));
        return Collections.unmodifiableSet(features);
    }

    @Override
    public String toString() {
        return "QmpSchema with %s commands and %s events".formatted(commands.size(), events.size());
    }
}
