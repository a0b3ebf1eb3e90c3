package io.github.qmpjunit.junit.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.junit.report.RunTest.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunPageTest {

    private static final long SECOND = 1_000_000;

    @TempDir
    Path reports;

    private final RunId run = RunId.current();

    private RunFolder jvm(String name) {
        return new RunFolder(reports, run, "-" + name);
    }

    private static RunTest test(String name, Outcome outcome, long began, String message) {
        return new RunTest(
                "[engine:junit-jupiter]/[class:" + name + "]",
                name,
                outcome,
                message,
                outcome == Outcome.FAILED ? name + "/index.html" : "",
                began * SECOND,
                (began + 1) * SECOND,
                (began + 2) * SECOND,
                (began + 5) * SECOND,
                (began + 6) * SECOND,
                List.of(new RunMachine("vm", false, (began + 1) * SECOND, (began + 6) * SECOND)));
    }

    private String page() throws Exception {
        return Files.readString(reports.resolve("index.html"));
    }

    @Test
    void shows_the_tests_of_all_jvms_and_the_failures_first() throws Exception {
        RunPage.add(jvm("one"), test("passes", Outcome.PASSED, 0, ""));
        RunPage.add(jvm("two"), test("<b>fails", Outcome.FAILED, 1, "no <i>disk"));
        RunPage.write(jvm("one"), false);

        assertThat(page())
                .contains("1 failed, 1 passed")
                .contains("<a href=\"&lt;b&gt;fails/index.html\">&lt;b&gt;fails</a>")
                .contains("no &lt;i&gt;disk")
                .contains("2 machines, at most 2 at a time")
                .contains("waiting 2.0 s (17 %)", "start 2.0 s", "body 6.0 s", "stop 2.0 s")
                .doesNotContain("<i>disk");
        String tests = page().substring(page().indexOf("<tbody>"));
        assertThat(tests.indexOf("&lt;b&gt;fails</a>")).isLessThan(tests.indexOf(">passes<"));
    }

    @Test
    void is_there_only_where_something_has_failed_unless_it_is_wanted() throws Exception {
        RunPage.add(jvm("one"), test("passes", Outcome.PASSED, 0, ""));
        RunPage.write(jvm("one"), false);
        assertThat(reports.resolve("index.html")).doesNotExist();

        RunPage.write(jvm("one"), true);
        assertThat(page()).contains("1 passed");
    }

    @Test
    void reruns_of_a_test_stand_in_one_row() throws Exception {
        RunPage.add(jvm("one"), test("flaky", Outcome.FAILED, 0, "lost"));
        RunPage.add(jvm("two"), test("flaky", Outcome.PASSED, 10, ""));
        RunPage.write(jvm("one"), false);

        assertThat(page())
                .contains("1 flaky", "attempts: <a href=\"flaky/index.html\">1 failed</a> 2 passed", "lost")
                .containsOnlyOnce("<tr class=\"flaky\">");
    }

    @Test
    void a_killed_jvm_costs_at_most_its_last_line() throws Exception {
        RunPage.add(jvm("killed"), test("failed", Outcome.FAILED, 0, "boom"));
        Path data = files().get(0);
        Files.writeString(data, "{\"test\":\"x\",\"na", StandardOpenOption.APPEND);

        RunPage.write(jvm("other"), false);

        assertThat(page()).contains("1 failed", "boom");
    }

    private List<Path> files() throws Exception {
        try (Stream<Path> files = Files.list(reports.resolve(RunFolder.DATA))) {
            return files.filter(file -> file.toString().endsWith(".jsonl")).toList();
        }
    }

    @Test
    void what_a_run_that_is_over_has_left_is_removed() throws Exception {
        RunFolder over = new RunFolder(reports, new RunId(Long.MAX_VALUE, 1), "");
        RunPage.add(over, test("yesterday", Outcome.FAILED, 0, "old"));
        RunPage.write(over, false);
        assertThat(page()).contains("yesterday");

        RunPage.add(jvm("today"), test("today", Outcome.PASSED, 0, ""));

        assertThat(reports.resolve("index.html")).doesNotExist();
        assertThat(files())
                .hasSize(1)
                .allMatch(file -> file.getFileName().toString().startsWith(run + "-"));
    }

    @Test
    void jvms_that_write_at_the_same_time_leave_a_whole_page() throws Exception {
        List<Thread> writers = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            int number = i;
            writers.add(new Thread(() -> {
                RunFolder folder = jvm("jvm" + number);
                for (int j = 0; j < 20; j++) {
                    RunPage.add(folder, test("test-%s-%s".formatted(number, j), Outcome.FAILED, j, "x"));
                    RunPage.write(folder, false);
                }
            }));
        }
        for (Thread writer : writers) {
            writer.start();
        }
        for (Thread writer : writers) {
            writer.join(120_000);
        }

        assertThat(page()).contains("120 failed").endsWith("</html>\n");
        try (Stream<Path> left = Files.list(reports)) {
            assertThat(left.map(file -> file.getFileName().toString())).containsExactlyInAnyOrder(".run", "index.html");
        }
    }

    @Test
    void a_thousand_tests_stay_a_small_page() throws Exception {
        RunFolder folder = jvm("one");
        for (int i = 0; i < 1_000; i++) {
            RunPage.add(folder, test("test number " + i, i % 50 == 0 ? Outcome.FAILED : Outcome.PASSED, i, "why"));
        }
        RunPage.write(folder, false);

        assertThat(page()).contains("20 failed, 980 passed");
        assertThat(Files.size(reports.resolve("index.html"))).isLessThan(2_000_000);
    }

    @Test
    void a_folder_that_cannot_be_written_harms_nobody() throws Exception {
        Path file = Files.createFile(reports.resolve("file"));
        RunFolder folder = new RunFolder(file.resolve("reports"), run, "");

        RunPage.add(folder, test("x", Outcome.FAILED, 0, "x"));
        RunPage.write(folder, true);

        assertThat(file).isEmptyFile();
    }
}
