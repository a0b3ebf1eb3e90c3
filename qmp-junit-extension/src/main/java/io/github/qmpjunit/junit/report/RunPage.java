package io.github.qmpjunit.junit.report;

import io.github.qmpjunit.internal.Numbers;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.apiguardian.api.API;
import tools.jackson.databind.JsonNode;

/**
 * Writes the page over a run: its tests, the failures first, where the time went, and how many machines there were at each moment.
 *
 * <p>The page is rebuilt from the lines that all JVMs of the run have written so far, see {@link RunFolder}.
 */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public final class RunPage {

    static final String PAGE = "index.html";

    private static final int MOST_TESTS = 20_000;

    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final List<RunTest> tests = new ArrayList<>();
    private final List<RunMachine> shared = new ArrayList<>();
    private final boolean hasCoverage;

    private RunPage(List<JsonNode> lines) {
        boolean coverage = false;
        for (JsonNode line : lines) {
            if (line.has("test") && tests.size() < MOST_TESTS) {
                tests.add(RunTest.of(line));
            } else if (line.has("machine")) {
                shared.add(RunMachine.of(line));
            }
            coverage |= line.has("coverage");
        }
        hasCoverage = coverage;
        tests.sort(Comparator.comparingLong(RunTest::began));
    }

    /**
     * Add an execution of a test to the run.
     *
     * @param folder the run's folder
     * @param test the test
     */
    public static void add(RunFolder folder, RunTest test) {
        folder.append(test.json());
    }

    /**
     * Add a machine that tests have shared.
     *
     * @param folder the run's folder
     * @param machine the machine
     */
    public static void add(RunFolder folder, RunMachine machine) {
        folder.append(machine.json());
    }

    /**
     * Write the page, if something has failed or it is wanted in any case.
     *
     * @param folder the run's folder
     * @param always whether it is wanted in any case
     */
    public static void write(RunFolder folder, boolean always) {
        folder.write("The page over this run", (lines, directory) -> {
            RunPage page = new RunPage(lines);
            if (always || page.tests.stream().anyMatch(test -> test.outcome() == RunTest.Outcome.FAILED)) {
                RunFolder.replace(directory.resolve(PAGE), page.html(directory));
            }
        });
    }

    /** All executions of one test, the first one first. */
    private record Group(List<RunTest> attempts) {

        RunTest last() {
            return attempts.get(attempts.size() - 1);
        }

        boolean hasFailed() {
            return attempts.stream().anyMatch(test -> test.outcome() == RunTest.Outcome.FAILED);
        }

        boolean isFlaky() {
            return hasFailed() && last().outcome() == RunTest.Outcome.PASSED;
        }

        int rank() {
            if (hasFailed()) {
                return isFlaky() ? 1 : 0;
            }
            return switch (last().outcome()) {
                case FAILED, ABORTED -> 2;
                case SKIPPED -> 3;
                case PASSED -> 4;
            };
        }

        String outcome() {
            return isFlaky() ? "flaky" : last().outcome().name().toLowerCase(Locale.ROOT);
        }

        /** Return the attempt to show: the last one that has failed, if any. */
        RunTest shown() {
            RunTest shown = last();
            for (RunTest attempt : attempts) {
                if (attempt.outcome() == RunTest.Outcome.FAILED) {
                    shown = attempt;
                }
            }
            return shown;
        }
    }

    private List<Group> groups() {
        Map<String, List<RunTest>> byId = new LinkedHashMap<>();
        tests.forEach(test ->
                byId.computeIfAbsent(test.id(), absent -> new ArrayList<>()).add(test));
        return byId.values().stream()
                .map(Group::new)
                .sorted(Comparator.comparingInt(Group::rank))
                .toList();
    }

    private String html(Path directory) throws IOException {
        List<Group> groups = groups();
        return Pages.of(
                "run",
                Map.of(
                        "title", Html.escape(verdict(groups)),
                        "summary", summary(groups, directory).toString(),
                        "chart", RunChart.of(tests, machines()).toString(),
                        "tests", table(groups).toString()));
    }

    private List<RunMachine> machines() {
        List<RunMachine> all = new ArrayList<>(shared);
        tests.forEach(test ->
                test.machines().stream().filter(machine -> !machine.shared()).forEach(all::add));
        return all;
    }

    private static String verdict(List<Group> groups) {
        Map<String, Long> counts = groups.stream()
                .collect(Collectors.groupingBy(Group::outcome, LinkedHashMap::new, Collectors.counting()));
        return counts.entrySet().stream()
                .map(count -> "%s %s".formatted(Numbers.grouped(count.getValue()), count.getKey()))
                .collect(Collectors.joining(", "));
    }

    private Html summary(List<Group> groups, Path directory) {
        Html html = new Html();
        boolean failed = groups.stream().anyMatch(group -> group.outcome().equals("failed"));
        html.element("p", failed ? "Failed" : "Passed", "class", failed ? "verdict" : "verdict passed");
        html.element("h1", verdict(groups));
        html.element("p", directory.toString(), "class", "facts");
        long began = tests.stream().mapToLong(RunTest::began).min().orElse(0);
        long ended = tests.stream().mapToLong(RunTest::ended).max().orElse(0);
        long busy =
                tests.stream().mapToLong(test -> test.ended() - test.began()).sum();
        html.open("p", "class", "facts")
                .text("%s, from %s \u00b7 %s machines, at most %s at a time \u00b7 on average %s tests at a time"
                        .formatted(
                                duration(ended - began),
                                CLOCK.format(Instant.ofEpochMilli(began / 1000)),
                                Numbers.grouped(machines().size()),
                                RunChart.most(machines(), ended),
                                String.format(Locale.ROOT, "%.1f", busy / (double) Math.max(1, ended - began))));
        if (hasCoverage) {
            html.text(" \u00b7 ").element("a", "what of QMP was exercised", "href", CoveragePage.PAGE);
        }
        html.close("p");
        writeTime(html);
        return html;
    }

    private void writeTime(Html html) {
        long waited =
                tests.stream().mapToLong(test -> test.admitted() - test.began()).sum();
        long start =
                tests.stream().mapToLong(test -> test.ready() - test.admitted()).sum();
        long body = tests.stream().mapToLong(test -> test.over() - test.ready()).sum();
        long stop = tests.stream().mapToLong(test -> test.ended() - test.over()).sum();
        double all = Math.max(1, waited + start + body + stop);
        html.open("p", "class", "spent");
        spent(html, "waiting", waited, all);
        spent(html, "start", start, all);
        spent(html, "body", body, all);
        spent(html, "stop", stop, all);
        html.close("p");
    }

    private static void spent(Html html, String what, long micros, double all) {
        html.open(
                        "span",
                        "class",
                        "part " + what,
                        "style",
                        "flex-grow: %s".formatted(String.format(Locale.ROOT, "%.4f", micros / all)))
                .close("span")
                .element(
                        "span",
                        "%s %s (%s %%)".formatted(what, duration(micros), Math.round(100 * micros / all)),
                        "class",
                        "label " + what);
    }

    private Html table(List<Group> groups) {
        long longest = Math.max(
                1,
                tests.stream()
                        .mapToLong(test -> test.ended() - test.began())
                        .max()
                        .orElse(1));
        Html html = new Html();
        html.open("table", "id", "tests").open("thead").open("tr");
        for (String head : List.of("outcome", "test", "machines", "waiting", "start", "body", "stop", "all")) {
            html.element("th", head, "scope", "col", "data-sort", head);
        }
        html.close("tr").close("thead").open("tbody").newline();
        groups.forEach(group -> writeRow(group, longest, html));
        html.close("tbody").close("table");
        return html;
    }

    private static void writeRow(Group group, long longest, Html html) {
        RunTest test = group.shown();
        html.open("tr", "class", group.outcome());
        html.open("td").element("span", group.outcome(), "class", "outcome " + group.outcome());
        if (group.attempts().size() > 1) {
            html.open("span", "class", "attempts").text("attempts: ");
            for (int i = 0; i < group.attempts().size(); i++) {
                RunTest attempt = group.attempts().get(i);
                String label = (i + 1) + " " + attempt.outcome().name().toLowerCase(Locale.ROOT);
                link(label, attempt.report(), html);
                html.text(" ");
            }
            html.close("span");
        }
        html.close("td").open("td", "class", "name");
        link(test.name(), test.report(), html);
        if (!test.message().isEmpty()) {
            html.element("p", test.message(), "class", "why");
        }
        html.close("td");
        html.element(
                "td",
                test.machines().stream()
                        .map(machine -> machine.shared() ? machine.name() + " (shared)" : machine.name())
                        .collect(Collectors.joining(", ")));
        time(test.admitted() - test.began(), html);
        time(test.ready() - test.admitted(), html);
        time(test.over() - test.ready(), html);
        time(test.ended() - test.over(), html);
        long all = test.ended() - test.began();
        html.open("td", "class", "time", "data-value", Long.toString(all)).text(duration(all));
        html.open(
                        "span",
                        "class",
                        "length",
                        "style",
                        "width: %s%%".formatted(String.format(Locale.ROOT, "%.2f", 100.0 * all / longest)))
                .close("span")
                .close("td");
        html.close("tr").newline();
    }

    private static void link(String text, String address, Html html) {
        if (address.isEmpty()) {
            html.text(text);
        } else {
            html.element("a", text, "href", address);
        }
    }

    private static void time(long micros, Html html) {
        html.element("td", micros < 1000 ? "" : duration(micros), "class", "time", "data-value", Long.toString(micros));
    }

    private static String duration(long micros) {
        return PageTime.duration(Duration.ofNanos(micros * 1000));
    }
}
