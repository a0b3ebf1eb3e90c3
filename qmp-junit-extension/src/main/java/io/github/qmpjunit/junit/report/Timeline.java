package io.github.qmpjunit.junit.report;

import io.github.qmpjunit.qemu.process.OutputLine;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What all machines have said and done, in the order in which it happened.
 *
 * @param lanes the columns in which something stands
 * @param rows the rows, the oldest first
 * @param leftOut how many entries before them were too many for a page
 */
record Timeline(List<Lane> lanes, List<Row> rows, int leftOut) {

    static final int MOST_BEFORE = 200;

    private static final int LONGEST_BLOCK = 40;
    private static final long BLOCK_GAP = 1_000_000_000L;

    /**
     * What stands side by side with nothing else: one entry, a command with its reply, or some lines of one output.
     *
     * @param times how often it happened in a row
     * @param lastNanoTime when it happened for the last time
     */
    record Row(List<Entry> entries, int times, long lastNanoTime) {

        long nanoTime() {
            return entries.get(0).nanoTime();
        }

        Lane lane() {
            return entries.get(0).lane();
        }

        boolean isBad() {
            return entries.stream().anyMatch(entry -> entry.level() == Entry.Level.BAD);
        }

        private boolean saysTheSameAs(Row other) {
            if (entries.size() != other.entries.size() || entries.get(0).kind() != Entry.Kind.COMMAND) {
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

    /**
     * Make a timeline.
     *
     * @param originNanos the test's start; of what machines that tests share have done before, only the end is shown
     * @param mostEntries how many entries are shown
     */
    static Timeline of(List<MachineRecord> machines, long originNanos, int mostEntries) {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < machines.size(); i++) {
            collect(i, machines.get(i), entries);
        }
        entries.sort(Comparator.comparingLong(Entry::nanoTime)); // stable: each transcript keeps its order
        int before = (int)
                entries.stream().filter(entry -> entry.nanoTime() < originNanos).count();
        int leftOut = Math.max(0, Math.max(entries.size() - mostEntries, before - MOST_BEFORE));
        List<Entry> shown = entries.subList(leftOut, entries.size());
        List<Lane> lanes = shown.stream()
                .map(Entry::lane)
                .distinct()
                .sorted(Comparator.comparingInt(Lane::machine)
                        .thenComparing(Lane::kind)
                        .thenComparing(Lane::title))
                .toList();
        return new Timeline(lanes, rows(shown), leftOut);
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
        addLines(machine.said().stderr().lines(), new Lane(place, Lane.Kind.STDERR, "standard error"), entries);
    }

    private static void addLines(List<OutputLine> lines, Lane lane, List<Entry> entries) {
        for (OutputLine line : lines) {
            entries.add(Entry.line(line.nanoTime(), lane, line.text()));
        }
    }

    private static List<Row> rows(List<Entry> entries) {
        List<Row> rows = new ArrayList<>();
        List<Entry> open = new ArrayList<>();
        for (Entry entry : entries) {
            if (!open.isEmpty() && !belongs(entry, open)) {
                add(open, rows);
                open = new ArrayList<>();
            }
            open.add(entry);
        }
        if (!open.isEmpty()) {
            add(open, rows);
        }
        return rows;
    }

    private static boolean belongs(Entry entry, List<Entry> open) {
        Entry last = open.get(open.size() - 1);
        if (!entry.lane().equals(last.lane())) {
            return false;
        }
        return switch (entry.kind()) {
            case LINE -> open.size() < LONGEST_BLOCK && entry.nanoTime() - last.nanoTime() < BLOCK_GAP;
            case REPLY -> entry.isReplyTo(last);
            default -> false;
        };
    }

    private static void add(List<Entry> entries, List<Row> rows) {
        Row row = new Row(List.copyOf(entries), 1, entries.get(0).nanoTime());
        Row before = rows.isEmpty() ? null : rows.get(rows.size() - 1);
        if (before != null && row.saysTheSameAs(before)) {
            rows.set(rows.size() - 1, new Row(before.entries(), before.times() + 1, row.nanoTime()));
        } else {
            rows.add(row);
        }
    }
}
