package io.github.qmpjunit.junit.report;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Draws the whole timeline on one strip: a line for the test and one for each machine, with marks for what happened when. */
final class Overview {

    private static final int WIDTH = 1000;
    private static final int LANE = 14;

    private Overview() {}

    static Html of(ReportContent content) {
        Html html = new Html();
        double span = Math.max(1, content.spanNanos());
        int lanes = content.machines().size() + 1;
        html.open("div", "class", "overview", "id", "overview").open("div", "class", "names");
        html.element("span", "test");
        content.machineNames().forEach(name -> html.element("span", name));
        html.close("div").open("div", "class", "strip");
        html.open(
                "svg",
                "viewBox",
                "0 0 %s %s".formatted(WIDTH, lanes * LANE),
                "preserveAspectRatio",
                "none",
                "role",
                "img",
                "aria-label",
                "What happened when, from the test's start to the end of this page",
                "style",
                "height: %spx".formatted(lanes * LANE));
        Map<String, String> marks = new TreeMap<>(); // one for each place
        for (Timeline.Row row : content.timeline().rows()) {
            long from = row.nanoTime() - content.originNanos();
            if (from >= 0 && row.first().kind() != Entry.Kind.EARLIER) {
                int x = (int) (from / span * WIDTH);
                int width = Math.max(2, (int) ((row.endNanos() - row.nanoTime()) / span * WIDTH));
                String style = row.isBad() ? "bad" : row.first().kind().name().toLowerCase(Locale.ROOT);
                // Marks of one place are drawn once; what is bad comes last, and so lies above.
                String key =
                        "%s %s %s %s".formatted(row.isBad() ? 1 : 0, row.lane().machine(), x, width);
                marks.put(key, style);
            }
        }
        marks.forEach((key, style) -> {
            List<String> parts = List.of(key.split(" ", -1));
            int y = (Integer.parseInt(parts.get(1)) + 1) * LANE + 2;
            rectangle(html, style, parts.get(2), Integer.toString(y), parts.get(3), Integer.toString(LANE - 4));
        });
        int failed = (int) (content.failedAfterNanos() / span * WIDTH);
        rectangle(html, "failed", Integer.toString(failed), "0", "2", Integer.toString(lanes * LANE));
        html.close("svg").close("div");
        html.open("div", "class", "scale");
        for (int i = 0; i <= 4; i++) {
            html.element("span", PageTime.seconds((long) (span * i / 4)) + (i == 4 ? " s" : ""));
        }
        return html.close("div").close("div").newline();
    }

    private static void rectangle(Html html, String style, String x, String y, String width, String height) {
        html.open("rect", "class", style, "x", x, "y", y, "width", width, "height", height)
                .close("rect");
    }
}
