package io.github.qmpjunit.assertj;

import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.internal.Numbers;
import io.github.qmpjunit.qmp.EventMatcher;
import io.github.qmpjunit.qmp.QmpEvent;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Lists in a failure's message which events came, when, and why none of them was the one. */
final class EventTimeline {

    private static final int MOST_LISTED = 50;

    private final List<QmpEvent> all;
    private final Set<QmpEvent> pending;
    private final long forgotten;
    private final long waitStartedNanos;

    /**
     * @param all every event that came, oldest first
     * @param pending those of them that no assertion has consumed
     * @param forgotten how many came before these and are not kept any more
     * @param waitStartedNanos to which the events' times are relative
     */
    EventTimeline(List<QmpEvent> all, List<QmpEvent> pending, long forgotten, long waitStartedNanos) {
        this.all = all;
        this.pending = new HashSet<>(pending);
        this.forgotten = forgotten;
        this.waitStartedNanos = waitStartedNanos;
    }

    /** Return what came instead of an event, as a clause. */
    String brief(EventMatcher matcher) {
        if (all.isEmpty()) {
            return "it has received no event at all.";
        }
        if (all.stream().noneMatch(event -> isOfName(matcher, event))) {
            return "no event of that name came.";
        }
        return all.stream().anyMatch(event -> matcher.matches(event) && !pending.contains(event))
                ? "no further such event came."
                : "no such event came.";
    }

    /** Return all events, the near misses marked; empty if there are none. */
    String list(EventMatcher matcher) {
        return all.isEmpty() ? "" : "\n" + listed(matcher);
    }

    /** Return all events, or the last of many. */
    String everything() {
        return listed(null);
    }

    private String listed(@Nullable EventMatcher matcher) {
        int skipped = Math.max(0, all.size() - MOST_LISTED);
        boolean marks = matcher != null && all.stream().skip(skipped).anyMatch(event -> isOfName(matcher, event));
        String head = (skipped == 0
                        ? "All events, in order"
                        : "The last %s of %s events, in order".formatted(MOST_LISTED, all.size()))
                + (marks ? "; > marks near misses:\n" : ":\n");
        String tail = forgotten == 0
                ? ""
                : "\n%s older events were dropped; keepEvents(...) on the builder keeps more."
                        .formatted(Numbers.grouped(forgotten));
        return all.stream()
                .skip(skipped)
                .map(event -> line(matcher, event))
                .collect(Collectors.joining("\n", head, tail));
    }

    private String line(@Nullable EventMatcher matcher, QmpEvent event) {
        String line = "%s  %s".formatted(time(event), event);
        return matcher != null && isOfName(matcher, event)
                ? "> %s    <- %s".formatted(line, String.join(", ", mismatches(matcher, event)))
                : "  " + line;
    }

    /** An event that is as it should be and still was not the one has been consumed before. */
    private List<String> mismatches(EventMatcher matcher, QmpEvent event) {
        List<String> mismatches = matcher.mismatches(event);
        if (mismatches.isEmpty() || EventOrder.isOnlyTooEarly(matcher, event)) {
            if (!pending.contains(event)) {
                return List.of("matches, but an earlier assertion has consumed it");
            }
            if (mismatches.isEmpty()) {
                return List.of("matches, but came too late");
            }
        }
        return mismatches.stream().map(EventOrder::mismatch).toList();
    }

    private static boolean isOfName(EventMatcher matcher, QmpEvent event) {
        return matcher.names().isEmpty() || matcher.names().contains(event.name());
    }

    private String time(QmpEvent event) {
        return time(event, waitStartedNanos);
    }

    /** Return when an event came, in words. */
    static String time(QmpEvent event, long waitStartedNanos) {
        Duration since = Duration.ofNanos(event.nanoTime() - waitStartedNanos);
        return Deadline.format(since.abs()) + (since.isNegative() ? " before the wait" : " into the wait");
    }
}
