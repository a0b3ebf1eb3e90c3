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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;

/** On each test that fails there is a report, which the failure names. */
class ReportingTest {

    @TempDir
    Path reports;

    private EngineExecutionResults run(Class<?> type, String... configuration) {
        EngineTestKit.Builder kit = EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(type))
                .configurationParameter(ConfigurationKeys.REPORT_DIRECTORY, reports.toString());
        for (int i = 0; i < configuration.length; i += 2) {
            kit.configurationParameter(configuration[i], configuration[i + 1]);
        }
        return kit.execute();
    }

    private static Throwable failure(EngineExecutionResults results) {
        return results.allEvents().failed().stream()
                .map(event -> event.getRequiredPayload(TestExecutionResult.class)
                        .getThrowable()
                        .orElseThrow())
                .findFirst()
                .orElseThrow();
    }

    /** Return the last lines of a failure's message, which the extension has added. */
    private static List<String> notes(Throwable failure) {
        return Stream.concat(Stream.of(failure), Stream.ofNullable(failure.getCause()))
                .flatMap(one -> String.valueOf(one.getMessage()).lines())
                .filter(line -> line.startsWith("Report: ") || line.startsWith("When "))
                .toList();
    }

    private String page(Class<?> type, String test) throws IOException {
        return Files.readString(directory(type, test).resolve("index.html"));
    }

    private Path directory(Class<?> type, String test) {
        return reports.resolve(type.getName().replace('$', '_')).resolve(test);
    }

    @QemuTest
    static class Failing {

        @Test
        void fails(QmpClient qmp) {
            qmp.execute("query-version");
            throw new AssertionError("two is not three");
        }
    }

    @Test
    void a_test_that_fails_has_a_report_of_its_machine_as_it_was_then() throws IOException {
        Throwable failure = failure(run(Failing.class));

        Path report = directory(Failing.class, "fails");
        assertThat(failure)
                .isExactlyInstanceOf(AssertionError.class)
                .hasMessage("two is not three\nReport: "
                        + report.resolve("index.html").toUri());
        assertThat(page(Failing.class, "fails"))
                .contains("two is not three")
                .contains("query-version")
                .contains("Failing &gt; fails(QmpClient)");
        assertThat(report.resolve("vm/state.json"))
                .content()
                .contains("\"running\"")
                .contains("query-status");
        assertThat(report.resolve("vm/qmp.jsonl")).content().contains("query-version");
        assertThat(report.resolve("vm/command.sh")).isExecutable();
    }

    @QemuTest
    static class NotStarting {

        @Test
        @Vm(machine = "nope")
        void starts(QemuMachine vm) {}
    }

    @Test
    void a_start_that_fails_has_one_too() throws IOException {
        Throwable failure = failure(run(NotStarting.class));

        assertThat(notes(failure)).hasSize(1).allMatch(note -> note.startsWith("Report: "));
        assertThat(page(NotStarting.class, "starts"))
                .contains("the start of its machines")
                .contains("unsupported machine type");
        assertThat(directory(NotStarting.class, "starts").resolve("vm/stderr.log"))
                .content()
                .contains("unsupported machine type");
    }

    @QemuTest
    static class FailingBefore {

        @BeforeEach
        void before(QmpClient qmp) {
            qmp.execute("query-name");
            throw new AssertionError("not prepared");
        }

        @Test
        void runs() {}
    }

    @QemuTest
    @Vm(scope = Scope.CLASS)
    static class FailingBeforeAll {

        @BeforeAll
        static void before(QmpClient qmp) {
            qmp.execute("query-name");
            throw new AssertionError("not prepared at all");
        }

        @Test
        void runs() {}
    }

    @Test
    void so_have_BeforeEach_and_BeforeAll() throws IOException {
        assertThat(notes(failure(run(FailingBefore.class)))).hasSize(1);
        assertThat(page(FailingBefore.class, "runs")).contains("@BeforeEach").contains("query-name");

        assertThat(notes(failure(run(FailingBeforeAll.class)))).hasSize(1);
        assertThat(page(FailingBeforeAll.class, "class")).contains("@BeforeAll").contains("query-name");
    }

    @QemuTest
    static class Hanging {

        @Test
        @Timeout(value = 100, unit = TimeUnit.MILLISECONDS)
        void waits(QmpClient qmp) {
            qmp.events().next(EventMatcher.event("GUEST_PANICKED").withData("action", "pause"), Duration.ofMinutes(10));
        }
    }

    @Test
    void a_time_out_says_what_the_test_waited_for() throws IOException {
        Throwable failure = failure(run(Hanging.class));

        assertThat(notes(failure))
                .anyMatch(
                        note -> note.startsWith(
                                "When its time was over, the test waited for GUEST_PANICKED with data action = \"pause\", for "))
                .anyMatch(note -> note.startsWith("Report: "));
        assertThat(page(Hanging.class, "waits")).contains("by a timeout").contains("QmpEventListener.next");
    }

    @QemuTest
    static class Passing {

        @Test
        void passes(QmpClient qmp) {
            qmp.execute("query-name");
        }

        @Test
        void without_a_machine() {}
    }

    @Test
    void it_is_kept_always_or_never_where_that_is_wanted() throws IOException {
        run(Passing.class);
        assertThat(pages()).isEmpty();

        run(Passing.class, ConfigurationKeys.REPORT, "always");
        assertThat(page(Passing.class, "passes"))
                .contains(">Passed<")
                .doesNotContain("Failed in")
                .contains("The test has passed");
        assertThat(directory(Passing.class, "without_a_machine")).doesNotExist();

        assertThat(notes(failure(run(Failing.class, ConfigurationKeys.REPORT, "never"))))
                .isEmpty();
        assertThat(directory(Failing.class, "fails")).doesNotExist();
    }

    @QemuTest
    @Vm(
            scope = Scope.RUN,
            args = {"-name", "artefacts"})
    static class OfTheRun {

        @BeforeAll
        static void before(QemuMachine vm) {
            Runs.see("artefacts of a class", vm.artefacts());
        }

        @Test
        void one(QemuMachine vm) {
            Runs.see("artefacts of one", vm.artefacts());
        }

        @Test
        void other(QemuMachine vm) {
            Runs.see("artefacts of other", vm.artefacts());
        }
    }

    @Test
    void messages_about_a_shared_machine_name_the_folder_of_the_test_that_has_it() {
        run(OfTheRun.class);

        assertThat(Runs.seen("artefacts of a class")).containsExactly(Optional.of(directory(OfTheRun.class, "class")));
        assertThat(Runs.seen("artefacts of one")).containsExactly(Optional.of(directory(OfTheRun.class, "one")));
        assertThat(Runs.seen("artefacts of other")).containsExactly(Optional.of(directory(OfTheRun.class, "other")));
    }

    @QemuTest
    static class LeavingAJob {

        @Test
        void leaves_one(QmpClient qmp) {
            qmp.execute("blockdev-add", Map.of("driver", "null-co", "node-name", "a", "size", 1 << 20));
            qmp.execute("blockdev-add", Map.of("driver", "null-co", "node-name", "b", "size", 1 << 20));
            qmp.execute(
                    "blockdev-backup",
                    Map.of("job-id", "left", "device", "a", "target", "b", "sync", "full", "auto-finalize", false));
        }
    }

    @Test
    void what_the_checks_find_is_reported_like_any_failure() throws IOException {
        Throwable failure = failure(run(LeavingAJob.class));

        assertThat(failure)
                .hasMessageContaining("The test itself has passed, but its QEMU has a problem:\nQEMU \"vm\"")
                .hasMessageContaining("job \"left\" (backup) is still ");
        assertThat(notes(failure)).hasSize(1);
        assertThat(page(LeavingAJob.class, "leaves_one")).contains("the checks after the test");
    }

    private List<Path> pages() throws IOException {
        try (Stream<Path> files = Files.walk(reports)) {
            return files.filter(file -> file.endsWith("index.html"))
                    .filter(file -> !file.getParent().equals(reports)) // the page over the run
                    .sorted()
                    .toList();
        }
    }

    @QemuTest
    @Vm(scope = Scope.CLASS)
    @ParameterizedClass
    @ValueSource(strings = {"a", "b"})
    static class FailingInvocations {

        @Parameter
        String parameter;

        @Test
        void fails(QmpClient qmp) {
            throw new AssertionError("with " + parameter);
        }
    }

    @QemuTest
    abstract static class Heirs {

        @Nested
        class Inherited {

            @Test
            void fails(QmpClient qmp) {
                throw new AssertionError("inherited");
            }
        }
    }

    static class OneHeir extends Heirs {}

    static class OtherHeir extends Heirs {}

    @Test
    void each_unique_id_has_its_own_folder() throws IOException {
        run(FailingInvocations.class);
        assertThat(pages()).hasSize(2);
        assertThat(pages()).anySatisfy(page -> assertThat(page).content().contains("with a"));
        assertThat(pages()).anySatisfy(page -> assertThat(page).content().contains("with b"));

        run(OneHeir.class);
        run(OtherHeir.class);
        assertThat(pages()).hasSize(4);
    }

    @Test
    void the_attempts_of_a_test_that_is_run_again_lie_side_by_side() throws IOException {
        run(Failing.class);
        run(Failing.class);

        assertThat(pages())
                .containsExactlyInAnyOrder(
                        directory(Failing.class, "fails").resolve("index.html"),
                        directory(Failing.class, "fails-attempt-2").resolve("index.html"));
    }

    @QemuTest
    static class Dynamic {

        @TestFactory
        Stream<DynamicTest> factory(QmpClient qmp) {
            return Stream.of("one", "other")
                    .map(name -> DynamicTest.dynamicTest(name, () -> {
                        throw new AssertionError("dynamic " + name);
                    }));
        }
    }

    @QemuTest
    static class FailingConstructor {

        FailingConstructor(QmpClient qmp) {
            throw new AssertionError("not constructed");
        }

        @Test
        void test() {}
    }

    @QemuTest
    @Vm(scope = Scope.CLASS)
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    static class FailingConstructorOfAll extends FailingConstructor {

        FailingConstructorOfAll(QmpClient qmp) {
            super(qmp);
        }
    }

    @Test
    void each_phase_that_fails_has_a_report() throws IOException {
        EngineExecutionResults dynamic = run(Dynamic.class);
        assertThat(dynamic.allEvents().failed().count()).isEqualTo(2);
        assertThat(pages())
                .hasSize(2)
                .allSatisfy(page -> assertThat(page)
                        .content()
                        .contains("the dynamic test")
                        .contains("Dynamic &gt; factory(QmpClient) &gt; o"));
        assertThat(notes(failure(dynamic))).hasSize(1);

        assertThat(notes(failure(run(FailingConstructor.class)))).hasSize(1);
        assertThat(notes(failure(run(FailingConstructorOfAll.class)))).hasSize(1);
        assertThat(pages()).hasSize(4);
    }
}
