package io.github.qmpjunit.junit.report;

import io.github.qmpjunit.internal.Journal;
import io.github.qmpjunit.qemu.process.OutputLine;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * What the test has done and all machines have said, in the order in which it happened.
 *
 * @param lanes the sources of which something is shown
 * @param rows the rows, the oldest first
 * @param leftOut how many entries before them were too many for a page
 */
record Timeline(List<Lane> lanes, List<Row> rows, int leftOut) {

    static final int MOST_BEFORE = 200;

    private static final long SHORTEST_QUEUE = 10_000_000L;
    private static final int MOST_LINES = 100_000;
    private static final int MOST_EARLIER_TESTS = 20;

    /**
     * What belongs together: one entry, a command with its reply, or some lines of one output.
     *
     * @param times how often it happened in a row
     * @param lastNanoTime when it happened for the last time
     */
    record Row(List<Entry> entries, int times, long lastNanoTime) {

        long nanoTime() {
            return entries.get(0).nanoTime();
        }

        /** Return when it was over: a command with its reply. */
        long endNanos() {
            long end = lastNanoTime;
            for (Entry entry : entries) {
                end = Math.max(end, entry.endNanos());
            }
            return end;
        }

        Lane lane() {
            return entries.get(0).lane();
        }

        Entry first() {
            return entries.get(0);
        }

        boolean isBad() {
            return entries.stream().anyMatch(entry -> entry.level() == Entry.Level.BAD);
        }

        boolean isOfTheHarness() {
            return switch (first().kind()) {
                case COMMAND, REPLY -> first().place().isOfTheHarness();
                case NOTE -> first().level() == Entry.Level.PLAIN;
                default -> false;
            };
        }

        boolean saysTheSameAs(Row other) {
            if (entries.size() != other.entries.size() || first().kind() != Entry.Kind.COMMAND) {
                return false;
            }
            for (int i = 0; i < entries.size(); i++) {
                if (!entries.get(i).saysTheSameAs(other.entries.get(i))) {
                    return false;
                }
            }
            return true;
        }
    }

    static Timeline of(List<MachineRecord> machines, long originNanos, int mostEntries) {
        return of(machines, List.of(), List.of(), originNanos, mostEntries);
    }

    /**
     * Make a timeline.
     *
     * @param steps what the test has waited for
     * @param screens pictures of the machines' screens
     * @param originNanos the test's start; of what machines that tests share have done before, only the end is shown
     * @param mostEntries how many entries are shown, lines of output besides
     */
    static Timeline of(
            List<MachineRecord> machines,
            List<Journal.Step> steps,
            List<Entry> screens,
            long originNanos,
            int mostEntries) {
        List<Entry> entries = new ArrayList<>(screens);
        steps.stream().filter(Timeline::isWorthARow).map(Entry::of).forEach(entries::add);
        for (int i = 0; i < machines.size(); i++) {
            collect(i, machines.get(i), entries);
        }
        entries.sort(Comparator.comparingLong(Entry::nanoTime)); // stable: each transcript keeps its order
        List<Entry> shown = last(entries, originNanos, mostEntries);
        List<Lane> lanes = shown.stream()
                .map(Entry::lane)
                .distinct()
                .sorted(Comparator.comparingInt(Lane::machine)
                        .thenComparing(Lane::kind)
                        .thenComparing(Lane::title))
                .toList();
        return new Timeline(lanes, TimelineRows.of(shown), entries.size() - shown.size());
    }

    /** Who asks for room and gets it at once has not waited. */
    private static boolean isWorthARow(Journal.Step step) {
        return step.kind() != Journal.Kind.QUEUE
                || step.outcome() != Journal.Outcome.DONE
                || step.endedNanos() - step.beganNanos() > SHORTEST_QUEUE;
    }

    private static void collect(int place, MachineRecord machine, List<Entry> entries) {
        machine.said()
                .messages()
                .ifPresent(lines -> entries.addAll(MessageEntries.of(
                        lines,
                        new Lane(place, Lane.Kind.COMMANDS, "commands and replies"),
                        new Lane(place, Lane.Kind.EVENTS, "events"))));
        machine.said().consoles().forEach((name, output) -> {
            String title = machine.said().consoles().size() == 1 ? "console" : "console " + name;
            addLines(output.lines(), new Lane(place, Lane.Kind.CONSOLE, title), entries);
        });
        addLines(machine.said().stdout().lines(), new Lane(place, Lane.Kind.STDOUT, "standard output"), entries);
        addLines(machine.said().stderr().lines(), new Lane(place, Lane.Kind.STDERR, "standard error"), entries);
    }

    private static void addLines(List<OutputLine> lines, Lane lane, List<Entry> entries) {
        for (OutputLine line : lines) {
            entries.add(Entry.line(line.nanoTime(), lane, line.text()));
        }
    }

    /** Return the last entries: as many as may be shown, and not too many of what was before the test. */
    private static List<Entry> last(List<Entry> entries, long originNanos, int mostEntries) {
        List<Entry> shown = new ArrayList<>();
        int others = 0;
        int lines = 0;
        int before = 0;
        int earlier = 0;
        for (int i = entries.size() - 1; i >= 0; i--) {
            Entry entry = entries.get(i);
            if (entry.kind() == Entry.Kind.EARLIER) {
                if (earlier++ < MOST_EARLIER_TESTS) {
                    shown.add(entry);
                }
                continue;
            }
            boolean line = entry.kind() == Entry.Kind.LINE;
            before += entry.nanoTime() < originNanos ? 1 : 0;
            if (line) {
                lines++;
            } else {
                others++;
            }
            if (before <= MOST_BEFORE && (line ? lines <= MOST_LINES : others <= mostEntries)) {
                shown.add(entry);
            }
        }
        Collections.reverse(shown);
        return shown;
    }
}
