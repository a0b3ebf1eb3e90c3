package io.github.qmpjunit.shell;

import io.github.qmpjunit.qmp.schema.QmpSchema;
import io.github.qmpjunit.qmp.schema.SchemaMember;
import io.github.qmpjunit.qmp.schema.SchemaType;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** Completes commands, the names of their arguments, and values of enumerations. */
final class SchemaCompleter implements Completer {

    private final Supplier<Optional<QmpSchema>> schema;
    private final LineParser parser;

    SchemaCompleter(Supplier<Optional<QmpSchema>> schema) {
        this.schema = schema;
        this.parser = new LineParser(schema);
    }

    @Override
    public void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
        List<String> words = line.words().subList(0, line.wordIndex());
        String word = line.word().substring(0, line.wordCursor());
        schema.get().ifPresent(known -> candidates(known, words, word).forEach(candidates::add));
    }

    private Stream<Candidate> candidates(QmpSchema known, List<String> words, String word) {
        if (words.isEmpty()) {
            return known.commands().stream().map(Candidate::new);
        }
        if (!known.hasCommand(words.get(0))) {
            return Stream.empty();
        }
        SchemaType root = known.command(words.get(0)).argumentType();
        JsonNode given = given(words);
        int equals = word.indexOf('=');
        return equals < 0
                ? keys(root, given, word.substring(0, word.lastIndexOf('.') + 1))
                : values(root, given, word.substring(0, equals));
    }

    /** Return the arguments before the cursor, as far as they can be understood. */
    private JsonNode given(List<String> words) {
        try {
            return parser.parse(String.join(" ", words)).arguments().orElse(JsonNodeFactory.instance.objectNode());
        } catch (IllegalArgumentException e) {
            return JsonNodeFactory.instance.objectNode();
        }
    }

    private static Stream<Candidate> keys(SchemaType root, JsonNode given, String prefix) {
        List<String> path = prefix.isEmpty() ? List.of() : Arrays.asList(prefix.split("\\."));
        JsonNode here = given;
        for (String step : path) {
            here = here.path(step);
        }
        JsonNode present = here;
        return Arguments.below(root, path, given).stream()
                .filter(member -> !present.path(member.name()).isValueNode())
                .flatMap(member -> Arguments.resolved(member.type())
                        .map(type -> prefix + member.name() + (type.kind() == SchemaType.Kind.OBJECT ? "." : "="))
                        .distinct()
                        .map(key -> unfinished(key, member)));
    }

    /** No space follows: the value does. */
    private static Candidate unfinished(String key, SchemaMember member) {
        return new Candidate(key, key, null, member.optional() ? null : "needed", null, null, false);
    }

    private static Stream<Candidate> values(SchemaType root, JsonNode given, String key) {
        return Arguments.at(root, Arrays.asList(key.split("\\.")), given).stream()
                .flatMap(
                        type -> type.jsonType().equals("boolean") ? Stream.of("true", "false") : type.values().stream())
                .distinct()
                .map(value -> new Candidate(key + "=" + value, value, null, null, null, null, true));
    }
}
