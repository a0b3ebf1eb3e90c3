package io.github.qmpjunit.qapi.generator;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Merges the facts about one version of QEMU, as {@code scripts/lib/qapi-facts.py} prints them, into those about others.
 *
 * <p>Each element (command, event, type, member, branch, value) says in {@code from} and {@code until} in which of the {@code versions}
 * it is. Left out is what is the same for its owner; a whole element's owner are the facts, from the oldest to the newest version. What two versions say differently is as the newer one says it, but a
 * member is optional if it is so anywhere, and {@code deprecated} names the oldest version that says so.
 */
final class FactsMerger {

    private static final List<String> KINDS = List.of("commands", "events", "types");
    private static final List<String> PARTS = List.of("members", "branches", "values", "alternatives");

    private FactsMerger() {}

    /** Return the merged facts; either order of the versions gives the same. */
    static ObjectNode merge(JsonNode merged, JsonNode added) {
        String version = added.path("version").asString();
        List<String> before = versions(merged);
        List<String> all = new ArrayList<>(before);
        if (!all.contains(version)) {
            all.add(version);
        }
        all.sort(BY_NUMBER);
        ObjectNode result = JsonNodeFactory.instance.objectNode();
        ArrayNode names = result.putArray("versions");
        all.forEach(names::add);
        Merge merge = new Merge(version, all.get(all.size() - 1).equals(version));
        ObjectNode programs = result.putObject("programs");
        for (Map.Entry<String, JsonNode> program : added.path("programs").properties()) {
            JsonNode old = merged.path("programs").path(program.getKey());
            ObjectNode kinds = programs.putObject(program.getKey());
            for (String kind : KINDS) {
                TreeMap<String, JsonNode> sorted = new TreeMap<>();
                merge.elements(old.path(kind), program.getValue().path(kind), Span.of(before), Span.of(all))
                        .properties()
                        .forEach(element -> sorted.put(element.getKey(), element.getValue()));
                ObjectNode elements = kinds.putObject(kind);
                sorted.forEach(elements::set);
            }
        }
        return result;
    }

    static List<String> versions(JsonNode facts) {
        return facts.path("versions").valueStream().map(JsonNode::asString).toList();
    }

    static final Comparator<String> BY_NUMBER = Comparator.comparingInt((String version) -> number(version, 0))
            .thenComparingInt(version -> number(version, 1));

    private static int number(String version, int place) {
        String[] numbers = version.split("\\.", -1);
        return place < numbers.length ? Integer.parseInt(numbers[place]) : 0;
    }

    /** The versions, from the first to the last, that have an element. */
    private record Span(String from, String until) {

        static Span of(List<String> versions) {
            return versions.isEmpty() ? new Span("", "") : new Span(versions.get(0), versions.get(versions.size() - 1));
        }

        /** Return the span of an element, which says only where it differs from its owner's. */
        Span ofPart(JsonNode part) {
            return new Span(part.path("from").asString(from), part.path("until").asString(until));
        }

        Span with(String version) {
            return new Span(
                    BY_NUMBER.compare(version, from) < 0 ? version : from,
                    BY_NUMBER.compare(version, until) > 0 ? version : until);
        }
    }

    /**
     * Merges the facts about a version into others.
     *
     * @param version the version that is added
     * @param isNewest whether none of the others is newer
     */
    private record Merge(String version, boolean isNewest) {

        /** Return all elements, those of the newest version in its order, the others in alphabetical order behind them. */
        ObjectNode elements(JsonNode old, JsonNode added, Span oldOwner, Span owner) {
            ObjectNode result = JsonNodeFactory.instance.objectNode();
            TreeMap<String, JsonNode> gone = new TreeMap<>();
            for (JsonNode side : isNewest ? List.of(added, old) : List.of(old, added)) {
                for (String name : side.propertyNames()) {
                    ObjectNode element = element(old.get(name), added.get(name), oldOwner, owner);
                    if (element.has("until")) {
                        gone.put(name, element);
                    } else if (!result.has(name)) {
                        result.set(name, element);
                    }
                }
            }
            gone.forEach(result::set);
            return result;
        }

        private ObjectNode element(JsonNode old, JsonNode added, Span oldOwner, Span owner) {
            Span before = old == null ? new Span(version, version) : oldOwner.ofPart(old);
            Span span = added == null ? before : before.with(version);
            boolean oldIsNewer = added == null || BY_NUMBER.compare(before.until, version) > 0;
            ObjectNode result = (oldIsNewer ? old : added).asObject().deepCopy();
            result.remove(List.of("from", "until", "deprecated"));
            if (isTrue(old, "optional") || isTrue(added, "optional")) {
                result.put("optional", true);
            }
            String deprecated = deprecated(old, added);
            if (deprecated != null) {
                result.put("deprecated", deprecated);
            }
            for (String part : PARTS) {
                ObjectNode parts = elements(path(old, part), path(added, part), before, span);
                if (!parts.isEmpty()) {
                    result.set(part, parts);
                }
            }
            if (!span.from.equals(owner.from)) {
                result.put("from", span.from);
            }
            if (!span.until.equals(owner.until)) {
                result.put("until", span.until);
            }
            return result;
        }

        private static JsonNode path(JsonNode element, String name) {
            return element == null ? JsonNodeFactory.instance.missingNode() : element.path(name);
        }

        private String deprecated(JsonNode old, JsonNode added) {
            String known = old != null && old.has("deprecated")
                    ? old.path("deprecated").asString()
                    : null;
            boolean now = path(added, "features")
                    .valueStream()
                    .anyMatch(feature -> feature.asString().equals("deprecated"));
            return now && (known == null || BY_NUMBER.compare(version, known) < 0) ? version : known;
        }

        private static boolean isTrue(JsonNode element, String name) {
            return path(element, name).asBoolean(false);
        }
    }
}
