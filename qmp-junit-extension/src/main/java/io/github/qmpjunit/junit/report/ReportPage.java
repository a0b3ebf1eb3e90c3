package io.github.qmpjunit.junit.report;

import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Writes the page that a person opens first: the failure, the machines, and what led there.
 *
 * <p>The frame stands in {@code report.html}, the style in {@code page.css}. The script, {@code report.js}, makes it comfortable; all
 * that the page has to say stands there without it.
 */
final class ReportPage {

    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd HH:mm:ss.SSS 'UTC'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private ReportPage() {}

    static String of(ReportContent content) throws IOException {
        String timeline = TimelineList.of(content).toString(); // leads to lines of the source, so comes first
        Html around = content.failing().map(content.source()::around).orElseGet(Html::new);
        return Pages.of(
                "report",
                Map.of(
                        "title", Html.escape(content.test().displayName()),
                        "failure", failure(content, around).toString(),
                        "machines", machines(content).toString(),
                        "overview", Overview.of(content).toString(),
                        "timeline", timeline,
                        "source", content.source().html(content.failing()).toString(),
                        "remarks", remarks(content.remarks()).toString(),
                        "versions", versions(content.versions()).toString()));
    }

    private static Html failure(ReportContent content, Html around) {
        ReportContent.Test test = content.test();
        Html html = new Html();
        boolean passed = test.phase().isEmpty();
        html.open("p", "class", passed ? "verdict passed" : "verdict");
        if (passed) {
            html.text("Passed");
        } else {
            html.text("Failed in ").element("b", test.phase());
        }
        html.close("p");
        html.element("h1", test.displayName());
        html.open("p", "class", "facts").element("code", test.place()).close("p");
        html.open("p", "class", "facts")
                .text(passed ? "ended " : "failed ")
                .element("b", PageTime.seconds(content.span().nanos()) + " s")
                .text(" after its start at " + clock(test.startedAt()) + " \u00b7 ")
                .element("a", "the failure in the timeline", "href", "#failure")
                .text(" \u00b7 ")
                .element("a", FailureReport.FAILURE, "href", FailureReport.FAILURE)
                .close("p");
        html.open("div", "class", around.isEmpty() ? "" : "top");
        html.open("div", "class", "message")
                .element("p", test.failure().type(), "class", "type")
                .element("pre", test.failure().message())
                .close("div");
        content.failing()
                .filter(frame -> !around.isEmpty())
                .ifPresent(frame -> html.open("div", "class", "where")
                        .element("p", "%s:%s".formatted(frame.getFileName(), frame.getLineNumber()), "class", "facts")
                        .add(around)
                        .close("div"));
        html.close("div");
        if (!test.waitingAt().isEmpty()) {
            fold(html, "What the test was waiting for when its time was over", test.waitingAt(), around.isEmpty());
        }
        fold(html, "Stack trace", test.failure().stackTrace(), false);
        return html;
    }

    private static String clock(Instant time) {
        return CLOCK.format(time);
    }

    static void fold(Html html, String title, String text, boolean open) {
        String[] state = open ? new String[] {"open", ""} : new String[0];
        html.open("details", state)
                .element("summary", title)
                .element("pre", text)
                .close("details")
                .newline();
    }

    private static Html machines(ReportContent content) {
        Html html = new Html();
        for (ReportContent.Machine machine : content.machines()) {
            MachineCard.write(machine, html);
        }
        if (content.machines().isEmpty()) {
            html.element("p", "The test had no machine yet.", "class", "facts");
        }
        return html;
    }

    private static Html remarks(List<String> remarks) {
        Html html = new Html();
        if (!remarks.isEmpty()) {
            html.open("section").element("h2", "What is missing here").open("ul");
            remarks.forEach(remark -> html.element("li", remark));
            html.close("ul").close("section");
        }
        return html;
    }

    private static Html versions(Map<String, String> versions) {
        Html html = new Html();
        html.open("dl");
        versions.forEach((what, version) -> html.element("dt", what).element("dd", version));
        return html.close("dl");
    }
}
