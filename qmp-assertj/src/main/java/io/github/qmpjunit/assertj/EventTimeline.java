package io.github.qmpjunit.assertj;

import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.internal.Numbers;
import io.github.qmpjunit.qmp.EventMatcher;
import io.github.qmpjunit.qmp.QmpEvent;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Tells in a failure's message which events came, when, and why they were not the one. */
final class EventTimeline {

    private static final int MOST_CLOSEST = 3;
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

    String describe(EventMatcher matcher) {
        if (all.isEmpty()) {
            return "it has received no event at all.";
        }
        List<QmpEvent> closest = all.stream()
                .filter(event -> matcher.names().isEmpty() || matcher.names().contains(event.name()))
                .sorted(Comparator.comparingInt(
                                (QmpEvent event) -> mismatches(matcher, event).size())
                        .thenComparing(
                                Comparator.comparingLong(QmpEvent::sequence).reversed()))
                .limit(MOST_CLOSEST)
                .toList();
        String near = closest.isEmpty()
                ? "no event of that name came."
                : closest.stream()
                        .map(event -> line(event) + "    " + String.join(", ", mismatches(matcher, event)))
                        .collect(Collectors.joining("\n", "the closest events were:\n", ""));
        return near + "\n" + everything();
    }

    /** An event that meets every demand and still was not the one has been consumed before. */
    private List<String> mismatches(EventMatcher matcher, QmpEvent event) {
        List<String> mismatches = matcher.mismatches(event);
        return mismatches.isEmpty() && !pending.contains(event)
                ? List.of("matches, but an earlier assertion has consumed it")
                : mismatches;
    }

    /** Return all events, or the last of many. */
    String everything() {
        int skipped = Math.max(0, all.size() - MOST_LISTED);
        return all.stream()
                .skip(skipped)
                .map(this::line)
                .collect(Collectors.joining(
                        "\n",
                        skipped == 0
                                ? "All events, with times relative to the beginning of this wait:\n"
                                : "The last %s of %s events, with times relative to the beginning of this wait:\n"
                                        .formatted(MOST_LISTED, all.size()),
                        forgotten == 0
                                ? ""
                                : "\n%s older events were dropped; keepEvents(...) on the builder keeps more."
                                        .formatted(Numbers.grouped(forgotten))));
    }

    private String line(QmpEvent event) {
        return "  %s  %s".formatted(time(event), event);
    }

    private String time(QmpEvent event) {
        Duration since = Duration.ofNanos(event.nanoTime() - waitStartedNanos);
        return (since.isNegative() ? "-" : "+") + Deadline.format(since.abs());
    }
}
