package io.github.qmpjunit.junit.report;

import io.github.qmpjunit.internal.Numbers;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Writes the timeline: a row for what happened, a column for who did it. */
final class TimelineTable {

    private static final int LONGEST_LINE = 1_000;
    private static final int MOST_DETAIL = 4_000;

    /** A pause from here on has a row of its own: that is where a test's time went. */
    private static final long PAUSE = 1_000_000_000L;

    /** So many rows before the failure are the likeliest to tell its reason. */
    private static final int NEAR = 8;

    private final ReportContent content;
    private final List<Lane> lanes;
    private final Html html = new Html();

    private TimelineTable(ReportContent content) {
        this.content = content;
        this.lanes = content.timeline().lanes();
    }

    static Html of(ReportContent content) {
        TimelineTable table = new TimelineTable(content);
        table.write();
        return table.html;
    }

    private void write() {
        int leftOut = content.timeline().leftOut();
        if (leftOut > 0) {
            html.element(
                    "p",
                    "%s entries before these are left out here; the files have them."
                            .formatted(Numbers.grouped(leftOut)),
                    "class",
                    "facts");
        }
        html.open("table", "class", "timeline", "style", "--lanes: " + Math.max(1, lanes.size()));
        writeColumns();
        writeHead();
        html.open("tbody").newline();
        writeRows();
        html.close("tbody").close("table");
    }

    private void writeColumns() {
        html.open("colgroup").open("col", "class", "time");
        for (Lane lane : lanes) {
            html.open("col", "class", lower(lane.kind()));
        }
        html.close("colgroup");
    }

    private void writeHead() {
        html.open("thead");
        if (content.machines().size() > 1) {
            html.open("tr", "class", "names").element("th", "");
            for (int machine = 0; machine < content.machines().size(); machine++) {
                int place = machine;
                long count =
                        lanes.stream().filter(lane -> lane.machine() == place).count();
                if (count > 0) {
                    html.element(
                            "th",
                            content.machines().get(machine).taken().name(),
                            "colspan",
                            Long.toString(count),
                            "class",
                            "first");
                }
            }
            html.close("tr");
        }
        html.open("tr").element("th", "seconds");
        for (int column = 0; column < lanes.size(); column++) {
            html.element("th", lanes.get(column).title(), "class", startsMachine(column) ? "first" : "");
        }
        html.close("tr").close("thead").newline();
    }

    private boolean startsMachine(int column) {
        return column == 0
                || lanes.get(column).machine() != lanes.get(column - 1).machine();
    }

    private void writeRows() {
        List<Timeline.Row> rows = content.timeline().rows();
        int before = (int) rows.stream()
                .filter(row -> row.nanoTime() <= content.span().failedNanos())
                .count();
        long last = rows.isEmpty() ? content.span().originNanos() : rows.get(0).nanoTime();
        boolean begun = rows.isEmpty() || last >= content.span().originNanos();
        for (int i = 0; i <= rows.size(); i++) {
            long next = i == before || i == rows.size()
                    ? content.span().failedNanos()
                    : rows.get(i).nanoTime();
            if (!begun && next >= content.span().originNanos()) {
                begun = true;
                marker("", "start", "0.000", "the test begins");
                last = content.span().originNanos();
            }
            if (i == before) {
                writePause(last, content.span().failedNanos());
                marker(
                        "failure",
                        "failure",
                        PageTime.seconds(content.span().nanos()),
                        "the test fails: " + headline(content.test().failure().message()));
                last = content.span().failedNanos();
            }
            if (i < rows.size()) {
                Timeline.Row row = rows.get(i);
                writePause(last, row.nanoTime());
                writeRow(row, i < before && i >= before - NEAR);
                last = row.lastNanoTime();
            }
        }
    }

    /** Return a message's first line, with the next one where it is not yet a sentence. */
    static String headline(String message) {
        List<String> lines =
                message.lines().filter(line -> !line.isBlank()).limit(2).toList();
        if (lines.isEmpty()) {
            return "it says no more";
        }
        return shortened(
                lines.size() > 1 && lines.get(0).endsWith(":")
                        ? lines.get(0) + " " + lines.get(1).strip()
                        : lines.get(0));
    }

    private static String shortened(String text) {
        return text.length() <= LONGEST_LINE
                ? text
                : "%s ... [%s characters more]"
                        .formatted(text.substring(0, LONGEST_LINE), Numbers.grouped(text.length() - LONGEST_LINE));
    }

    private void marker(String id, String style, String time, String text) {
        if (id.isEmpty()) {
            html.open("tr", "class", style);
        } else {
            html.open("tr", "class", style, "id", id);
        }
        html.element("td", time, "class", "time")
                .element("td", text, "colspan", Integer.toString(Math.max(1, lanes.size())))
                .close("tr")
                .newline();
    }

    private void writePause(long from, long to) {
        if (to - from >= PAUSE) {
            marker("", "pause", "", "%s s of silence".formatted(PageTime.seconds(to - from)));
        }
    }

    private void writeRow(Timeline.Row row, boolean near) {
        String style = (near ? "near " : "") + (row.isBad() ? "grave" : "");
        html.open("tr", "class", style.strip());
        String at = PageTime.seconds(row.nanoTime() - content.span().originNanos());
        html.element("td", at, "class", "time");
        int column = lanes.indexOf(row.lane());
        for (int i = 0; i < lanes.size(); i++) {
            html.open("td", "class", startsMachine(i) ? "first" : "");
            if (i == column) {
                row.entries().forEach(entry -> writeEntry(entry, row.entries().size() > 1));
                if (row.times() > 1) {
                    html.element(
                            "p",
                            "%s times in a row, up to %s"
                                    .formatted(
                                            Numbers.grouped(row.times()),
                                            PageTime.seconds(row.lastNanoTime()
                                                    - content.span().originNanos())),
                            "class",
                            "times");
                }
            }
            html.close("td");
        }
        html.close("tr").newline();
    }

    /**
     * @param joined whether a reply stands below its command
     */
    private void writeEntry(Entry entry, boolean joined) {
        String style = "%s %s"
                .formatted(lower(entry.kind()), entry.level() == Entry.Level.PLAIN ? "" : lower(entry.level()))
                .strip();
        if (entry.kind() == Entry.Kind.LINE) {
            html.element("div", shortened(entry.title()), "class", style);
        } else if (entry.detail().isPresent()) {
            html.open("details", "class", style).open("summary");
            writeHead(entry, joined);
            html.close("summary")
                    .element("pre", MachineCard.pretty(entry.detail().get(), MOST_DETAIL))
                    .close("details");
        } else {
            html.open("div", "class", style);
            writeHead(entry, joined);
            html.close("div");
        }
    }

    private void writeHead(Entry entry, boolean joined) {
        boolean reply = entry.kind() == Entry.Kind.REPLY;
        if (!reply) {
            html.element("b", entry.title()).text(" ");
        }
        html.element("span", shortened(entry.brief()), "class", "brief");
        String title = reply && !joined ? entry.title() : "";
        String note =
                Stream.of(title, entry.note()).filter(part -> !part.isEmpty()).collect(Collectors.joining(", "));
        if (!note.isEmpty()) {
            html.text(" ").element("i", note);
        }
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
