package io.github.qmpjunit.qapi.runtime;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The members of an object. Immutable. For the generated types. */
public final class Members {

    private static final Members NONE = new Members(JsonNodeFactory.instance.objectNode(), "");

    private final JsonNode object;
    private final String path;

    private Members(JsonNode object, String path) {
        this.object = object;
        this.path = path;
    }

    /** {@return the members of an empty object} */
    public static Members none() {
        return NONE;
    }

    /**
     * Return the members of a union.
     *
     * @param union the union
     * @return its members
     */
    public static Members of(QapiUnion union) {
        return union instanceof QapiObject branch ? branch.members : new Members(union.toJson(), "");
    }

    /** Return the members of an object that is at a path of what QEMU sent. */
    static Members of(JsonNode object, String path) {
        return new Members(object, path);
    }

    JsonNode json() {
        return object;
    }

    /**
     * Return the string that selects a union's branch.
     *
     * @param name the member's name
     * @return its value; empty if there is none
     */
    public String tag(String name) {
        return object.path(name).asString("");
    }

    /**
     * Return a mandatory member.
     *
     * @param <T> its Java type
     * @param name its name
     * @param type its type
     * @return its value
     * @throws NoSuchElementException if it is not there
     */
    public <T> T get(String name, QapiType<T> type) {
        JsonNode value = object.get(name);
        if (value == null) {
            throw new NoSuchElementException(
                    "QEMU sent no member \"%s\": the object is %s".formatted(place(name), QapiType.excerpt(object)));
        }
        return type.view(value, place(name));
    }

    /**
     * Return an optional member.
     *
     * @param <T> its Java type
     * @param name its name
     * @param type its type
     * @return its value; empty if it is not there
     */
    public <T> Optional<T> find(String name, QapiType<T> type) {
        JsonNode value = object.get(name);
        return value == null ? Optional.empty() : Optional.of(type.view(value, place(name)));
    }

    private String place(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    /**
     * Return all members as another object.
     *
     * @param <T> the other object's Java type
     * @param type its type
     * @return the other object
     */
    public <T> T as(QapiType<T> type) {
        return type.view(object, path);
    }

    /**
     * Return these members and one more, which replaces the one of that name.
     *
     * @param name its name
     * @param value its value
     * @return the members
     */
    public Members with(String name, Object value) {
        ObjectNode copy = object.asObject().deepCopy();
        copy.set(
                name,
                QapiType.toJson(
                        requireNonNull(
                                value,
                                () -> name + " must not be null; leave it out, or pass a NullNode for JSON's null"),
                        name));
        return new Members(copy, path);
    }

    /**
     * Return these members and one more that is a 64-bit unsigned number.
     *
     * @param name its name
     * @param value its 64 bits, as Java's unsigned methods have them; see {@link Long#parseUnsignedLong(String)}
     * @return the members
     */
    public Members withUnsigned(String name, long value) {
        return with(name, QapiType.unsigned(value));
    }

    /**
     * Return these members and all of a union's.
     *
     * @param union the union
     * @return the members
     */
    public Members withAll(QapiUnion union) {
        ObjectNode copy = object.asObject().deepCopy();
        for (Map.Entry<String, JsonNode> member : union.toJson().properties()) {
            copy.set(member.getKey(), member.getValue());
        }
        return new Members(copy, path);
    }

    /**
     * Return these members and one more that is a list of 64-bit unsigned numbers.
     *
     * @param name its name
     * @param values their 64 bits
     * @return the members
     */
    public Members withUnsigned(String name, List<Long> values) {
        return with(name, values.stream().map(QapiType::unsigned).toList());
    }
}
