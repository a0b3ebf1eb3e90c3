package io.github.qmpjunit.qapi.runtime;

import io.github.qmpjunit.json.JsonValues;
import io.github.qmpjunit.secrets.Secrets;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
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
            new QapiType<>("a string", JsonNode::isString, (json, path) -> json.asString(), null, null);

    /** A truth value. */
    public static final QapiType<Boolean> BOOL =
            new QapiType<>("a boolean", JsonNode::isBoolean, (json, path) -> json.asBoolean(), null, null);

    /** An integer of up to 64 bits. */
    public static final QapiType<Long> LONG = new QapiType<>(
            "a signed 64-bit integer",
            json -> json.isIntegralNumber() && json.canConvertToLong(),
            (json, path) -> json.asLong(),
            null,
            null);

    /**
     * An unsigned integer of 64 bits. From 2<sup>63</sup> on the {@code long} is negative; {@link Long#toUnsignedString(long)} and
     * {@link Long#compareUnsigned} take it for what it is.
     */
    public static final QapiType<Long> UNSIGNED = new QapiType<>(
            "an unsigned 64-bit integer",
            QapiType::isUnsigned,
            (json, path) -> json.bigIntegerValue().longValue(),
            null,
            null);

    /** A number. */
    public static final QapiType<Double> NUMBER =
            new QapiType<>("a number", QapiType::isFinite, (json, path) -> json.asDouble(), null, null);

    /** Any JSON value. */
    public static final QapiType<JsonNode> ANY =
            new QapiType<>("any value", json -> true, (json, path) -> json, null, null);

    /** JSON's null. */
    public static final QapiType<JsonNode> NULL =
            new QapiType<>("null", JsonNode::isNull, (json, path) -> json, null, null);

    private final String what;
    private final Predicate<JsonNode> form;
    /** Makes the Java value from the tree and the tree's path in what was read. */
    private final BiFunction<JsonNode, String, ? extends T> view;

    private final @Nullable Function<String, String> versions;
    private final @Nullable QapiType<?> element;

    private QapiType(
            String what,
            Predicate<JsonNode> form,
            BiFunction<JsonNode, String, ? extends T> view,
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
                "an object (" + name + ")",
                JsonNode::isObject,
                (json, path) -> view.apply(Members.of(json, path)),
                null,
                null);
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
                (json, path) -> view.apply(json),
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
                "a string (" + name + ")",
                JsonNode::isString,
                (json, path) -> view.apply(json.asString()),
                versions,
                null);
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
                "a string (" + name + ")", JsonNode::isString, (json, path) -> view.apply(json.asString()), null, null);
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
                "an object (" + name + ")",
                JsonNode::isObject,
                (json, path) -> view.apply(Members.of(json, path)),
                null,
                null);
    }

    /** {@return the type of a list of these} */
    public QapiType<List<T>> list() {
        return new QapiType<>("an array", JsonNode::isArray, this::viewAll, null, this);
    }

    private List<T> viewAll(JsonNode array, String path) {
        List<T> values = new ArrayList<>(array.size());
        for (int i = 0; i < array.size(); i++) {
            values.add(view(array.get(i), path + "[" + i + "]"));
        }
        return List.copyOf(values);
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
        Check.that(json, this);
        return view.apply(json, "");
    }

    /** Refuse a value that does not have this type, whatever is inside. */
    void requireForm(JsonNode json, String path) {
        if (!form.test(json)) {
            throw mismatch(json, path);
        }
    }

    private IllegalArgumentException mismatch(JsonNode json, String path) {
        String found = excerpt(json);
        return new IllegalArgumentException("%s is %s, not %s"
                .formatted(
                        path.isEmpty() ? "the value" : "\"" + path + "\"",
                        found.length() > 100 ? found.substring(0, 100) + "..." : found,
                        what));
    }

    /** Return a tree for a message: bounded, on one line, with secrets masked. */
    static String excerpt(JsonNode json) {
        return JsonValues.excerpt(new Secrets().learn(json).mask(json));
    }

    /** Return a value whose parts have been looked at already, or will be noticed where they are read. */
    T view(JsonNode json, String path) {
        requireForm(json, path);
        return view.apply(json, path);
    }

    /** Return the value if it is one of the generated types, which have parts; null otherwise. */
    @Nullable
    QapiValue viewIfGenerated(JsonNode json) {
        return view.apply(json, "") instanceof QapiValue value ? value : null;
    }

    QapiValue view(JsonNode json) {
        return (QapiValue) view.apply(json, "");
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

    /** Return whether a value is a number in the range of double: 1e400 is read as infinity. */
    private static boolean isFinite(JsonNode json) {
        return json.isIntegralNumber()
                ? Double.isFinite(json.bigIntegerValue().doubleValue())
                : json.isNumber() && Double.isFinite(json.doubleValue());
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
