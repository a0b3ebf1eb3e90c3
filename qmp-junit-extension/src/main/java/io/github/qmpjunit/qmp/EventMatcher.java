package io.github.qmpjunit.qmp;

import static java.util.Objects.requireNonNull;

import io.github.qmpjunit.json.DataPath;
import io.github.qmpjunit.json.JsonValues;
import io.github.qmpjunit.qmp.schema.QmpSchema;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Says which event is meant: by name, by data, or by any predicate. Filters of listeners,
 * {@link QmpEventListener#next} and the assertions all use it.
 *
 * <pre>{@code
 * private static final EventMatcher CONCLUDED = event(JOB_STATUS_CHANGE).withData("status", "concluded");
 * }</pre>
 *
 * <p>Immutable: each {@code with...} returns a new matcher with one more condition. A matcher can also say why an event does not
 * match ({@link #mismatches}).
 */
@API(status = API.Status.MAINTAINED, since = "0.1.0")
public final class EventMatcher {

    private static final EventMatcher ANY = new EventMatcher(Set.of(), List.of());

    private final Set<String> names;
    private final List<Condition> conditions;

    private EventMatcher(Set<String> names, List<Condition> conditions) {
        this.names = names;
        this.conditions = conditions;
    }

    /** {@return a matcher for every event} */
    public static EventMatcher anyEvent() {
        return ANY;
    }

    /**
     * Return a matcher for the events of a type.
     *
     * @param type the type, such as {@link QmpEvents#STOP}
     * @return the matcher
     */
    public static EventMatcher event(EventType type) {
        return event(requireNonNull(type, "type must not be null").name());
    }

    /**
     * Return a matcher for the events with a name.
     *
     * @param name the event's name in QMP, such as {@code STOP}
     * @return the matcher
     */
    public static EventMatcher event(String name) {
        return ofNames(Stream.of(requireNonNull(name, "name must not be null")));
    }

    /**
     * Return a matcher for the events of several types.
     *
     * @param types the types; none means every event
     * @return the matcher
     */
    public static EventMatcher anyOf(EventType... types) {
        return ofNames(Stream.of(requireNonNull(types, "types must not be null"))
                .map(type -> requireNonNull(type, "none of types must be null").name()));
    }

    /**
     * Return a matcher for the events with one of several names.
     *
     * @param names the events' names in QMP; none means every event
     * @return the matcher
     */
    public static EventMatcher anyOf(String... names) {
        return ofNames(Stream.of(requireNonNull(names, "names must not be null"))
                .map(name -> requireNonNull(name, "none of names must be null")));
    }

    private static EventMatcher ofNames(Stream<String> names) {
        return new EventMatcher(names.collect(Collectors.toCollection(LinkedHashSet::new)), List.of());
    }

    /**
     * Require a value in the event's data.
     *
     * @param path where in the data, see {@link DataPath}
     * @param expected the value: a string, number, boolean, enum, Map, List, record, tree or {@code null} (JSON's null, which
     *     is not the same as absence); numbers are compared by value
     * @return the narrower matcher
     */
    public EventMatcher withData(String path, @Nullable Object expected) {
        requireNonNull(path, "path must not be null");
        if (expected instanceof Predicate) {
            throw new IllegalArgumentException(
                    "A predicate on %s is given by withDataMatching(path, description, predicate)".formatted(path));
        }
        JsonNode tree = JsonValues.treeOf(expected, path);
        return withData(path, "= " + JsonValues.brief(tree), tree, actual -> JsonValues.equal(actual, tree));
    }

    /**
     * Require a value in the event's data, at a key that has a Java type.
     *
     * @param <T> the value's type
     * @param key where in the data
     * @param expected the value; numbers are compared by value
     * @return the narrower matcher
     * @throws IllegalArgumentException if the key belongs to an event that is not meant
     */
    public <T> EventMatcher withData(EventKey<T> key, T expected) {
        requireNonNull(key, "key must not be null");
        if (!names.isEmpty() && !names.contains(key.event())) {
            throw new IllegalArgumentException("%s cannot be in the data of %s; use a key of that event"
                    .formatted(key, String.join(" or ", names)));
        }
        return withData(key.path(), requireNonNull(expected, "expected must not be null"));
    }

    /**
     * Require that a value in the event's data satisfies a predicate.
     *
     * @param path where in the data, see {@link DataPath}
     * @param description what the predicate requires, in words that follow the path: {@code "is at least 5"}
     * @param predicate called only if there is a value at that path; what it throws affects only the listener that calls it
     * @return the narrower matcher
     */
    public EventMatcher withDataMatching(String path, String description, Predicate<JsonNode> predicate) {
        requireNonNull(description, "description must not be null");
        requireNonNull(predicate, "predicate must not be null");
        return withData(path, description, null, predicate);
    }

    /**
     * Require that the event's data has at least these members. Objects inside are compared the same way, as subsets; arrays
     * and plain values as a whole.
     *
     * @param subset a Map, record or tree
     * @return the narrower matcher
     */
    public EventMatcher withDataContaining(Map<String, ?> subset) {
        JsonNode tree = JsonValues.treeOf(requireNonNull(subset, "subset must not be null"), "the expected data");
        return with(
                "with data containing " + JsonValues.brief(tree),
                new Demand("", tree),
                event -> JsonValues.contains(event.data(), tree) ? null : "data differs");
    }

    /**
     * Require that the event's data has no value at a path.
     *
     * @param path where in the data, see {@link DataPath}
     * @return the narrower matcher
     */
    public EventMatcher withoutData(String path) {
        DataPath place = DataPath.of(path);
        return with(
                "without data " + path,
                null,
                event -> place.in(event.data()).isMissingNode() ? null : path + " is there");
    }

    /**
     * Require that the event satisfies a predicate.
     *
     * @param description what the predicate requires, in words that follow "where"
     * @param predicate called by the thread that reads from the connection or by a thread that waits; what it throws
     *     affects only the listener that calls it
     * @return the narrower matcher
     */
    public EventMatcher where(String description, Predicate<QmpEvent> predicate) {
        requireNonNull(description, "description must not be null");
        requireNonNull(predicate, "predicate must not be null");
        return with(
                "where " + description,
                null,
                event -> predicate.test(event) ? null : "not an event where " + description);
    }

    private EventMatcher withData(
            String path, String description, @Nullable JsonNode expected, Predicate<JsonNode> predicate) {
        DataPath place = DataPath.of(path);
        return with("with data " + path + " " + description, new Demand(path, expected), event -> {
            JsonNode actual = place.in(event.data());
            if (actual.isMissingNode()) {
                return path + " is missing";
            }
            return predicate.test(actual) ? null : path + " differs";
        });
    }

    private EventMatcher with(
            String description, @Nullable Demand demand, Function<QmpEvent, @Nullable String> mismatch) {
        List<Condition> more = new ArrayList<>(conditions);
        more.add(new Condition(description, demand, mismatch));
        return new EventMatcher(names, List.copyOf(more));
    }

    /**
     * Require that two values in the event's data are equal: {@code event(BLOCK_JOB_COMPLETED).withEqualData("offset", "len")}.
     *
     * @param path where in the data, see {@link DataPath}
     * @param otherPath where else in the data; numbers are compared by value
     * @return the narrower matcher
     */
    public EventMatcher withEqualData(String path, String otherPath) {
        requireNonNull(path, "path must not be null");
        DataPath other = DataPath.of(requireNonNull(otherPath, "otherPath must not be null"));
        DataPath one = DataPath.of(path);
        return withDataMatching(otherPath, "is there", value -> true)
                .withDataMatching(path, "is there", value -> true)
                .with(
                        "with data %s = data %s".formatted(path, otherPath),
                        null,
                        event -> JsonValues.equal(one.in(event.data()), other.in(event.data()))
                                ? null
                                : path + " and " + otherPath + " differ");
    }

    /**
     * Return whether an event is meant.
     *
     * @param event the event
     * @return whether it meets every condition
     */
    public boolean matches(QmpEvent event) {
        if (!isOfName(event)) {
            return false;
        }
        for (Condition condition : conditions) {
            if (condition.mismatch.apply(event) != null) {
                return false;
            }
        }
        return true;
    }

    private boolean isOfName(QmpEvent event) {
        return names.isEmpty() || names.contains(event.name());
    }

    /**
     * Return why an event is not meant.
     *
     * @param event the event
     * @return one short text for each condition that it does not meet, such as {@code status differs}; empty if it matches
     */
    public List<String> mismatches(QmpEvent event) {
        List<String> mismatches = new ArrayList<>();
        if (!isOfName(event)) {
            mismatches.add("name differs");
        }
        for (Condition condition : conditions) {
            String mismatch = condition.mismatch.apply(event);
            if (mismatch != null) {
                mismatches.add(mismatch);
            }
        }
        return mismatches;
    }

    /**
     * Return whether this matcher requires a given value at a given path of the data.
     *
     * @param path where in the data
     * @param expected the value
     * @return whether {@link #withData} was called with exactly these
     */
    public boolean demandsData(String path, @Nullable Object expected) {
        String demand = "with data " + path + " = " + JsonValues.brief(JsonValues.treeOf(expected, path));
        return conditions.stream().anyMatch(condition -> condition.description.equals(demand));
    }

    /**
     * Return the value that this matcher requires at a path of the data.
     *
     * @param path where in the data
     * @return the value; empty if there is no condition on the path, or one that several values can meet
     */
    public Optional<JsonNode> demandedData(String path) {
        for (Demand demand : demands()) {
            JsonNode expected = demand.expected();
            if (expected != null && demand.path().isEmpty() && expected.has(path)) {
                return Optional.of(expected.get(path));
            }
            if (expected != null && demand.path().equals(path)) {
                return Optional.of(expected);
            }
        }
        return Optional.empty();
    }

    /**
     * Return whether this matcher says anything about a path of the data.
     *
     * @param path where in the data
     * @return whether it requires a value or a predicate there
     */
    public boolean mentionsData(String path) {
        return demandedData(path).isPresent()
                || demands().stream().anyMatch(demand -> demand.path().equals(path));
    }

    /** {@return whether the schema of some QEMU version has the events and the data that are meant} */
    public boolean isOfQemu() {
        return !names.isEmpty()
                && names.stream()
                        .allMatch(name -> QmpEvents.DATA.containsKey(name)
                                && demands().stream().allMatch(demand -> knows(QmpEvents.DATA.get(name), demand)));
    }

    private static boolean knows(Set<String> members, Demand demand) {
        JsonNode expected = demand.expected();
        return demand.path().isEmpty()
                ? expected == null || members.containsAll(expected.propertyNames())
                : members.contains(demand.path().split("[.\\[]", 2)[0]);
    }

    /** {@return the names that are meant, in the order in which they were given; empty if every name is} */
    public Set<String> names() {
        return Collections.unmodifiableSet(names);
    }

    /**
     * Return why no event of a QEMU can ever match.
     *
     * @param schema what that QEMU says about its events
     * @return a sentence for each unknown name, member of the data, or value; empty if there can be a match. If
     *     several events are meant, one that can arrive is enough. Predicates and the absence of data are not checked.
     */
    public List<String> problemsIn(QmpSchema schema) {
        if (names.isEmpty()) {
            return demands().stream()
                    .flatMap(demand -> schema.checkData(demand.path(), demand.expected()).stream())
                    .toList();
        }
        List<String> problems = new ArrayList<>();
        for (String name : names) {
            List<String> ofThis = schema.hasEvent(name)
                    ? demands().stream()
                            .flatMap(demand -> schema.checkData(name, demand.path(), demand.expected()).stream())
                            .toList()
                    : List.of(schema.unknownEvent(name));
            if (ofThis.isEmpty()) {
                return List.of();
            }
            problems.addAll(ofThis);
        }
        return problems;
    }

    /** Return what must be in the data, as far as a schema can check it. */
    List<Demand> demands() {
        return conditions.stream()
                .flatMap(condition -> Stream.ofNullable(condition.demand))
                .toList();
    }

    /** {@return a description such as {@code JOB_STATUS_CHANGE with data id = "job0", status = "ready"}} */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(names.isEmpty() ? "any event" : String.join(" or ", names));
        String before = "";
        for (Condition condition : conditions) {
            String description = condition.description;
            boolean goesOn = description.startsWith("with data ") && before.startsWith("with data ");
            text.append(before.isEmpty() ? " " : ", ");
            text.append(goesOn ? description.substring("with data ".length()) : description);
            before = description;
        }
        return text.toString();
    }

    private record Condition(
            String description, @Nullable Demand demand, Function<QmpEvent, @Nullable String> mismatch) {}

    /**
     * A condition on the data: the value that must be at a path ({@code null} for any value). An empty path means the data as
     * a whole, of which the value is a subset.
     */
    record Demand(String path, @Nullable JsonNode expected) {}
}
