package io.github.qmpjunit.junit.report;

import io.github.qmpjunit.internal.Exercise;
import io.github.qmpjunit.qmp.schema.QmpSchema;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.apiguardian.api.API;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Collects what this JVM's tests have exercised of each QEMU's schema, and writes it to the run's folder, once for each QEMU and then
 * what has been added. Thread-safe.
 */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public final class Coverage {

    private final RunFolder folder;
    private final Map<String, Known> known = new ConcurrentHashMap<>();

    /** What of a QEMU can be exercised, and what was written already. */
    private record Known(
            Map<String, CoverageKnown> commands, Map<String, CoverageKnown> events, Map<String, Object> written) {}

    /**
     * Collect from now on.
     *
     * @param folder where to
     */
    public Coverage(RunFolder folder) {
        this.folder = folder;
        Exercise.begin();
    }

    /**
     * Take note of a QEMU.
     *
     * @param qemu its program and version
     * @param schema its schema
     */
    public void know(String qemu, QmpSchema schema) {
        known.computeIfAbsent(qemu, absent -> {
            Known fresh = new Known(CoverageKnown.commandsOf(schema), CoverageKnown.eventsOf(schema), new HashMap<>());
            ObjectNode all = JsonNodeFactory.instance.objectNode();
            all.set("commands", json(pathsOf(fresh.commands())));
            all.set("events", json(pathsOf(fresh.events())));
            folder.append(
                    JsonNodeFactory.instance.objectNode().put("coverage", qemu).set("known", all));
            return fresh;
        });
    }

    /**
     * Add what a machine's monitor has been used for.
     *
     * @param qemu its QEMU, which is known
     * @param exercise what its messages were
     */
    public void add(String qemu, Exercise exercise) {
        Known of = known.get(qemu);
        if (of == null) {
            return;
        }
        ObjectNode used = JsonNodeFactory.instance.objectNode();
        synchronized (of) {
            used.set("commands", json(fresh(of, "commands", of.commands(), exercise.commands())));
            used.set("events", json(fresh(of, "events", of.events(), exercise.events())));
        }
        if (!used.path("commands").isEmpty() || !used.path("events").isEmpty()) {
            folder.append(
                    JsonNodeFactory.instance.objectNode().put("coverage", qemu).set("used", used));
        }
    }

    private static Map<String, Map<String, Set<String>>> pathsOf(Map<String, CoverageKnown> all) {
        Map<String, Map<String, Set<String>>> paths = new TreeMap<>();
        all.forEach((name, one) -> paths.put(name, one.paths()));
        return paths;
    }

    /** Return what was seen and is not written yet: a thousand machines that do the same are one line. */
    private static Map<String, Map<String, Set<String>>> fresh(
            Known of, String kind, Map<String, CoverageKnown> all, Map<String, Map<String, Set<String>>> seen) {
        Map<String, Map<String, Set<String>>> fresh = new TreeMap<>();
        seen.forEach((name, paths) -> {
            CoverageKnown one = all.get(name);
            if (one != null) {
                Map<String, Set<String>> used = one.used(paths);
                if (of.written().put(kind + " " + name + " " + used, true) == null) {
                    fresh.put(name, used);
                }
            }
        });
        return fresh;
    }

    static ObjectNode json(Map<String, Map<String, Set<String>>> all) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        all.forEach((name, paths) -> {
            ObjectNode inner = json.putObject(name);
            paths.forEach((path, values) -> {
                ArrayNode array = inner.putArray(path);
                values.forEach(array::add);
            });
        });
        return json;
    }
}
