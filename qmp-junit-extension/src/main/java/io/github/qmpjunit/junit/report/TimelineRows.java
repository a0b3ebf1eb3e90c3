package io.github.qmpjunit.junit.report;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Puts entries together that belong together. */
final class TimelineRows {

    private static final int LONGEST_BLOCK = 200;
    private static final long BLOCK_GAP = 1_000_000_000L;

    private final List<List<Entry>> rows = new ArrayList<>();
    private final Map<List<Object>, List<Entry>> commands = new HashMap<>();
    private final Map<Lane, Block> blocks = new HashMap<>();

    /** How much has happened that a reader wants to see between two lines of output. */
    private int interruptions;

    /** The last lines of an output. */
    private record Block(List<Entry> lines, int interruptions) {}

    private TimelineRows() {}

    static List<Timeline.Row> of(List<Entry> entries) {
        TimelineRows rows = new TimelineRows();
        entries.forEach(rows::add);
        rows.calmDown();
        return rows.collapsed();
    }

    private void add(Entry entry) {
        List<Entry> open = switch (entry.kind()) {
            case REPLY -> commands.remove(List.<Object>of(entry.lane(), entry.id()));
            case LINE -> blockFor(entry);
            default -> null;
        };
        if (open != null) {
            open.add(entry);
            return;
        }
        List<Entry> row = new ArrayList<>(List.of(entry));
        rows.add(row);
        if (!entry.place().isOfTheHarness() || entry.kind() == Entry.Kind.AWAIT) {
            interruptions++;
        }
        if (entry.kind() == Entry.Kind.COMMAND && !entry.id().isEmpty()) {
            commands.put(List.of(entry.lane(), entry.id()), row);
        } else if (entry.kind() == Entry.Kind.LINE) {
            blocks.put(entry.lane(), new Block(row, interruptions));
        }
    }

    private @Nullable List<Entry> blockFor(Entry line) {
        Block block = blocks.get(line.lane());
        if (block == null
                || block.interruptions() != interruptions
                || block.lines().size() >= LONGEST_BLOCK) {
            return null;
        }
        Entry last = block.lines().get(block.lines().size() - 1);
        return line.nanoTime() - last.nanoTime() < BLOCK_GAP ? block.lines() : null;
    }

    /** An error reply after which the test has gone on is not why it failed; one that it has expected is none at all. */
    private void calmDown() {
        int last = rows.size() - 1;
        while (last >= 0 && placeOf(last).frames().isEmpty()) {
            last--;
        }
        for (int i = 0; i < last; i++) {
            Place place = placeOf(i);
            boolean goesOn = !place.frames().equals(placeOf(last).frames()) && place.isKnown();
            if (goesOn && rows.get(i).get(0).kind() == Entry.Kind.COMMAND) {
                Entry.Level level =
                        place.isExpectant() || place.isOfTheHarness() ? Entry.Level.PLAIN : Entry.Level.NOTABLE;
                rows.get(i).replaceAll(entry -> entry.level() == Entry.Level.BAD ? entry.at(level) : entry);
            }
        }
    }

    private Place placeOf(int row) {
        return rows.get(row).get(0).place();
    }

    /** Return the rows, with those once that say the same in a row. */
    private List<Timeline.Row> collapsed() {
        List<Timeline.Row> collapsed = new ArrayList<>();
        for (List<Entry> entries : rows) {
            Entry first = entries.get(0);
            Timeline.Row row = new Timeline.Row(List.copyOf(entries), 1, first.nanoTime());
            Timeline.Row before = collapsed.isEmpty() ? null : collapsed.get(collapsed.size() - 1);
            if (before != null && row.saysTheSameAs(before)) {
                collapsed.set(
                        collapsed.size() - 1, new Timeline.Row(before.entries(), before.times() + 1, row.nanoTime()));
            } else {
                collapsed.add(row);
            }
        }
        return collapsed;
    }
}
