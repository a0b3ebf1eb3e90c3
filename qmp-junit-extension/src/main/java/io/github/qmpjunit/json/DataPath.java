package io.github.qmpjunit.json;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apiguardian.api.API;
import tools.jackson.databind.JsonNode;

/**
 * A path to one value in a JSON tree: member names separated by dots, array indexes in brackets, such as {@code
 * return[0].inserted.node-name}. A name that itself has dots is written in brackets and quotes: {@code model.props["sse4.1"]}. Immutable.
 */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public final class DataPath {

    private static final Pattern STEP =
            Pattern.compile("\\G(?:(?:^|(?<=.)\\.)([^.\\[\\]]+)|\\[(?:(\\d{1,9})|\"([^\"]*)\"|'([^']*)')])");

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
     * @throws IllegalArgumentException if it is not a path
     */
    public static DataPath of(String path) {
        List<Object> steps = new ArrayList<>();
        Matcher matcher = STEP.matcher(requireNonNull(path, "path must not be null"));
        int end = 0;
        while (matcher.find()) {
            steps.add(matcher.group(2) != null ? Integer.valueOf(matcher.group(2)) : nameIn(matcher));
            end = matcher.end();
        }
        if (end != path.length() || steps.isEmpty()) {
            throw new IllegalArgumentException(
                    "\"%s\" is not a path into JSON data; write names and places like \"a.b[0].c\"".formatted(path));
        }
        return new DataPath(path, List.copyOf(steps));
    }

    private static String nameIn(Matcher matcher) {
        return Stream.of(1, 3, 4)
                .map(matcher::group)
                .filter(Objects::nonNull)
                .findFirst()
                .orElseThrow();
    }

    /**
     * Return the correct form of a path that finds nothing because a member's name has dots in it.
     *
     * @param tree where to look
     * @return the path with that name in brackets; empty if there is no such member
     */
    public Optional<String> correctionFor(JsonNode tree) {
        JsonNode node = tree;
        for (int done = 0; done < steps.size(); done++) {
            for (int end = steps.size(); end > done + 1; end--) {
                List<Object> dotted = steps.subList(done, end);
                String name = dotted.stream().map(String::valueOf).collect(Collectors.joining("."));
                if (dotted.stream().allMatch(String.class::isInstance) && node.has(name)) {
                    List<Object> corrected = new ArrayList<>(steps.subList(0, done));
                    corrected.add(name);
                    corrected.addAll(steps.subList(end, steps.size()));
                    return Optional.of(text(corrected));
                }
            }
            node = steps.get(done) instanceof Integer place ? node.path(place) : node.path((String) steps.get(done));
        }
        return Optional.empty();
    }

    private static String text(List<Object> steps) {
        StringBuilder text = new StringBuilder();
        for (Object step : steps) {
            boolean plain = step instanceof String name && name.matches("[^.\\[\\]]+");
            text.append(
                    plain
                            ? (text.isEmpty() ? "" : ".") + step
                            : step instanceof Integer ? "[" + step + "]" : "[\"" + step + "\"]");
        }
        return text.toString();
    }

    /**
     * Return the value at this path.
     *
     * @param tree where to look
     * @return the value; a missing node ({@link JsonNode#isMissingNode()}) if there is no value
     */
    public JsonNode in(JsonNode tree) {
        JsonNode node = tree;
        for (Object step : steps) {
            node = step instanceof Integer place ? node.path(place) : node.path((String) step);
        }
        return node;
    }

    /** {@return the steps, one by one: a String is a member's name, an Integer an index in an array} */
    public List<Object> steps() {
        return steps;
    }

    @Override
    public String toString() {
        return text;
    }
}
