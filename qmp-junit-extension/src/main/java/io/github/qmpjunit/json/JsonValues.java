package io.github.qmpjunit.json;

import io.github.qmpjunit.internal.TerminalText;
import java.util.Iterator;
import java.util.Map;
import java.util.function.BiPredicate;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Compares JSON values by meaning: numbers by value ({@code 1}, {@code 1L} and {@code 1.0} are the same), strings
 * and booleans only with their own kind.
 */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public final class JsonValues {

    /** The length of an excerpt in characters. */
    private static final int EXCERPT = 1000;

    /** The longest text for one line of a message; an event can be as large as {@link QmpLimits#messageBytes}. */
    private static final int BRIEF = 10_000;

    private JsonValues() {}

    /**
     * Return the tree for a Java value.
     *
     * @param value a string, number, boolean, enum, Map, List, record, bean, tree or {@code null}
     * @param what names the value in the error
     * @return its tree; JSON's null for {@code null}
     * @throws IllegalArgumentException if Jackson cannot write the value
     */
    public static JsonNode treeOf(@Nullable Object value, String what) {
        return value == null ? JsonNodeFactory.instance.nullNode() : Json.toTree(value, what);
    }

    /**
     * Return whether two values are the same.
     *
     * @param actual one tree
     * @param expected the other tree
     * @return whether they are equal, numbers by value, objects whatever the order of their members
     */
    public static boolean equal(JsonNode actual, JsonNode expected) {
        if (actual.isNumber() && expected.isNumber()) {
            if (isInfinite(actual) || isInfinite(expected)) {
                return actual.equals(expected);
            }
            return actual.decimalValue().compareTo(expected.decimalValue()) == 0;
        }
        if (actual.isObject() && expected.isObject()) {
            return actual.size() == expected.size() && contains(actual, expected, JsonValues::equal);
        }
        if (actual.isArray() && expected.isArray()) {
            if (actual.size() != expected.size()) {
                return false;
            }
            Iterator<JsonNode> others = expected.iterator();
            for (JsonNode element : actual) {
                if (!equal(element, others.next())) {
                    return false;
                }
            }
            return true;
        }
        return actual.equals(expected);
    }

    /** Return whether a number was too large for a double, as 1e400 is; it has no decimal value then. */
    private static boolean isInfinite(JsonNode number) {
        return (number.isDouble() || number.isFloat()) && !Double.isFinite(number.doubleValue());
    }

    /**
     * Return whether a value holds at least what another one does: objects as subsets at every depth, everything else as a
     * whole.
     *
     * @param actual the tree that may hold more
     * @param subset the tree that must be in it
     * @return whether it is
     */
    public static boolean contains(JsonNode actual, JsonNode subset) {
        return (actual.isObject() && subset.isObject())
                ? contains(actual, subset, JsonValues::contains)
                : equal(actual, subset);
    }

    private static boolean contains(JsonNode actual, JsonNode subset, BiPredicate<JsonNode, JsonNode> same) {
        for (Map.Entry<String, JsonNode> member : subset.properties()) {
            JsonNode value = actual.get(member.getKey());
            if (value == null || !same.test(value, member.getValue())) {
                return false;
            }
        }
        return true;
    }

    /**
     * Format a tree for a person.
     *
     * @param tree the tree
     * @return one line, members' names without quotes; of a long one the first 10,000 characters
     */
    public static String brief(JsonNode tree) {
        StringBuilder text = new StringBuilder();
        append(tree, text, BRIEF);
        return cut(text, BRIEF);
    }

    /** Return what {@link #brief} returns, but at most as much as an error message can hold. */
    public static String excerpt(JsonNode tree) {
        StringBuilder text = new StringBuilder();
        append(tree, text, EXCERPT);
        return cut(text, EXCERPT);
    }

    private static String cut(StringBuilder text, int limit) {
        return TerminalText.of(text.length() <= limit ? text.toString() : text.substring(0, limit) + "...");
    }

    /** Append the tree, or enough of it to exceed the limit. Recurses with one stack frame for each level, since trees can be deep. */
    private static void append(JsonNode tree, StringBuilder text, int limit) {
        if (text.length() > limit) {
            return;
        }
        String separator = "";
        if (tree.isObject()) {
            text.append('{');
            for (Map.Entry<String, JsonNode> member : tree.properties()) {
                text.append(separator).append(member.getKey()).append(": ");
                append(member.getValue(), text, limit);
                separator = ", ";
                if (text.length() > limit) {
                    return;
                }
            }
            text.append('}');
        } else if (tree.isArray()) {
            text.append('[');
            for (JsonNode element : tree) {
                text.append(separator);
                append(element, text, limit);
                separator = ", ";
                if (text.length() > limit) {
                    return;
                }
            }
            text.append(']');
        } else if (tree.isString() && tree.asString().length() > limit) {
            text.append('"').append(tree.asString(), 0, limit);
        } else {
            text.append(tree);
        }
    }
}
