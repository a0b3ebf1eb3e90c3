package io.github.qmpjunit.qapi.generator;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * A command, event, type, member, branch or value of the schema.
 *
 * @param name its name in the protocol
 * @param facts what is known of it
 * @param versions all versions that the facts are about, the oldest first
 */
record Element(String name, JsonNode facts, List<String> versions) {

    static List<Element> all(JsonNode elements, List<String> versions) {
        List<Element> all = new ArrayList<>();
        elements.properties().forEach(element -> all.add(new Element(element.getKey(), element.getValue(), versions)));
        return all;
    }

    List<Element> parts(String kind) {
        return all(facts.path(kind), versions);
    }

    String text(String fact) {
        return facts.path(fact).asString("");
    }

    boolean is(String fact) {
        return facts.path(fact).asBoolean(false);
    }

    String type() {
        return text("type");
    }

    /** Return whether it may be missing: because it is optional, or because a version of the owner does not have it. */
    boolean mayBeMissing() {
        return is("optional") || facts.has("from") || facts.has("until");
    }

    /**
     * Return the version that has it first, or an empty text. QEMU's own word counts, unless the facts contradict it: an element that
     * the oldest version does not have cannot be that old.
     */
    String since() {
        String stated = text("since");
        if (facts.has("from")) {
            return stated.isEmpty() || FactsMerger.BY_NUMBER.compare(stated, versions.get(0)) <= 0
                    ? text("from")
                    : stated;
        }
        return stated;
    }

    /** Return {@code since 8.2 until 9.0}, as much of it as is known. */
    String lifetime() {
        String since = since().isEmpty() ? "" : "since " + since();
        String until = facts.has("until") ? "until " + text("until") : "";
        return (since + " " + until).strip();
    }

    boolean isDeprecated() {
        return facts.has("deprecated");
    }

    /** Return the version that says it is deprecated, as exactly as is known. */
    String deprecatedSince() {
        return "QEMU " + text("deprecated") + " or earlier";
    }

    boolean isUnstable() {
        return facts.path("features")
                .valueStream()
                .anyMatch(feature -> feature.asString().equals("unstable"));
    }

    /** Return what a reader of the Javadoc wants to know beyond the name, as a clause that follows it. */
    String remarks() {
        List<String> remarks = new ArrayList<>();
        if (!lifetime().isEmpty()) {
            remarks.add(lifetime());
        }
        if (isUnstable()) {
            remarks.add("unstable");
        }
        if (facts.has("condition")) {
            remarks.add("only where QEMU is built with {@code " + text("condition") + "}");
        }
        return remarks.isEmpty() ? "" : ", " + String.join(", ", remarks);
    }
}
