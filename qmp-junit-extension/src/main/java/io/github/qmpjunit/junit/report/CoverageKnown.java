package io.github.qmpjunit.junit.report;

import io.github.qmpjunit.qmp.schema.QmpSchema;
import io.github.qmpjunit.qmp.schema.SchemaMember;
import io.github.qmpjunit.qmp.schema.SchemaType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * What can be exercised of a command or an event: the paths of its data, with the values of an enumeration that may stand there.
 *
 * <p>Types contain themselves: a block node has a file, which is a block node. Such a path is the same as the one further up.
 */
final class CoverageKnown {

    private static final int MOST_PATHS = 5_000;

    private final Map<String, Set<String>> paths = new TreeMap<>();
    private final Map<String, String> sameAs = new HashMap<>();

    private record Above(SchemaType type, String path) {}

    private CoverageKnown(SchemaType type) {
        walk(type, "", List.of(new Above(type, "")));
    }

    static Map<String, CoverageKnown> commandsOf(QmpSchema schema) {
        Map<String, CoverageKnown> known = new TreeMap<>();
        schema.commands()
                .forEach(name ->
                        known.put(name, new CoverageKnown(schema.command(name).argumentType())));
        return known;
    }

    static Map<String, CoverageKnown> eventsOf(QmpSchema schema) {
        Map<String, CoverageKnown> known = new TreeMap<>();
        schema.events()
                .forEach(name ->
                        known.put(name, new CoverageKnown(schema.event(name).dataType())));
        return known;
    }

    private void walk(SchemaType type, String path, List<Above> above) {
        for (SchemaMember member : type.membersOf(JsonNodeFactory.instance.objectNode())) {
            if (paths.size() < MOST_PATHS) {
                String inner = path.isEmpty() ? member.name() : path + "." + member.name();
                paths.computeIfAbsent(inner, absent -> new TreeSet<>());
                descend(member.type(), inner, above);
            }
        }
    }

    private void descend(SchemaType type, String path, List<Above> above) {
        switch (type.kind()) {
            case ENUM -> paths.computeIfAbsent(path, absent -> new TreeSet<>()).addAll(type.values());
            case ARRAY -> type.elementType().ifPresent(element -> descend(element, path, above));
            case ALTERNATE -> type.alternatives().forEach(one -> descend(one, path, above));
            case OBJECT -> {
                for (Above outer : above) {
                    if (outer.type().equals(type)) {
                        sameAs.put(path, outer.path());
                        return;
                    }
                }
                List<Above> deeper = new ArrayList<>(above);
                deeper.add(new Above(type, path));
                walk(type, path, deeper);
            }
            case BUILTIN -> {
                // any value of its kind
            }
        }
    }

    Map<String, Set<String>> paths() {
        return paths;
    }

    /** Return what of this was used, by the paths under which it is known; a word that is no value of an enumeration is left out. */
    Map<String, Set<String>> used(Map<String, Set<String>> seen) {
        Map<String, Set<String>> used = new TreeMap<>();
        seen.forEach((path, words) -> {
            String known = pathOf(path);
            Set<String> values = paths.get(known);
            if (values != null) {
                Set<String> valid = used.computeIfAbsent(known, absent -> new TreeSet<>());
                words.stream().filter(values::contains).forEach(valid::add);
            }
        });
        return used;
    }

    private String pathOf(String seen) {
        String known = "";
        String last = "";
        for (String name : seen.split("\\.", -1)) {
            last = known.isEmpty() ? name : known + "." + name;
            known = sameAs.getOrDefault(last, last);
        }
        return last;
    }
}
