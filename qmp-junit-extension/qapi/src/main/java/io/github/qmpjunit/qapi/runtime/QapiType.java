package io.github.qmpjunit.qapi.runtime;

import io.github.qmpjunit.json.JsonValues;
import java.math.BigInteger;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.BigIntegerNode;
import tools.jackson.databind.node.LongNode;

/**
 * A type of QEMU's protocol and its counterpart in Java. Immutable and thread-safe.
 *
 * <pre>{@code
 * StatusInfo status = StatusInfo.TYPE.read(tree);
 * List<JobInfo> jobs = JobInfo.TYPE.list().read(tree);
 * }</pre>
 *
 * @param <T> the Java type
 */
public final class QapiType<T> {

    private static final BigInteger LARGEST_UNSIGNED =
            BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);

    /** A string. */
    public static final QapiType<String> TEXT =
            new QapiType<>("a string", JsonNode::isString, JsonNode::asString, null, null);

    /** A truth value. */
    public static final QapiType<Boolean> BOOL =
            new QapiType<>("a boolean", JsonNode::isBoolean, JsonNode::asBoolean, null, null);

    /** An integer of up to 64 bits. */
    public static final QapiType<Long> LONG = new QapiType<>(
            "a signed 64-bit integer",
            json -> json.isIntegralNumber() && json.canConvertToLong(),
            JsonNode::asLong,
            null,
            null);

    /**
     * An unsigned integer of 64 bits. From 2<sup>63</sup> on the {@code long} is negative; {@link Long#toUnsignedString(long)} and
     * {@link Long#compareUnsigned} take it for what it is.
     */
    public static final QapiType<Long> UNSIGNED = new QapiType<>(
            "an unsigned 64-bit integer",
            QapiType::isUnsigned,
            json -> json.bigIntegerValue().longValue(),
            null,
            null);

    /** A number. */
    public static final QapiType<Double> NUMBER =
            new QapiType<>("a number", JsonNode::isNumber, JsonNode::asDouble, null, null);

    /** Any JSON value. */
    public static final QapiType<JsonNode> ANY =
            new QapiType<>("any value", json -> true, Function.identity(), null, null);

    /** JSON's null. */
    public static final QapiType<JsonNode> NULL =
            new QapiType<>("null", JsonNode::isNull, Function.identity(), null, null);

    private final String what;
    private final Predicate<JsonNode> form;
    private final Function<JsonNode, ? extends T> view;
    private final @Nullable Function<String, String> versions;
    private final @Nullable QapiType<?> element;

    private QapiType(
            String what,
            Predicate<JsonNode> form,
            Function<JsonNode, ? extends T> view,
            @Nullable Function<String, String> versions,
            @Nullable QapiType<?> element) {
        this.what = what;
        this.form = form;
        this.view = view;
        this.versions = versions;
        this.element = element;
    }

    /**
     * Return the type of an object, for the generated types.
     *
     * @param <T> the Java type
     * @param name its name in QEMU's schema
     * @param view makes one from its members
     * @return the type
     */
    public static <T extends QapiObject> QapiType<T> object(String name, Function<Members, ? extends T> view) {
        return new QapiType<>(
                "an object (" + name + ")", JsonNode::isObject, json -> view.apply(Members.of(json)), null, null);
    }

    /**
     * Return the type of an alternate, for the generated types.
     *
     * @param <T> the Java type
     * @param name its name in QEMU's schema
     * @param view makes one from a value
     * @return the type
     */
    public static <T extends QapiAlternate> QapiType<T> alternate(String name, Function<JsonNode, T> view) {
        return new QapiType<>(
                "one of the forms of " + name,
                json -> {
                    FormCheck check = new FormCheck(json);
                    view.apply(json).visit(check);
                    return check.fits();
                },
                view,
                null,
                null);
    }

    /**
     * Return the type of an enumeration, for the generated types.
     *
     * @param <T> the Java type
     * @param name its name in QEMU's schema
     * @param view makes one from a string
     * @param versions says which versions have a value, as {@link Parts} has it
     * @return the type
     */
    public static <T extends QapiEnum> QapiType<T> enumeration(
            String name, Function<String, T> view, Function<String, String> versions) {
        return new QapiType<>(
                "a string (" + name + ")", JsonNode::isString, json -> view.apply(json.asString()), versions, null);
    }

    /**
     * Return the type of an enumeration whose values are in all versions, for the generated types.
     *
     * @param <T> the Java type
     * @param name its name in QEMU's schema
     * @param view makes one from a string
     * @return the type
     */
    public static <T extends QapiEnum> QapiType<T> enumeration(String name, Function<String, T> view) {
        return new QapiType<>(
                "a string (" + name + ")", JsonNode::isString, json -> view.apply(json.asString()), null, null);
    }

    /**
     * Return the type of a union, for the generated types.
     *
     * @param <T> the Java type
     * @param name its name in QEMU's schema
     * @param view makes the branch that the members select
     * @return the type
     */
    public static <T extends QapiUnion> QapiType<T> union(String name, Function<Members, ? extends T> view) {
        return new QapiType<>(
                "an object (" + name + ")", JsonNode::isObject, json -> view.apply(Members.of(json)), null, null);
    }

    /** {@return the type of a list of these} */
    public QapiType<List<T>> list() {
        return new QapiType<>(
                "an array",
                JsonNode::isArray,
                json -> json.valueStream().<T>map(value -> view(value, "")).collect(Collectors.toUnmodifiableList()),
                null,
                this);
    }

    /**
     * Read a value, and look whether all of it has its type. Unknown members, values and branches of unions are no errors, nor are
     * missing members, see {@link QapiObject}.
     *
     * @param json the value as it is in the protocol
     * @return the same in Java
     * @throws IllegalArgumentException if something in it has another type; the message says where
     */
    public T read(JsonNode json) {
        check(json, "");
        return view.apply(json);
    }

    /** Refuse a value that does not have this type, or a part of it that does not have its own. */
    void check(JsonNode json, String path) {
        if (!form.test(json)) {
            throw mismatch(json, path);
        }
        if (element != null) {
            for (int i = 0; i < json.size(); i++) {
                element.check(json.get(i), path + "[" + i + "]");
            }
            return;
        }
        QapiValue value = viewIfGenerated(json);
        if (value != null) {
            value.visit(new Check(json, path));
        }
    }

    private IllegalArgumentException mismatch(JsonNode json, String path) {
        String found = json.toString();
        return new IllegalArgumentException("%s is %s, not %s"
                .formatted(
                        path.isEmpty() ? "the value" : "\"" + path + "\"",
                        found.length() > 100 ? found.substring(0, 100) + "..." : found,
                        what));
    }

    /** Return a value whose parts have been looked at already, or will be noticed where they are read. */
    T view(JsonNode json, String path) {
        if (!form.test(json)) {
            throw mismatch(json, path);
        }
        return view.apply(json);
    }

    /** Return the value if it is one of the generated types, which have parts; null otherwise. */
    @Nullable
    QapiValue viewIfGenerated(JsonNode json) {
        return view.apply(json) instanceof QapiValue value ? value : null;
    }

    QapiValue view(JsonNode json) {
        return (QapiValue) view.apply(json);
    }

    boolean fits(JsonNode json) {
        return form.test(json);
    }

    @Nullable
    QapiType<?> elementType() {
        return element;
    }

    String versionsOf(JsonNode json) {
        return versions == null ? "" : versions.apply(json.asString(""));
    }

    private static boolean isUnsigned(JsonNode json) {
        return json.isIntegralNumber()
                && json.bigIntegerValue().signum() >= 0
                && json.bigIntegerValue().compareTo(LARGEST_UNSIGNED) <= 0;
    }

    static JsonNode unsigned(long value) {
        return value >= 0
                ? LongNode.valueOf(value)
                : BigIntegerNode.valueOf(BigInteger.valueOf(value).add(BigInteger.ONE.shiftLeft(64)));
    }

    /** Return the tree for a value, made by the client's own rules. */
    static JsonNode toJson(Object value, String name) {
        return value instanceof QapiValue typed ? typed.toJson() : JsonValues.treeOf(value, name);
    }

    @Override
    public String toString() {
        return what;
    }
}
