package io.github.qmpjunit.junit.report;

import io.github.qmpjunit.internal.Numbers;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Writes the timeline: a list of what happened, each row with its time, its duration as a bar, and the line of the test that it comes
 * from. Where several machines speak in turn, they stand side by side; an output has the whole width.
 */
final class TimelineList {

    private static final int MOST_DETAIL = 4_000;

    /** A pause of at least this length has its own row: it shows where a test's time went. */
    private static final long PAUSE = 1_000_000_000L;

    /** So many rows before the failure are the likeliest to tell its reason. */
    private static final int NEAR = 8;

    /** So many lines of an output are seen without a click, next to the failure. */
    private static final int OPEN_LINES = 12;

    private final ReportContent content;
    private final List<Timeline.Row> rows;
    private final MomentState state;
    private final Dialogs dialogs;
    private final int before;
    private final Html html = new Html();
    private int number;

    /** When the last start, or wait for other tests, has ended: that is no silence. */
    private long busyUntil;

    private TimelineList(ReportContent content) {
        this.content = content;
        this.rows = content.timeline().rows();
        this.state = new MomentState(content.machineNames());
        this.dialogs = Dialogs.of(rows);
        this.busyUntil = content.originNanos() - Long.MAX_VALUE / 4;
        this.before = (int) rows.stream()
                .filter(row -> row.nanoTime() <= content.failedNanos())
                .count();
    }

    static Html of(ReportContent content) {
        TimelineList list = new TimelineList(content);
        list.write();
        return list.html;
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
        html.open(
                        "ol",
                        "class",
                        content.machines().size() > 1 ? "rows several" : "rows",
                        "id",
                        "rows",
                        "style",
                        "--from: 0; --span: %s; --digits: %s"
                                .formatted(
                                        PageTime.plain(Math.max(1_000_000, content.spanNanos())),
                                        PageTime.seconds(content.spanNanos()).length()))
                .newline();
        writeRows();
        html.close("ol");
    }

    private void writeRows() {
        long last = rows.isEmpty() ? content.originNanos() : rows.get(0).nanoTime();
        boolean begun = rows.isEmpty() || last >= content.originNanos();
        int i = 0;
        boolean failed = false;
        while (i < rows.size() || !failed) {
            boolean fails = !failed && i >= before;
            long next = fails ? content.failedNanos() : rows.get(i).nanoTime();
            if (!begun && next >= content.originNanos()) {
                begun = true;
                marker("start", "0.000", "the test begins");
                last = content.originNanos();
            }
            writePause(Math.max(last, busyUntil), next);
            if (fails) {
                failed = true;
                marker("failure", PageTime.seconds(content.failedAfterNanos()), verdict());
                last = content.failedNanos();
            } else {
                int end = endOfHarness(i);
                if (end - i > 1) {
                    writeHarness(i, end);
                } else {
                    writeRow(i, false);
                }
                last = Math.max(last, rows.get(end - 1).lastNanoTime());
                i = end;
            }
        }
    }

    private String verdict() {
        return (content.test().phase().isEmpty() ? "the test has passed: " : "the test fails: ")
                + Headline.of(content.test().failure().message());
    }

    /** Return where a run of the harness's own commands ends; the next row where there is none. */
    private int endOfHarness(int from) {
        int end = from;
        while (end < rows.size()
                && end - from < 100
                && rows.get(end).isOfTheHarness()
                && !rows.get(end).isBad()
                && (end < before) == (from < before)
                && (end == from || rows.get(end).nanoTime() - rows.get(end - 1).nanoTime() < PAUSE)) {
            end++;
        }
        return Math.max(end, from + 1);
    }

    private void writeHarness(int from, int end) {
        String names = rows.subList(from, end).stream()
                .map(row -> row.first().title())
                .distinct()
                .limit(6)
                .collect(Collectors.joining(", "));
        String through = rows.subList(from, end).stream()
                .map(row -> row.first().place())
                .filter(place -> !place.frames().isEmpty())
                .map(Place::through)
                .distinct()
                .limit(2)
                .collect(Collectors.joining(", "));
        openRow(rows.get(from), "row own fold", from, false);
        html.open("details").open("summary");
        html.element("b", "%s commands of the harness".formatted(end - from))
                .text(" ")
                .element("span", names, "class", "brief");
        if (!through.isEmpty()) {
            html.text(" ").element("i", "for " + through);
        }
        html.close("summary").open("ol", "class", "inner").newline();
        for (int i = from; i < end; i++) {
            writeRow(i, true);
        }
        html.close("ol").close("details").close("div");
        writePlace(rows.get(from).first().place());
        html.close("li").newline();
    }

    private void marker(String style, String time, String text) {
        String[] attributes = style.equals("failure")
                ? new String[] {"class", "row marker failure", "id", "failure", "tabindex", "-1"}
                : new String[] {"class", "row marker " + style};
        html.open("li", attributes)
                .element("time", time)
                .open("span", "class", "bar")
                .close("span")
                .element("div", text, "class", "what");
        if (style.equals("failure")) {
            content.failing().ifPresent(frame -> writePlace(new Place(List.of(frame), "")));
        }
        html.close("li").newline();
    }

    private void writePause(long from, long to) {
        if (to - from >= PAUSE) {
            html.element("li", "%s s of silence".formatted(PageTime.seconds(to - from)), "class", "pause")
                    .newline();
        }
    }

    private void openRow(Timeline.Row row, String style, int index, boolean inner) {
        boolean changed = false;
        for (Entry entry : row.entries()) {
            changed |= state.observe(entry);
        }
        if (row.first().kind() == Entry.Kind.STEP) {
            busyUntil = Math.max(busyUntil, row.endNanos());
        }
        long at = row.nanoTime() - content.originNanos();
        int column = dialogs.columnOf(index);
        html.open(
                "li",
                Stream.of(
                                List.of("class", style, "id", "r" + number++),
                                List.of("data-m", Integer.toString(row.lane().machine())),
                                changed ? List.of("data-state", state.toString()) : List.<String>of(),
                                column >= 0
                                        ? List.of(
                                                "style",
                                                "--col: %s; --cols: %s".formatted(column, dialogs.columnsAt(index)))
                                        : List.<String>of())
                        .flatMap(List::stream)
                        .toArray(String[]::new));
        html.element("time", PageTime.seconds(at));
        html.open("span", "class", "bar");
        if (at >= 0) {
            html.open(
                            "i",
                            "style",
                            "--t: %s; --d: %s"
                                    .formatted(PageTime.plain(at), PageTime.plain(row.endNanos() - row.nanoTime())))
                    .close("i");
        }
        html.close("span");
        if (!inner) {
            chip(row);
        }
        html.open("div", "class", "what");
    }

    private void writeRow(int index, boolean inner) {
        Timeline.Row row = rows.get(index);
        boolean near = index < before && index >= before - NEAR;
        boolean output = row.lane().kind().isOutput();
        String style = Stream.of(
                        "row",
                        output
                                ? "output " + lower(row.lane().kind())
                                : lower(row.first().kind()),
                        row.isBad() ? "grave" : "",
                        near ? "near" : "",
                        row.isOfTheHarness() ? "own" : "",
                        dialogs.columnOf(index) >= 0 ? "dialog" : "")
                .filter(word -> !word.isEmpty())
                .collect(Collectors.joining(" "));
        openRow(row, style, index, inner);
        if (output) {
            writeOutput(row, near);
        } else {
            row.entries().forEach(entry -> writeEntry(entry, row.entries().size() > 1));
            if (row.times() > 1) {
                html.element(
                        "p",
                        "%s times in a row, up to %s"
                                .formatted(
                                        Numbers.grouped(row.times()),
                                        PageTime.seconds(row.lastNanoTime() - content.originNanos())),
                        "class",
                        "times");
            }
        }
        html.close("div");
        writePlace(row.first().place());
        html.close("li").newline();
    }

    /** Name the machine, where there are several. */
    private void chip(Timeline.Row row) {
        int machine = row.lane().machine();
        if (content.machines().size() > 1 && machine >= 0) {
            html.element("span", content.machineNames().get(machine), "class", "vm vm" + machine % 6)
                    .text(" ");
        }
    }

    /** Lead to the line of the test: the one in the test's own class, where it has called another one of the user's. */
    private void writePlace(Place place) {
        Optional<StackTraceElement> frame = content.frameOf(place.frames());
        if (frame.isEmpty()) {
            return;
        }
        String line = frame.get().getFileName() + ":" + frame.get().getLineNumber();
        Optional<String> anchor = content.source().anchorOf(frame.get());
        if (anchor.isPresent()) {
            html.element("a", line, "class", "src", "href", "#" + anchor.get());
        } else {
            html.element("span", line, "class", "src");
        }
    }

    private void writeOutput(Timeline.Row row, boolean near) {
        List<Entry> lines = row.entries();
        List<Entry> bad =
                lines.stream().filter(line -> line.level() == Entry.Level.BAD).toList();
        int folded = near ? Math.max(0, lines.size() - OPEN_LINES) : lines.size() <= 2 ? 0 : lines.size();
        if (folded == 0) {
            html.element("span", row.lane().title(), "class", "source");
        } else {
            html.open("details").open("summary");
            html.element("span", row.lane().title(), "class", "source")
                    .text(" ")
                    .element("b", "%s lines".formatted(Numbers.grouped(folded)))
                    .text(folded < lines.size() ? " before these" : " ");
            if (folded == lines.size() && bad.isEmpty()) {
                html.element(
                        "span", Headline.shortened(lines.get(lines.size() - 1).title()), "class", "brief last");
            }
            bad.stream()
                    .limit(3)
                    .forEach(line -> html.element("span", Headline.shortened(line.title()), "class", "line bad"));
            html.close("summary");
            writeLines(lines.subList(0, folded));
            html.close("details");
        }
        if (folded < lines.size()) {
            writeLines(lines.subList(folded, lines.size()));
        }
    }

    /** One text for the times and one for the lines: an element for each would make a long console slow. */
    private void writeLines(List<Entry> lines) {
        html.open("div", "class", "lines").open("pre", "class", "times", "aria-hidden", "true");
        for (Entry line : lines) {
            html.text(PageTime.seconds(line.nanoTime() - content.originNanos())).text("\n");
        }
        html.close("pre").open("pre");
        for (Entry line : lines) {
            String text = Headline.shortened(line.title());
            if (line.level() == Entry.Level.PLAIN) {
                html.text(text);
            } else {
                html.element("span", text, "class", lower(line.level()));
            }
            html.text("\n");
        }
        html.close("pre").close("div");
    }

    /**
     * @param joined whether a reply is below its command
     */
    private void writeEntry(Entry entry, boolean joined) {
        String style = Stream.of(lower(entry.kind()), entry.level() == Entry.Level.PLAIN ? "" : lower(entry.level()))
                .filter(word -> !word.isEmpty())
                .collect(Collectors.joining(" "));
        if (entry.kind() == Entry.Kind.SCREEN) {
            html.element("b", "screen")
                    .open(
                            "img",
                            "class",
                            "shot",
                            "loading",
                            "lazy",
                            "alt",
                            "the screen at this moment",
                            "src",
                            entry.detail().orElseThrow().asString())
                    .close("img");
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
        if (!reply && !entry.title().isEmpty()) {
            html.element("b", entry.title()).text(" ");
        }
        html.element("span", Headline.shortened(entry.brief()), "class", "brief");
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
