package io.github.qmpjunit.junit.report;

import io.github.qmpjunit.internal.Numbers;
import java.util.Base64;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/** Writes what the page shows of one machine: its state, its jobs, its screen, its files, its command line. */
final class MachineCard {

    private static final ObjectWriter PRETTY = JsonMapper.shared().writerWithDefaultPrettyPrinter();
    static final int MOST_PICTURE = 2 << 20;
    private static final int MOST_JSON = 20_000;

    private MachineCard() {}

    static void write(ReportContent.Machine machine, Html html) {
        MachineRecord taken = machine.taken();
        html.open("section", "class", "machine").open("div", "class", "about");
        html.open("h2").text(taken.name());
        String mood = machine.running() ? "chip" : "chip bad";
        if (!machine.runState().isEmpty()) {
            html.element("span", machine.runState(), "class", mood);
        } else {
            html.element("span", machine.running() ? "process is running" : "process is gone", "class", mood);
        }
        html.close("h2");
        html.element(
                "p",
                taken.state() + taken.version().map(v -> " \u00b7 QEMU " + v).orElse(""),
                "class",
                "facts");
        writeJobs(machine.state(), html);
        writeFiles(machine, html);
        writeState(machine.state(), html);
        if (!taken.start().commandLine().isEmpty()) {
            html.open("details")
                    .open("summary")
                    .text("Command line ")
                    .element(
                            "span",
                            "a click selects all of it; the test's sockets listen in the current directory",
                            "class",
                            "hint")
                    .close("summary")
                    .element("pre", CommandScript.toPaste(taken.start().commandLine()), "class", "copy")
                    .close("details");
        }
        html.close("div");
        if (machine.files().contains(FailureReport.SCREEN)) {
            String file = taken.folder() + "/" + FailureReport.SCREEN;
            html.open("figure")
                    .open("a", "href", file)
                    .open("img", "src", sourceOf(machine, file), "alt", "screen of " + taken.name())
                    .close("a")
                    .element("figcaption", "its screen after the failure")
                    .close("figure");
        }
        html.close("section").newline();
    }

    /** The page is one file that can be sent; only a large picture stays beside it. */
    private static String sourceOf(ReportContent.Machine machine, String file) {
        return machine.screen()
                .filter(picture -> picture.length <= MOST_PICTURE)
                .map(MachineCard::dataOf)
                .orElse(file);
    }

    static String dataOf(byte[] picture) {
        return "data:image/png;base64," + Base64.getEncoder().encodeToString(picture);
    }

    /** Of a job that failed, the reason stands nowhere else. */
    private static void writeJobs(JsonNode state, Html html) {
        JsonNode jobs = state.path("query-jobs");
        if (!jobs.isArray() || jobs.isEmpty()) {
            return;
        }
        html.open("ul", "class", "jobs");
        for (JsonNode job : jobs) {
            String error = job.path("error").asString("");
            html.open("li")
                    .text("job ")
                    .element("code", job.path("id").asString(""))
                    .text(" (%s) is ".formatted(job.path("type").asString("")))
                    .element("b", job.path("status").asString(""))
                    .text(progress(job));
            if (!error.isEmpty()) {
                html.text(": ").element("span", error, "class", "bad");
            }
            html.close("li");
        }
        html.close("ul");
    }

    private static String progress(JsonNode job) {
        long total = job.path("total-progress").asLong(0);
        long current = job.path("current-progress").asLong(0);
        return total == 0 ? "" : ", %s of %s done".formatted(Numbers.grouped(current), Numbers.grouped(total));
    }

    private static void writeFiles(ReportContent.Machine machine, Html html) {
        html.open("p", "class", "files");
        for (String file : machine.files()) {
            html.element("a", file, "href", machine.taken().folder() + "/" + file)
                    .text(" ");
        }
        html.close("p");
    }

    private static void writeState(JsonNode state, Html html) {
        JsonNode notTaken = state.path(LiveState.NOT_TAKEN);
        if (notTaken.isString()) {
            html.element("p", "State not taken: " + notTaken.asString(), "class", "facts");
        }
        for (Map.Entry<String, JsonNode> reply : state.properties()) {
            JsonNode value = reply.getValue();
            if (value.isContainer() && !value.isEmpty()) {
                String count = value.isArray() ? " (%s)".formatted(value.size()) : "";
                ReportPage.fold(html, reply.getKey() + count, pretty(value), false);
            }
        }
    }

    static String pretty(JsonNode tree) {
        return pretty(tree, MOST_JSON);
    }

    /** Return the tree as lines, cut off where it is too long. */
    static String pretty(JsonNode tree, int mostCharacters) {
        try {
            String text = tree.isString() ? tree.asString() : PRETTY.writeValueAsString(tree);
            return text.length() <= mostCharacters
                    ? text
                    : "%s%n[%s characters more]"
                            .formatted(
                                    text.substring(0, mostCharacters), Numbers.grouped(text.length() - mostCharacters));
        } catch (JacksonException e) {
            return "[cannot be shown: %s]".formatted(e.getOriginalMessage());
        }
    }
}
