package io.github.qmpjunit.junit.report;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Draws how many machines there were at each moment, and below it the tests, side by side as they ran. */
final class RunChart {

    private static final int WIDTH = 1000;
    private static final int LANE = 16;
    private static final int HEIGHT = 60;
    private static final int MOST_LANES = 60;

    private RunChart() {}

    private record Change(long at, int by) {}

    private static List<Change> changes(List<RunMachine> machines, long end) {
        List<Change> changes = new ArrayList<>();
        for (RunMachine machine : machines) {
            changes.add(new Change(machine.began(), 1));
            changes.add(new Change(machine.ended() == 0 ? end : machine.ended(), -1));
        }
        changes.sort(Comparator.comparingLong(Change::at).thenComparingInt(Change::by));
        return changes;
    }

    /** Return how many machines there were at a time, at most. */
    static int most(List<RunMachine> machines, long end) {
        int most = 0;
        int now = 0;
        for (Change change : changes(machines, end)) {
            now += change.by();
            most = Math.max(most, now);
        }
        return most;
    }

    static Html of(List<RunTest> tests, List<RunMachine> machines) {
        Html html = new Html();
        long from = tests.stream().mapToLong(RunTest::began).min().orElse(0);
        for (RunMachine machine : machines) {
            from = Math.min(from, machine.began());
        }
        long to = tests.stream().mapToLong(RunTest::ended).max().orElse(1);
        for (RunMachine machine : machines) {
            to = Math.max(to, machine.ended());
        }
        double scale = WIDTH / (double) Math.max(1, to - from);
        int most = Math.max(1, most(machines, to));
        html.open("div", "class", "chart");
        html.element("p", "machines, at most %s at a time".formatted(most), "class", "facts");
        open(html, HEIGHT, "Number of machines over time");
        html.open("path", "class", "machines", "d", steps(machines, from, to, scale, most))
                .close("path")
                .close("svg");
        writeTests(tests, from, scale, html);
        html.open("div", "class", "scale");
        for (int i = 0; i <= 4; i++) {
            html.element("span", PageTime.duration(Duration.ofNanos((to - from) * 1000 * i / 4)));
        }
        return html.close("div").close("div");
    }

    private static String steps(List<RunMachine> machines, long from, long to, double scale, int most) {
        StringBuilder path = new StringBuilder("M 0 %s".formatted(HEIGHT));
        int now = 0;
        for (Change change : changes(machines, to)) {
            now += change.by();
            path.append(String.format(
                    Locale.ROOT, " H %.2f V %.1f", (change.at() - from) * scale, HEIGHT - now * (HEIGHT - 2.0) / most));
        }
        return path.append(" V %s Z".formatted(HEIGHT)).toString();
    }

    /** Each test goes into the first line in which no other one is under way. */
    private static void writeTests(List<RunTest> tests, long from, double scale, Html html) {
        List<Long> lanes = new ArrayList<>();
        int[] lane = new int[tests.size()];
        for (int i = 0; i < tests.size(); i++) {
            RunTest test = tests.get(i);
            int free = 0;
            while (free < lanes.size() && lanes.get(free) > test.began()) {
                free++;
            }
            if (free == lanes.size()) {
                lanes.add(test.ended());
            } else {
                lanes.set(free, test.ended());
            }
            lane[i] = Math.min(free, MOST_LANES - 1);
        }
        int height = Math.max(1, Math.min(lanes.size(), MOST_LANES)) * LANE;
        html.element("p", "tests, side by side as they ran", "class", "facts");
        open(html, height, "The tests over time, with what they spent it on");
        for (int i = 0; i < tests.size(); i++) {
            RunTest test = tests.get(i);
            html.open("g", "class", test.outcome().name().toLowerCase(Locale.ROOT));
            html.element("title", test.name());
            int y = lane[i] * LANE + 2;
            part(html, "waiting", test.began(), test.admitted(), from, scale, y);
            part(html, "start", test.admitted(), test.ready(), from, scale, y);
            part(html, "body", test.ready(), test.over(), from, scale, y);
            part(html, "stop", test.over(), test.ended(), from, scale, y);
            html.close("g");
        }
        html.close("svg");
    }

    private static void part(Html html, String style, long begin, long end, long from, double scale, int y) {
        double width = (end - begin) * scale;
        if (width > 0.02) {
            html.open(
                            "rect",
                            "class",
                            style,
                            "x",
                            String.format(Locale.ROOT, "%.2f", (begin - from) * scale),
                            "y",
                            Integer.toString(y),
                            "width",
                            String.format(Locale.ROOT, "%.2f", Math.max(0.3, width)),
                            "height",
                            Integer.toString(LANE - 4))
                    .close("rect");
        }
    }

    private static void open(Html html, int height, String label) {
        html.open(
                "svg",
                "viewBox",
                "0 0 %s %s".formatted(WIDTH, height),
                "preserveAspectRatio",
                "none",
                "role",
                "img",
                "aria-label",
                label,
                "style",
                "height: %spx".formatted(height));
    }
}
