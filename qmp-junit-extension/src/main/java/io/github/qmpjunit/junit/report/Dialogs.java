package io.github.qmpjunit.junit.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Where machines speak in turn: there each has a column. A machine that speaks alone for a while has the whole width. */
final class Dialogs {

    private static final int MONOLOGUE = 6;

    private final int[] columns;
    private final int[] widths;

    private Dialogs(int[] columns, int[] widths) {
        this.columns = columns;
        this.widths = widths;
    }

    static Dialogs of(List<Timeline.Row> rows) {
        int[] columns = new int[rows.size()];
        int[] widths = new int[rows.size()];
        Arrays.fill(columns, -1);
        List<List<Integer>> runs = runs(rows);
        int i = 0;
        while (i < runs.size()) {
            int end = i;
            while (end < runs.size() && runs.get(end).size() < MONOLOGUE) {
                end++;
            }
            List<Integer> dialog =
                    runs.subList(i, end).stream().flatMap(List::stream).toList();
            List<Integer> machines = dialog.stream()
                    .map(row -> rows.get(row).lane().machine())
                    .distinct()
                    .sorted()
                    .toList();
            if (machines.size() > 1) {
                for (int row : dialog) {
                    columns[row] = machines.indexOf(rows.get(row).lane().machine());
                    widths[row] = machines.size();
                }
            }
            i = Math.max(end, i) + 1;
        }
        return new Dialogs(columns, widths);
    }

    /** Return the places of the rows of one machine after the other; outputs and the test's own rows have no columns. */
    private static List<List<Integer>> runs(List<Timeline.Row> rows) {
        List<List<Integer>> runs = new ArrayList<>();
        int last = -1;
        for (int i = 0; i < rows.size(); i++) {
            Lane lane = rows.get(i).lane();
            if (lane.machine() < 0 || lane.kind().isOutput()) {
                continue;
            }
            if (runs.isEmpty() || lane.machine() != last) {
                runs.add(new ArrayList<>());
                last = lane.machine();
            }
            runs.get(runs.size() - 1).add(i);
        }
        return runs;
    }

    int columnOf(int row) {
        return columns[row];
    }

    int columnsAt(int row) {
        return widths[row];
    }
}
