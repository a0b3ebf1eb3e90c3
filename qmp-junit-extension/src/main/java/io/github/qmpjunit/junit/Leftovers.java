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
 * What a test may leave behind on a machine that others use after it.
 *
 * @param blockNodes the names of its block nodes
 * @param fdSets the numbers of its file descriptor sets
 */
record Leftovers(Set<String> blockNodes, Set<String> fdSets) {

    /** How the names of what a snapshot adds begin; it stays for the next one. */
    private static final String OURS = "qmp-junit-";

    private static final Duration AT_ONCE = Duration.ofSeconds(10);

    /** Return what there is; empty if it does not say: then this is not what is wrong with it. */
    static Optional<Leftovers> of(QemuMachine machine) {
        try {
            return Optional.of(new Leftovers(
                    names(machine, "query-named-block-nodes", "node-name"),
                    names(machine, "query-fdsets", "fdset-id")));
        } catch (QmpException e) {
            return Optional.empty();
        }
    }

    private static Set<String> names(QemuMachine machine, String query, String member) {
        Set<String> names = new TreeSet<>();
        for (JsonNode one : machine.qmp().execute(QmpCommand.of(query).withTimeout(AT_ONCE))) {
            String name = one.path(member).asString();
            if (!name.startsWith(OURS)) {
                names.add(name);
            }
        }
        return names;
    }

    /** Return what there is here and not before, in words. */
    String beyond(Leftovers before) {
        List<String> words = new ArrayList<>();
        add(words, "block nodes", blockNodes, before.blockNodes);
        add(words, "file descriptor sets", fdSets, before.fdSets);
        return String.join(" and ", words);
    }

    private static void add(List<String> words, String what, Set<String> now, Set<String> before) {
        Set<String> fresh = new TreeSet<>(now);
        fresh.removeAll(before);
        if (!fresh.isEmpty()) {
            words.add(what + " " + String.join(", ", fresh));
        }
    }
}
