package io.github.qmpjunit.shell;

import io.github.qmpjunit.qmp.QmpCommand;
import io.github.qmpjunit.qmp.schema.QmpSchema;
import io.github.qmpjunit.qmp.schema.SchemaType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.exc.UnexpectedEndOfInputException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Turns a line into a command: {@code name key=value outer.inner=value key={"json": 1}}, or a whole command in JSON. What a plain
 * value becomes is for the schema to say; where it does not, numbers, true, false and null are themselves and the rest is text.
 */
final class LineParser {

    /** A value is followed by further arguments. */
    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final Supplier<Optional<QmpSchema>> schema;

    /** Create a parser; the schema is asked for with the first command that has arguments. */
    LineParser(Supplier<Optional<QmpSchema>> schema) {
        this.schema = schema;
    }

    /** Return whether a text is the beginning of a command in JSON that goes on in the next line. */
    static boolean isUnfinished(String text) {
        if (!isJson(text)) {
            return false;
        }
        try {
            JSON.readTree(text);
            return false;
        } catch (UnexpectedEndOfInputException e) {
            return true;
        } catch (JacksonException e) {
            return false;
        }
    }

    private static boolean isJson(String text) {
        return text.stripLeading().startsWith("{");
    }

    /**
     * Return the command in a line.
     *
     * @throws IllegalArgumentException if there is none; the message says what is wrong
     */
    QmpCommand parse(String line) {
        if (isJson(line)) {
            return QmpCommand.parse(line);
        }
        String text = line.strip();
        int end = endOfWord(text, 0);
        String name = text.substring(0, end);
        if (end == text.length()) {
            return QmpCommand.of(name);
        }
        Optional<SchemaType> type = schema.get()
                .filter(known -> known.hasCommand(name))
                .map(known -> known.command(name).argumentType());
        return QmpCommand.of(name, arguments(text, end, type));
    }

    private static ObjectNode arguments(String text, int from, Optional<SchemaType> type) {
        ObjectNode arguments = NODES.objectNode();
        int at = from;
        while (at < text.length()) {
            if (Character.isWhitespace(text.charAt(at))) {
                at++;
                continue;
            }
            int end = endOfWord(text, at);
            int equals = text.indexOf('=', at);
            if (equals <= at || equals > end) {
                throw new IllegalArgumentException(
                        "Expected key=value, but found \"%s\". A value with spaces is written as JSON: key=\"some words\"."
                                .formatted(text.substring(at, end)));
            }
            List<String> path = List.of(text.substring(at, equals).split("\\.", -1));
            at = equals + 1;
            if (at < text.length() && "{[\"".indexOf(text.charAt(at)) >= 0) {
                at = putJson(arguments, path, text, at);
            } else {
                end = endOfWord(text, at);
                put(arguments, path, plain(text.substring(at, end), jsonTypes(type, path, arguments)));
                at = end;
            }
        }
        return arguments;
    }

    /** Put the JSON value that begins at a place; return where it ends. */
    private static int putJson(ObjectNode arguments, List<String> path, String text, int at) {
        try (JsonParser parser = JSON.createParser(text.substring(at))) {
            JsonNode value = JSON.readTree(parser);
            int end = at + (int) parser.currentLocation().getCharOffset();
            if (end < text.length() && !Character.isWhitespace(text.charAt(end))) {
                throw new IllegalArgumentException("Expected a space after the JSON value of \"%s\", but found \"%s\"."
                        .formatted(String.join(".", path), text.substring(end, endOfWord(text, end))));
            }
            put(arguments, path, value);
            return end;
        } catch (JacksonException e) {
            throw new IllegalArgumentException(
                    "The value of \"%s\" is not JSON: %s".formatted(String.join(".", path), e.getOriginalMessage()), e);
        }
    }

    private static void put(ObjectNode arguments, List<String> path, JsonNode value) {
        ObjectNode object = arguments;
        for (String step : path.subList(0, path.size() - 1)) {
            if (object.get(step) == null) {
                object.set(step, NODES.objectNode());
            }
            if (!(object.get(step) instanceof ObjectNode next)) {
                throw new IllegalArgumentException("\"%s\" goes into \"%s\", which has a plain value already."
                        .formatted(String.join(".", path), step));
            }
            object = next;
        }
        if (object.has(path.get(path.size() - 1))) {
            throw new IllegalArgumentException("\"%s\" is given twice.".formatted(String.join(".", path)));
        }
        object.set(path.get(path.size() - 1), value);
    }

    /** Return QEMU's words for the JSON types of what may stand at a path; none where that is not known. */
    private static Set<String> jsonTypes(Optional<SchemaType> type, List<String> path, ObjectNode arguments) {
        return type.map(root -> Arguments.at(root, path, arguments).stream()
                        .map(SchemaType::jsonType)
                        .collect(Collectors.toSet()))
                .orElse(Set.of());
    }

    private static JsonNode plain(String text, Set<String> types) {
        boolean anything = types.isEmpty() || types.contains("value");
        if (types.contains("boolean") || anything) {
            if (Arrays.asList("true", "false").contains(text)) {
                return NODES.booleanNode(text.equals("true"));
            }
            if (!anything
                    && !types.contains("string")
                    && Arrays.asList("on", "off").contains(text)) {
                return NODES.booleanNode(text.equals("on"));
            }
        }
        if (text.equals("null") && (types.contains("null") || anything)) {
            return NODES.nullNode();
        }
        if (types.contains("int") || types.contains("number") || (anything && !types.contains("string"))) {
            try {
                return text.matches("-?\\d+")
                        ? NODES.numberNode(new BigInteger(text))
                        : text.matches("-?\\d+(\\.\\d+)?([eE][-+]?\\d+)?")
                                ? NODES.numberNode(new BigDecimal(text))
                                : NODES.stringNode(text);
            } catch (NumberFormatException e) {
                return NODES.stringNode(text); // an exponent beyond all measure
            }
        }
        return NODES.stringNode(text);
    }

    private static int endOfWord(String text, int from) {
        int end = from;
        while (end < text.length() && !Character.isWhitespace(text.charAt(end))) {
            end++;
        }
        return end;
    }
}
