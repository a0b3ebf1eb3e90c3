package io.github.qmpjunit.junit;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Knows which test has left what on a shared machine, as long as it is there. Guarded by the lock of its {@link SharedMachine}. */
final class Legacy {

    private record Item(String test, Leftovers left) {}

    private final List<Item> items = new ArrayList<>();
    private @Nullable Leftovers before;
    private @Nullable String usualRunState;

    /** Take note of the machine as a test finds it; empty if that is not known, or not to be looked at. */
    void begin(Optional<Leftovers> found) {
        before = found.orElse(null);
        if (usualRunState == null) {
            usualRunState = found.map(Leftovers::runState).orElse(null);
        }
    }

    /** Take note of the machine as a test leaves it, and say what the test has left, if anything. */
    void end(String test, Optional<Leftovers> found, Consumer<String> leftovers) {
        Leftovers known = before;
        before = null;
        if (known == null || found.isEmpty()) {
            return;
        }
        Leftovers now = found.get();
        items.replaceAll(item -> new Item(item.test(), item.left().stillIn(now)));
        items.removeIf(item -> item.left().isEmpty());
        Leftovers fresh = now.beyond(known, usualRunState == null ? "" : usualRunState);
        if (!fresh.isEmpty()) {
            items.add(new Item(test, fresh));
            leftovers.accept(fresh.words());
        }
    }

    /** Return who has left what, in sentences for the failure of a test that comes after. */
    List<String> sentences(String machine) {
        return items.stream()
                .map(item -> "An earlier test, %s, left on %s: %s"
                        .formatted(item.test(), machine, item.left().words()))
                .toList();
    }
}
