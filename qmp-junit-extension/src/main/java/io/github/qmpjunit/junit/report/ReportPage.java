package io.github.qmpjunit.junit.report;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Writes the page that a person opens first: the failure, the machines, and what led there.
 *
 * <p>The frame and its style stand in {@code report.html}. Nothing on the page needs a script or another file but the pictures.
 */
final class ReportPage {

    private static final String TEMPLATE = "report.html";
    private static final Pattern PLACE = Pattern.compile("<!--\\{(\\w+)}-->");
    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd HH:mm:ss.SSS 'UTC'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private ReportPage() {}

    static String of(ReportContent content) throws IOException {
        String title = content.test().displayName();
        Map<String, String> parts = Map.of(
                "title", Html.escape(title),
                "failure", failure(content).toString(),
                "machines", machines(content).toString(),
                "timeline", TimelineTable.of(content).toString(),
                "remarks", remarks(content.remarks()).toString(),
                "versions", versions(content.versions()).toString());
        // One pass: what a guest has printed must not be taken for a place.
        return PLACE.matcher(template())
                .replaceAll(place -> Matcher.quoteReplacement(parts.getOrDefault(place.group(1), "")));
    }

    private static String template() throws IOException {
        try (InputStream stream = ReportPage.class.getResourceAsStream(TEMPLATE)) {
            if (stream == null) {
                throw new IOException("the resource %s is missing".formatted(TEMPLATE));
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static Html failure(ReportContent content) {
        ReportContent.Test test = content.test();
        Html html = new Html();
        boolean passed = test.phase().isEmpty();
        html.open("p", "class", "verdict");
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
        html.open("div", "class", "message")
                .element("p", test.failure().type(), "class", "type")
                .element("pre", test.failure().message())
                .close("div");
        if (!test.waitingAt().isEmpty()) {
            fold(html, "What the test was waiting for when its time was over", test.waitingAt(), true);
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
