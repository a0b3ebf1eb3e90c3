package io.github.qmpjunit.junit;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qmp.QmpCommand;
import io.github.qmpjunit.qmp.QmpException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/**
 * State that a test may leave behind on a machine that others use after it.
 *
 * @param blockNodes the names of its block nodes
 * @param fdSets the numbers of its file descriptor sets
 * @param runState its run state, such as {@code paused}; empty if it does not matter
 */
record Leftovers(Set<String> blockNodes, Set<String> fdSets, String runState) {

    /** How the names of what a snapshot adds begin; it stays for the next one. */
    private static final String OURS = "qmp-junit-";

    private static final Duration AT_ONCE = Duration.ofSeconds(10);

    /** Return the machine's state; empty if the machine does not answer: its leftovers are not what is wrong with it then. */
    static Optional<Leftovers> of(QemuMachine machine) {
        try {
            return Optional.of(new Leftovers(
                    names(machine, "query-named-block-nodes", "node-name"),
                    names(machine, "query-fdsets", "fdset-id"),
                    query(machine, "query-status").path("status").asString("")));
        } catch (QmpException e) {
            return Optional.empty();
        }
    }

    private static Set<String> names(QemuMachine machine, String query, String member) {
        Set<String> names = new TreeSet<>();
        for (JsonNode one : query(machine, query)) {
            String name = one.path(member).asString();
            if (!name.startsWith(OURS)) {
                names.add(name);
            }
        }
        return names;
    }

    private static JsonNode query(QemuMachine machine, String query) {
        return machine.qmp().execute(QmpCommand.of(query).withTimeout(AT_ONCE));
    }

    Leftovers withoutRunState() {
        return new Leftovers(blockNodes, fdSets, "");
    }

    /**
     * Return what there is here and not before.
     *
     * @param usual the run state that is no leftover, also if it was another one before
     */
    Leftovers beyond(Leftovers before, String usual) {
        return new Leftovers(
                without(blockNodes, before.blockNodes),
                without(fdSets, before.fdSets),
                runState.equals(before.runState) || runState.equals(usual) ? "" : runState);
    }

    private static Set<String> without(Set<String> all, Set<String> known) {
        Set<String> fresh = new TreeSet<>(all);
        fresh.removeAll(known);
        return fresh;
    }

    /** Return what of this is still there. */
    Leftovers stillIn(Leftovers now) {
        return new Leftovers(
                common(blockNodes, now.blockNodes),
                common(fdSets, now.fdSets),
                runState.equals(now.runState) ? runState : "");
    }

    private static Set<String> common(Set<String> one, Set<String> other) {
        Set<String> both = new TreeSet<>(one);
        both.retainAll(other);
        return both;
    }

    boolean isEmpty() {
        return blockNodes.isEmpty() && fdSets.isEmpty() && runState.isEmpty();
    }

    /** Return it in words. */
    String words() {
        List<String> words = new ArrayList<>();
        add(words, "block nodes", blockNodes);
        add(words, "file descriptor sets", fdSets);
        if (!runState.isEmpty()) {
            words.add("the run state \"%s\"".formatted(runState));
        }
        return String.join(" and ", words);
    }

    private static void add(List<String> words, String what, Set<String> names) {
        if (!names.isEmpty()) {
            words.add(what + " " + String.join(", ", names));
        }
    }
}
