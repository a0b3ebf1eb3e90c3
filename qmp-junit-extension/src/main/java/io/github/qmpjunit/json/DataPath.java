package io.github.qmpjunit.json;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apiguardian.api.API;
import tools.jackson.databind.JsonNode;

/**
 * A way to one place in a JSON tree: member names parted by dots, array places in brackets, such as {@code
 * return[0].inserted.node-name}. Immutable.
 */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public final class DataPath {

    private static final Pattern STEP = Pattern.compile("\\G(?:(?:^|(?<=.)\\.)([^.\\[\\]]+)|\\[(\\d{1,9})])");

    private final String text;
    private final List<Object> steps;

    private DataPath(String text, List<Object> steps) {
        this.text = text;
        this.steps = steps;
    }

    /**
     * Parse a path.
     *
     * @param path the path, such as {@code a.b[0].c}
     * @return the path
     * @throws IllegalArgumentException if it is not one
     */
    public static DataPath of(String path) {
        List<Object> steps = new ArrayList<>();
        Matcher matcher = STEP.matcher(requireNonNull(path, "path must not be null"));
        int end = 0;
        while (matcher.find()) {
            steps.add(matcher.group(1) != null ? matcher.group(1) : Integer.valueOf(matcher.group(2)));
            end = matcher.end();
        }
        if (end != path.length() || steps.isEmpty()) {
            throw new IllegalArgumentException(
                    "\"%s\" is not a path into JSON data; write names and places like \"a.b[0].c\"".formatted(path));
        }
        return new DataPath(path, List.copyOf(steps));
    }

    /**
     * Return what stands at this path.
     *
     * @param tree where to look
     * @return the node there; a missing node ({@link JsonNode#isMissingNode()}) where nothing is
     */
    public JsonNode in(JsonNode tree) {
        JsonNode node = tree;
        for (Object step : steps) {
            node = step instanceof Integer place ? node.path(place) : node.path((String) step);
        }
        return node;
    }

    /** Return the steps, one by one: a String is a member's name, an Integer a place in an array. */
    public List<Object> steps() {
        return steps;
    }

    @Override
    public String toString() {
        return text;
    }
}
