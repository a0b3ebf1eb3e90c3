package io.github.qmpjunit.qapi.generator;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Merges facts and writes the types. Started by {@code scripts/update/qapi}, in the module's folder. */
final class QapiGenerator {

    static final Path FACTS = Path.of("src/main/schema/qapi.json");
    static final Path SOURCES = Path.of("src/main/java");

    private static final String PACKAGE = "io.github.qmpjunit.qapi";
    private static final String REFERENCE = "https://www.qemu.org/docs/master/interop/qemu-";

    private QapiGenerator() {}

    /** Merge the facts in each file that is given into those that are there, and write the types from all of them. */
    public static void main(String[] files) throws IOException {
        JsonMapper mapper = JsonMapper.shared();
        JsonNode facts = Files.exists(FACTS) ? mapper.readTree(Files.readString(FACTS)) : mapper.createObjectNode();
        for (String file : files) {
            facts = FactsMerger.merge(facts, mapper.readTree(Files.readString(Path.of(file))));
        }
        Files.createDirectories(FACTS.getParent());
        Files.writeString(FACTS, oneElementALine(facts));
        Map<String, String> sources = sources(facts);
        for (Path old : generated()) {
            if (!sources.containsKey(old.toString())) {
                Files.delete(old);
            }
        }
        for (Map.Entry<String, String> source : sources.entrySet()) {
            Path path = Path.of(source.getKey());
            Files.createDirectories(path.getParent());
            if (!Files.exists(path) || !Files.readString(path).equals(source.getValue())) {
                Files.writeString(path, source.getValue());
            }
        }
    }

    static JsonNode facts() {
        try {
            return JsonMapper.shared().readTree(Files.readString(FACTS));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Return the files that were generated last time. */
    static List<Path> generated() throws IOException {
        List<Path> generated = new ArrayList<>();
        for (String name : List.of(PACKAGE, PACKAGE + ".guestagent")) {
            Path folder = SOURCES.resolve(name.replace('.', '/'));
            if (Files.isDirectory(folder)) {
                try (Stream<Path> files = Files.list(folder)) {
                    files.filter(file -> file.toString().endsWith(".java")).forEach(generated::add);
                }
            }
        }
        return generated;
    }

    /** Return the text of each file. */
    static Map<String, String> sources(JsonNode facts) {
        List<String> versions = FactsMerger.versions(facts);
        JsonNode programs = facts.path("programs");
        Map<String, String> sources = new TreeMap<>();
        write(
                new Space(
                        PACKAGE,
                        REFERENCE + "qmp-ref.html#%s-QMP-",
                        programs.path("qemu"),
                        programs.path("storage-daemon"),
                        versions),
                "QEMU and of its storage daemon",
                versions,
                sources);
        write(
                new Space(
                        PACKAGE + ".guestagent",
                        REFERENCE + "ga-ref.html#%s-QGA-",
                        programs.path("guest-agent"),
                        programs.path("none"),
                        versions),
                "QEMU's guest agent",
                versions,
                sources);
        return sources;
    }

    private static void write(Space space, String program, List<String> versions, Map<String, String> sources) {
        TypeWriter writer = new TypeWriter(space);
        for (Element type : space.ownTypes()) {
            String source = switch (type.text("kind")) {
                case "enum" -> writer.enumeration(type);
                case "alternate" -> writer.alternate(type);
                default -> type.facts().has("branches") ? writer.union(type) : writer.struct(type);
            };
            sources.put(path(space, Names.schemaType(type.name())), source);
        }
        for (Element command : space.commands) {
            sources.put(path(space, space.commandName(command)), writer.command(command));
        }
        for (Element event : space.events) {
            sources.put(path(space, space.eventName(event)), writer.event(event));
        }
        sources.put(path(space, "package-info"), packageInfo(space.packageName, program, versions));
    }

    private static String path(Space space, String name) {
        return SOURCES.resolve(space.packageName.replace('.', '/'))
                .resolve(name + ".java")
                .toString();
    }

    private static String packageInfo(String name, String program, List<String> versions) {
        return """
                // Generated by scripts/update/qapi; changes are lost.
                /**
                 * The commands, events and types of %s, from the schemas of the versions %s.
                 *
                 * <p>A command's {@code of(...)} takes what is mandatory, or there is a {@code command()} if nothing is; each further
                 * method sets one argument and returns a changed copy. Each object keeps what its class does not know.
                 */
                @API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
                @NullMarked
                package %s;

                import org.apiguardian.api.API;
                import org.jspecify.annotations.NullMarked;
                """.formatted(program, String.join(" and ", versions), name);
    }

    /** Return the facts so that a diff shows which element has changed. */
    private static String oneElementALine(JsonNode facts) {
        StringBuilder text = new StringBuilder("{\"versions\":" + facts.path("versions") + ",\n\"programs\":{");
        String comma = "";
        for (Map.Entry<String, JsonNode> program : facts.path("programs").properties()) {
            text.append(comma).append("\n\"").append(program.getKey()).append("\":{");
            comma = "";
            for (Map.Entry<String, JsonNode> kind : program.getValue().properties()) {
                text.append(comma).append("\n\"").append(kind.getKey()).append("\":{");
                comma = "";
                for (Map.Entry<String, JsonNode> element : kind.getValue().properties()) {
                    text.append(comma)
                            .append("\n\"")
                            .append(element.getKey())
                            .append("\":")
                            .append(element.getValue());
                    comma = ",";
                }
                text.append("}");
                comma = ",";
            }
            text.append("}");
            comma = ",";
        }
        return text.append("}}\n").toString();
    }
}
