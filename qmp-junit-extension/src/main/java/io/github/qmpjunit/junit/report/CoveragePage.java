package io.github.qmpjunit.junit.report;

import io.github.qmpjunit.internal.Numbers;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apiguardian.api.API;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Writes what of each QEMU's schema the run has exercised and what it never has, as a page and as JSON. */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public final class CoveragePage {

    static final String PAGE = "coverage.html";
    static final String JSON = "coverage.json";

    private final Map<String, Surface> qemus = new TreeMap<>();

    /** The commands and events of one QEMU. */
    private static final class Surface {
        private final Map<String, Item> commands = new TreeMap<>();
        private final Map<String, Item> events = new TreeMap<>();
    }

    /** A command or an event. */
    private static final class Item {
        private boolean used;
        private final Map<String, Set<String>> known = new TreeMap<>();
        private final Map<String, Set<String>> exercised = new TreeMap<>();

        private int values(Map<String, Set<String>> paths) {
            return paths.values().stream().mapToInt(Set::size).sum();
        }
    }

    private CoveragePage(List<JsonNode> lines) {
        for (JsonNode line : lines) {
            if (line.has("coverage")) {
                Surface surface = qemus.computeIfAbsent(line.path("coverage").asString(""), absent -> new Surface());
                add(surface.commands, line, "commands");
                add(surface.events, line, "events");
            }
        }
    }

    private static void add(Map<String, Item> items, JsonNode line, String kind) {
        line.path("known").path(kind).properties().forEach(entry -> {
            Item item = items.computeIfAbsent(entry.getKey(), absent -> new Item());
            merge(item.known, entry.getValue());
        });
        line.path("used").path(kind).properties().forEach(entry -> {
            Item item = items.computeIfAbsent(entry.getKey(), absent -> new Item());
            item.used = true;
            merge(item.exercised, entry.getValue());
        });
    }

    private static void merge(Map<String, Set<String>> into, JsonNode paths) {
        paths.properties().forEach(path -> {
            Set<String> values = into.computeIfAbsent(path.getKey(), absent -> new TreeSet<>());
            path.getValue().forEach(value -> values.add(value.asString("")));
        });
    }

    /**
     * Write both files of what all JVMs of the run have found.
     *
     * @param folder the run's folder
     */
    public static void write(RunFolder folder) {
        folder.write("The coverage of this run", (lines, directory) -> {
            CoveragePage page = new CoveragePage(lines);
            RunFolder.replace(
                    directory.resolve(JSON),
                    JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(page.json()) + "\n");
            RunFolder.replace(directory.resolve(PAGE), page.html());
        });
    }

    private JsonNode json() {
        ObjectNode all = JsonNodeFactory.instance.objectNode();
        qemus.forEach((qemu, surface) -> {
            ObjectNode json = all.putObject(qemu);
            json.set("commands", json(surface.commands));
            json.set("events", json(surface.events));
        });
        return all;
    }

    private static ObjectNode json(Map<String, Item> items) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("known", items.size());
        json.put("used", items.values().stream().filter(item -> item.used).count());
        ObjectNode used = json.putObject("exercised");
        ArrayNode never = json.putArray("never");
        items.forEach((name, item) -> {
            if (!item.used) {
                never.add(name);
                return;
            }
            ObjectNode one = used.putObject(name);
            ObjectNode members = one.putObject("members");
            item.exercised.forEach((path, values) -> {
                ArrayNode array = members.putArray(path);
                values.forEach(array::add);
            });
            ArrayNode missing = one.putArray("never");
            item.known.keySet().stream()
                    .filter(path -> !item.exercised.containsKey(path))
                    .forEach(missing::add);
            ObjectNode unusedValues = one.putObject("values-never");
            missingValues(item).forEach((path, values) -> {
                ArrayNode array = unusedValues.putArray(path);
                values.forEach(array::add);
            });
        });
        return json;
    }

    /** Return the values that never stood at paths that were used. */
    private static Map<String, Set<String>> missingValues(Item item) {
        Map<String, Set<String>> missing = new TreeMap<>();
        item.exercised.forEach((path, values) -> {
            Set<String> never = new TreeSet<>(item.known.getOrDefault(path, Set.of()));
            never.removeAll(values);
            if (!never.isEmpty()) {
                missing.put(path, never);
            }
        });
        return missing;
    }

    private String html() throws IOException {
        Html summary = new Html();
        Html table = new Html();
        summary.element("h1", "What of QMP was exercised");
        table.open("table", "id", "tests").open("thead").open("tr");
        for (String head : List.of("", "what", "name", "QEMU", "members", "values")) {
            table.element("th", head, "scope", "col");
        }
        table.close("tr").close("thead").open("tbody").newline();
        qemus.forEach((qemu, surface) -> {
            summary.open("p", "class", "facts").element("b", qemu).text(": ");
            summary.text(counts("commands", "arguments", surface.commands) + "; "
                    + counts("events", "members", surface.events));
            summary.close("p");
            for (boolean used : new boolean[] {true, false}) {
                writeRows("command", qemu, surface.commands, used, table);
                writeRows("event", qemu, surface.events, used, table);
            }
        });
        table.close("tbody").close("table");
        return Pages.of("coverage", Map.of("summary", summary.toString(), "tests", table.toString()), "run");
    }

    private static String counts(String what, String members, Map<String, Item> items) {
        long used = items.values().stream().filter(item -> item.used).count();
        long paths =
                items.values().stream().mapToLong(item -> item.known.size()).sum();
        long usedPaths =
                items.values().stream().mapToLong(item -> item.exercised.size()).sum();
        long values = items.values().stream()
                .mapToLong(item -> item.values(item.known))
                .sum();
        long usedValues = items.values().stream()
                .mapToLong(item -> item.values(item.exercised))
                .sum();
        return "%s of %s %s, %s of %s %s, %s of %s enumeration values"
                .formatted(
                        used,
                        items.size(),
                        what,
                        Numbers.grouped(usedPaths),
                        Numbers.grouped(paths),
                        members,
                        Numbers.grouped(usedValues),
                        Numbers.grouped(values));
    }

    private static void writeRows(String kind, String qemu, Map<String, Item> items, boolean used, Html table) {
        items.forEach((name, item) -> {
            if (item.used == used) {
                writeRow(kind, name, qemu, item, table);
            }
        });
    }

    private static void writeRow(String kind, String name, String qemu, Item item, Html html) {
        String style = item.used ? "used" : "never";
        html.open("tr", "class", style)
                .open("td")
                .element("span", style, "class", "outcome " + style)
                .close("td")
                .element("td", kind)
                .open("td", "class", "name");
        if (item.used && !item.known.isEmpty()) {
            html.open("details")
                    .open("summary")
                    .element("b", name)
                    .close("summary")
                    .open("dl");
            item.exercised.forEach((path, values) -> {
                Set<String> never = missingValues(item).getOrDefault(path, Set.of());
                html.element("dt", path).open("dd").text(values.isEmpty() ? "used" : String.join(", ", values));
                if (!never.isEmpty()) {
                    html.element("span", " never: " + String.join(", ", never), "class", "bad");
                }
                html.close("dd");
            });
            String missing = String.join(
                    ", ",
                    item.known.keySet().stream()
                            .filter(path -> !item.exercised.containsKey(path))
                            .toList());
            if (!missing.isEmpty()) {
                html.element("dt", "never").element("dd", missing, "class", "bad");
            }
            html.close("dl").close("details");
        } else {
            html.element("b", name);
        }
        html.close("td").element("td", qemu);
        ratio(item.exercised.size(), item.known.size(), html);
        ratio(item.values(item.exercised), item.values(item.known), html);
        html.close("tr").newline();
    }

    private static void ratio(int used, int all, Html html) {
        html.element(
                "td",
                all == 0 ? "" : "%s of %s".formatted(used, all),
                "class",
                "time",
                "data-value",
                Integer.toString(all == 0 ? 0 : 1000 * used / all));
    }
}
