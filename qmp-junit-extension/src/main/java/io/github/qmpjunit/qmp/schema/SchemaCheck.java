package io.github.qmpjunit.qmp.schema;

import io.github.qmpjunit.internal.DidYouMean;
import io.github.qmpjunit.json.DataPath;
import io.github.qmpjunit.json.JsonValues;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Compares data with its type in the schema, and describes in sentences what can never match.
 *
 * @param owner the name of the event or command whose data it is
 * @param noun the word for a part of the data: {@code data} or {@code argument}
 */
record SchemaCheck(String owner, String noun) {

    /** The most names that a sentence can list and stay readable. */
    private static final int FEW = 8;

    /** Return why a value (any, if null) can never be at a path into data of the given type. */
    List<String> expectationProblems(SchemaType root, String text, @Nullable JsonNode expected) {
        if (text.isEmpty()) {
            return expected == null ? List.of() : problems(root, expected, "");
        }
        DataPath path = DataPath.of(text);
        List<SchemaType> there = SchemaPaths.find(root, path.steps(), SchemaPaths.Arrays.NEED_PLACES).stream()
                .map(SchemaMember::type)
                .toList();
        if (there.isEmpty()) {
            List<String> suggestions = SchemaPaths.suggestions(root, path.steps(), SchemaPaths.Arrays.NEED_PLACES);
            return List.of(unknown(path.toString(), "", suggestions, root.allMembers()));
        }
        return expected == null ? List.of() : leastProblems(there, expected, path.toString());
    }

    /** Return what is wrong with a value of the given type. A missing member is not wrong. */
    List<String> problems(SchemaType type, JsonNode value, String path) {
        if (type.kind() == SchemaType.Kind.ALTERNATE) {
            List<SchemaType> possible =
                    type.plain().filter(plain -> looksRight(plain, value)).toList();
            return possible.isEmpty() ? List.of(otherType(type, value, path)) : leastProblems(possible, value, path);
        }
        if (!looksRight(type, value)) {
            return List.of(otherType(type, value, path));
        }
        return switch (type.kind()) {
            case BUILTIN, ALTERNATE -> List.of();
            case ENUM -> type.values().contains(value.asString("")) ? List.of() : List.of(noValue(type, value, path));
            case ARRAY -> elementProblems(type, value, path);
            case OBJECT -> memberProblems(type, value, path);
        };
    }

    /**
     * Return which mandatory members a value of the given type lacks, at any depth. If a union has no valid tag, only the
     * members that all of its variants have are checked.
     */
    List<String> missing(SchemaType type, JsonNode value, String path) {
        List<String> missing = new ArrayList<>();
        if (type.kind() == SchemaType.Kind.ALTERNATE) {
            type.plain()
                    .filter(plain -> looksRight(plain, value))
                    .findFirst()
                    .ifPresent(plain -> missing.addAll(missing(plain, value, path)));
        } else if (type.kind() == SchemaType.Kind.ARRAY) {
            SchemaType element = type.elementType().orElse(type);
            for (int i = 0; i < value.size(); i++) {
                missing.addAll(missing(element, value.get(i), path + "[" + i + "]"));
            }
        } else if (type.kind() == SchemaType.Kind.OBJECT) {
            boolean isClear = type.tag().isEmpty() || type.tagValueIn(value).isPresent();
            for (SchemaMember member : isClear ? type.membersOf(value) : type.members()) {
                String place = path.isEmpty() ? member.name() : path + "." + member.name();
                JsonNode there = value.get(member.name());
                if (there != null) {
                    missing.addAll(missing(member.type(), there, place));
                } else if (!member.optional()) {
                    missing.add("%s%s lacks the %s \"%s\", which is mandatory"
                            .formatted(owner, circumstance(type, value), noun, place));
                }
            }
        }
        return missing;
    }

    private static boolean looksRight(SchemaType type, JsonNode value) {
        return switch (type.jsonType()) {
            case "string" -> value.isString();
            case "int", "number" -> value.isNumber();
            case "boolean" -> value.isBoolean();
            case "null" -> value.isNull();
            case "array" -> value.isArray();
            case "object" -> value.isObject();
            default -> true;
        };
    }

    private List<String> elementProblems(SchemaType type, JsonNode array, String path) {
        SchemaType element = type.elementType().orElse(type);
        List<String> problems = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
            problems.addAll(problems(element, array.get(i), path + "[" + i + "]"));
        }
        return problems;
    }

    private List<String> memberProblems(SchemaType type, JsonNode object, String path) {
        List<SchemaMember> known = type.membersOf(object);
        List<String> problems = new ArrayList<>();
        for (Map.Entry<String, JsonNode> member : object.properties()) {
            String name = member.getKey();
            String place = path.isEmpty() ? name : path + "." + name;
            List<SchemaType> types = known.stream()
                    .filter(candidate -> candidate.name().equals(name))
                    .map(SchemaMember::type)
                    .toList();
            if (types.isEmpty()) {
                String prefix = path.isEmpty() ? "" : path + ".";
                List<String> suggestions = DidYouMean.of(
                        name,
                        known.stream()
                                .map(SchemaMember::name)
                                .filter(other -> !object.has(other))
                                .toList());
                problems.add(unknown(
                        place,
                        circumstance(type, object),
                        suggestions.stream().map(prefix::concat).toList(),
                        known));
            } else {
                problems.addAll(leastProblems(types, member.getValue(), place));
            }
        }
        return problems;
    }

    /** A union's members depend on its tag, so the tag belongs in the sentence. */
    private static String circumstance(SchemaType type, JsonNode object) {
        return type.tagValueIn(object)
                .map(value -> " with %s \"%s\"".formatted(type.tag().orElse(""), value))
                .orElse("");
    }

    private List<String> leastProblems(List<SchemaType> candidates, JsonNode value, String path) {
        return candidates.stream()
                .map(type -> problems(type, value, path))
                .min(Comparator.comparingInt(List::size))
                .orElse(List.of());
    }

    private String unknown(String path, String circumstance, List<String> suggestions, List<SchemaMember> known) {
        return "%s%s has no %s \"%s\"".formatted(owner, circumstance, noun, path)
                + ending(suggestions, path.contains(".") ? null : known.stream().map(SchemaMember::name));
    }

    private String noValue(SchemaType type, JsonNode value, String path) {
        String given = value.asString("");
        return "\"%s\" is not a value of %s's \"%s\"".formatted(given, owner, path)
                + ending(DidYouMean.of(given, type.values()), type.values().stream());
    }

    private static String ending(List<String> suggestions, @Nullable Stream<String> all) {
        if (!suggestions.isEmpty() || all == null) {
            return DidYouMean.ending(quoted(suggestions.stream()));
        }
        List<String> names = quoted(all.distinct());
        if (names.isEmpty()) {
            return "; it has none";
        }
        return names.size() > FEW ? "" : "; it has " + String.join(", ", names);
    }

    private static List<String> quoted(Stream<String> names) {
        return names.map("\"%s\""::formatted).collect(Collectors.toList());
    }

    private String otherType(SchemaType type, JsonNode value, String path) {
        return "%s's \"%s\" is %s, never %s".formatted(owner, path, expectation(type), JsonValues.brief(value));
    }

    private static String expectation(SchemaType type) {
        String expected = type.plain().map(SchemaType::jsonType).distinct().collect(Collectors.joining(" or "));
        return (expected.matches("(array|int|object).*") ? "an " : "a ") + expected;
    }
}
