package io.github.qmpjunit.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Counts rounds, the time from the blow until all was gone, and what was left. */
final class Tally {

    private final Map<String, Row> rows = new TreeMap<>();
    private final List<String> findings = new ArrayList<>();

    private static final class Row {
        private int rounds;
        private int struck;
        private long totalMillis;
        private long worstMillis;
        private int findings;
    }

    /**
     * @param struck whether there was anything left to strike when the blow came
     */
    void round(String kind, boolean struck, Duration untilGone, List<String> found) {
        Row row = rows.computeIfAbsent(kind, key -> new Row());
        row.rounds++;
        row.struck += struck ? 1 : 0;
        row.totalMillis += untilGone.toMillis();
        row.worstMillis = Math.max(row.worstMillis, untilGone.toMillis());
        row.findings += found.size();
        found.forEach(finding -> findings.add(kind + ": " + finding));
        found.forEach(finding -> System.out.println("LEFT OVER after " + kind + ": " + finding));
    }

    boolean isClean() {
        return findings.isEmpty();
    }

    String table() {
        StringBuilder table = new StringBuilder("%-42s %7s %7s %11s %11s %10s%n"
                .formatted("what was done", "rounds", "struck", "mean [ms]", "worst [ms]", "left over"));
        Row all = new Row();
        rows.forEach((kind, row) -> {
            table.append(line(kind, row));
            all.rounds += row.rounds;
            all.struck += row.struck;
            all.totalMillis += row.totalMillis;
            all.worstMillis = Math.max(all.worstMillis, row.worstMillis);
            all.findings += row.findings;
        });
        return table.append(line("all", all)).toString();
    }

    private static String line(String kind, Row row) {
        return "%-42s %7s %7s %11s %11s %10s%n"
                .formatted(
                        kind,
                        row.rounds,
                        row.struck,
                        row.totalMillis / Math.max(1, row.rounds),
                        row.worstMillis,
                        row.findings);
    }
}
