package io.github.qmpjunit.shell;

import io.github.qmpjunit.qmp.schema.SchemaMember;
import io.github.qmpjunit.qmp.schema.SchemaType;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** What the schema knows about a command's arguments, given those that stand there already: a union's tag rules out variants. */
final class Arguments {

    private Arguments() {}

    /** Return the types of what may stand at a path; alternates are resolved. */
    static List<SchemaType> at(SchemaType root, List<String> path, JsonNode arguments) {
        List<SchemaType> here = List.of(root);
        JsonNode content = arguments;
        for (String step : path) {
            JsonNode there = content;
            here = here.stream()
                    .flatMap(type -> type.membersOf(there).stream())
                    .filter(member -> member.name().equals(step))
                    .flatMap(member -> resolved(member.type()))
                    .distinct()
                    .toList();
            content = content.path(step);
        }
        return here;
    }

    /** Return the members of the objects that may stand at a path. */
    static List<SchemaMember> below(SchemaType root, List<String> path, JsonNode arguments) {
        JsonNode content = arguments;
        for (String step : path) {
            content = content.path(step);
        }
        JsonNode there = content;
        return at(root, path, arguments).stream()
                .flatMap(type -> type.membersOf(there).stream())
                .toList();
    }

    static Stream<SchemaType> resolved(SchemaType type) {
        return type.kind() == SchemaType.Kind.ALTERNATE
                ? type.alternatives().stream().flatMap(Arguments::resolved)
                : Stream.of(type);
    }
}
