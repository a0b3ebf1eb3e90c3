package io.github.qmpjunit.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qmp.EventMatcher;
import io.github.qmpjunit.qmp.QmpClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.testkit.engine.EngineTestKit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The page over a run of tests on real machines, the coverage, and what a test's page tells of its waits. */
class RunLogTest {

    @TempDir
    Path reports;

    private void run(Class<?> type, String... configuration) {
        EngineTestKit.Builder kit = EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(type))
                .configurationParameter(ConfigurationKeys.REPORT_DIRECTORY, reports.toString());
        for (int i = 0; i < configuration.length; i += 2) {
            kit.configurationParameter(configuration[i], configuration[i + 1]);
        }
        kit.execute();
    }

    private String runPage() throws IOException {
        return Files.readString(reports.resolve("index.html"));
    }

    private List<JsonNode> tests() throws IOException {
        List<JsonNode> tests = new ArrayList<>();
        try (Stream<Path> files = Files.list(reports.resolve(".run"))) {
            for (Path file :
                    files.filter(data -> data.toString().endsWith(".jsonl")).toList()) {
                for (String line : Files.readAllLines(file)) {
                    JsonNode json = JsonMapper.shared().readTree(line);
                    if (json.has("test")) {
                        tests.add(json);
                    }
                }
            }
        }
        return tests;
    }

    private List<String> outcomes() throws IOException {
        return tests().stream()
                .map(test -> "%s %s"
                        .formatted(
                                test.path("name").asString("").replaceAll(".* > |\\(.*", ""),
                                test.path("outcome").asString("")))
                .sorted()
                .toList();
    }

    @QemuTest
    static class Mixed {

        @Test
        void passes(QmpClient qmp) {
            qmp.execute("query-name");
        }

        @Test
        void fails(QmpClient qmp) {
            qmp.execute("object-add", Map.of("qom-type", "secret", "id", "s", "data", "swordfish"));
            throw new AssertionError("two is not three\nswordfish");
        }

        @Test
        void fails_in_its_checks(QmpClient qmp) {
            qmp.execute("blockdev-add", Map.of("driver", "null-co", "node-name", "disk"));
            qmp.execute(
                    "blockdev-backup", Map.of("job-id", "j", "device", "disk", "target", "nowhere", "sync", "full"));
        }

        @Test
        void gives_up(QmpClient qmp) {
            Assumptions.abort("not today");
        }

        @Test
        @Disabled
        void is_skipped(QmpClient qmp) {}

        @Test
        @Vm(machine = "nope")
        void does_not_start(QmpClient qmp) {}
    }

    @Test
    void every_test_is_there_with_its_outcome_and_leads_to_its_own_page() throws IOException {
        run(Mixed.class);

        assertThat(outcomes())
                .containsExactly(
                        "does_not_start FAILED",
                        "fails FAILED",
                        "fails_in_its_checks FAILED",
                        "gives_up ABORTED",
                        "is_skipped SKIPPED",
                        "passes PASSED");
        assertThat(runPage())
                .contains("3 failed, 1 aborted, 1 skipped, 1 passed", "two is not three ***")
                .doesNotContain("swordfish");
        List<String> links = Pattern.compile("<a href=\"([^\"]*)\">Mixed")
                .matcher(runPage())
                .results()
                .map(MatchResult::group)
                .map(link -> link.replaceAll(".*href=\"|\">.*", ""))
                .toList();
        assertThat(links)
                .hasSize(3)
                .allSatisfy(link -> assertThat(reports.resolve(link)).isRegularFile());
    }

    @Test
    void the_phases_of_a_test_follow_each_other() throws IOException {
        run(Mixed.class);

        assertThat(tests()).allSatisfy(test -> {
            List<Long> times = Stream.of("began", "admitted", "ready", "over", "ended")
                    .map(phase -> test.path(phase).asLong())
                    .toList();
            assertThat(times).isSorted();
        });
        assertThat(tests())
                .filteredOn(test -> test.path("name").asString("").contains("passes"))
                .singleElement()
                .satisfies(test -> {
                    JsonNode machine = test.path("machines").path(0);
                    assertThat(machine.path("machine").asString()).isEqualTo("vm");
                    assertThat(machine.path("began").asLong())
                            .isBetween(
                                    test.path("admitted").asLong(),
                                    test.path("ready").asLong());
                    assertThat(machine.path("ended").asLong())
                            .isBetween(
                                    test.path("over").asLong(),
                                    test.path("ended").asLong());
                });
    }

    @QemuTest
    static class Green {

        @Test
        void passes(QmpClient qmp) {}
    }

    @Test
    void a_green_run_has_a_page_only_where_it_is_wanted() throws IOException {
        run(Green.class);
        assertThat(reports.resolve("index.html")).doesNotExist();

        run(Green.class, ConfigurationKeys.RUN_PAGE, "always");
        assertThat(runPage()).contains("1 passed", ">Passed<");
    }

    @Test
    void nothing_is_written_where_no_reports_are_wanted() {
        run(Mixed.class, ConfigurationKeys.REPORT, "never");

        assertThat(reports).isEmptyDirectory();
    }

    @QemuTest
    @Vm(scope = Scope.CLASS)
    @TestMethodOrder(MethodOrderer.MethodName.class)
    static class Sharing {

        @Test
        void a_leaves(QmpClient qmp) {
            qmp.execute("query-name");
        }

        @Test
        void b_fails(QemuMachine vm) {
            vm.qmp().execute("query-version");
            vm.qmp().events().next(EventMatcher.event("STOP"), Duration.ofMillis(300));
        }
    }

    @Test
    void the_page_of_a_test_tells_its_waits_with_their_lines_and_the_tests_before_it() throws IOException {
        run(Sharing.class);

        Path page = reports.resolve(Sharing.class.getName().replace('$', '_')).resolve("b_fails/index.html");
        assertThat(Files.readString(page))
                .contains("an earlier test on this machine:</b>", "Sharing &gt; a_leaves(QmpClient)")
                .contains("the handing over of")
                .containsPattern("<b>await</b> <span class=\"brief\">STOP</span> <i>in vain, \\d+ ms</i>")
                .containsPattern("class=\"src\" href=\"#s1l\\d+\">RunLogTest.java:\\d+</a>")
                .containsPattern("<p id=\"s1l\\d+\" class=\"failing\"><i>\\d+</i> *vm.qmp\\(\\).events\\(\\)");
        assertThat(runPage()).contains("vm (shared)");
        try (Stream<Path> data = Files.list(reports.resolve(".run"))) {
            assertThat(data.filter(file -> file.toString().endsWith(".jsonl")))
                    .allSatisfy(file -> assertThat(file).content().contains("{\"machine\":\"vm\",\"shared\":true"));
        }
    }

    @QemuTest
    static class Exercising {

        @Test
        void one(QmpClient qmp) {
            qmp.execute(
                    "blockdev-add",
                    Map.of("driver", "raw", "node-name", "d", "file", Map.of("driver", "null-co", "size", 512)));
            qmp.execute("stop");
        }
    }

    @QemuTest
    static class ExercisingMore {

        @Test
        void two(QmpClient qmp) {
            qmp.execute("blockdev-add", Map.of("driver", "null-aio", "node-name", "d", "discard", "unmap"));
        }
    }

    @Test
    void the_coverage_has_what_tests_have_used_of_the_schema_and_what_never() throws IOException {
        run(Exercising.class, ConfigurationKeys.COVERAGE, "true");
        run(ExercisingMore.class, ConfigurationKeys.COVERAGE, "true");

        JsonNode json = JsonMapper.shared().readTree(Files.readString(reports.resolve("coverage.json")));
        assertThat(json.propertyNames())
                .singleElement()
                .satisfies(qemu -> assertThat(qemu).matches("qemu-system-\\S+ \\d+\\.\\d+\\.\\d+.*"));
        JsonNode commands = json.values().iterator().next().path("commands");
        assertThat(commands.path("used").asInt()).isEqualTo(2);
        assertThat(commands.path("known").asInt()).isGreaterThan(150);
        assertThat(commands.path("exercised").propertyNames()).containsExactlyInAnyOrder("blockdev-add", "stop");
        JsonNode add = commands.path("exercised").path("blockdev-add");
        assertThat(add.path("members").path("driver").toString()).isEqualTo("[\"null-aio\",\"null-co\",\"raw\"]");
        assertThat(add.path("members").path("discard").toString()).isEqualTo("[\"unmap\"]");
        assertThat(add.path("members").path("node-name").toString()).isEqualTo("[]"); // a user's word is no value
        assertThat(add.path("values-never").path("discard").toString()).isEqualTo("[\"ignore\"]");
        assertThat(add.path("never").toString()).contains("\"read-only\"");
        assertThat(commands.path("never").toString()).contains("\"query-block\"", "\"qmp_capabilities\"");
        JsonNode events = json.values().iterator().next().path("events");
        assertThat(events.path("exercised").propertyNames()).contains("STOP");
        assertThat(reports.resolve("coverage.html")).content().contains("2 of ", "null-aio, null-co, raw");
    }

    @Test
    void without_being_asked_for_there_is_no_coverage() {
        run(Green.class);

        assertThat(reports.resolve("coverage.json")).doesNotExist();
    }
}
