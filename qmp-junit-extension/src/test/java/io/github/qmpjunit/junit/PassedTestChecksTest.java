package io.github.qmpjunit.junit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.QemuMachineBuilder;
import io.github.qmpjunit.qemu.process.QemuExitException;
import io.github.qmpjunit.qemu.process.StopLimits;
import io.github.qmpjunit.qmp.QmpClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.engine.reporting.ReportEntry;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EventType;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

/** What is looked at when a test has passed. */
class PassedTestChecksTest {

    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    static Path folder;

    private static Path warning;

    @BeforeAll
    static void writeScripts() throws IOException {
        warning = Runs.script(folder, "warning", """
                echo 'a trace line' >&2
                echo 'qemu-system-x86_64: warning: this is odd' >&2
                exec "$QEMU" "$@\"""");
    }

    private static Map<String, String> without(String checks) {
        return Map.of(ConfigurationKeys.WITHOUT, checks);
    }

    /** A job that goes on until it is cancelled. */
    static void startJob(QmpClient qmp, String id) {
        for (String node : List.of("src-" + id, "dst-" + id)) {
            qmp.execute("blockdev-add", Map.of("driver", "null-co", "node-name", node, "size", 1 << 30));
        }
        qmp.execute(
                "blockdev-mirror",
                Map.of("job-id", id, "device", "src-" + id, "target", "dst-" + id, "sync", "full", "speed", 1));
    }

    @QemuTest
    static class LeavingAJob {
        @Test
        void test(QmpClient qmp) {
            startJob(qmp, "mirror0");
        }
    }

    @QemuTest
    @Vm(without = Check.JOBS)
    static class LeavingAJobAllowed extends LeavingAJob {}

    static class LeavingAJobAllowedByBuilder {

        @RegisterExtension
        static final QemuExtension QEMU =
                QemuExtension.builder().without(Check.JOBS).build();

        @Test
        void test(QmpClient qmp) {
            startJob(qmp, "mirror0");
        }
    }

    @QemuTest
    static class ConcludedJob {
        @Test
        void test(QmpClient qmp) {
            qmp.execute("blockdev-add", Map.of("driver", "null-co", "node-name", "a", "size", 1 << 20));
            qmp.execute("blockdev-add", Map.of("driver", "null-co", "node-name", "b", "size", 1 << 20));
            qmp.execute(
                    "blockdev-backup",
                    Map.of("job-id", "j", "device", "a", "target", "b", "sync", "full", "auto-dismiss", false));
            qmp.events()
                    .next(
                            io.github.qmpjunit.qmp.EventMatcher.event("JOB_STATUS_CHANGE")
                                    .withData("status", "concluded"),
                            SOON);
        }
    }

    @Test
    void a_job_that_still_runs_fails_the_test() {
        Throwable failure = Runs.onlyFailureOf(LeavingAJob.class);

        assertThat(failure)
                .isInstanceOf(AssertionFailedError.class)
                .hasMessageStartingWith(
                        "The test itself has passed, but its QEMU has a problem:\nQEMU \"vm\" is running (pid ")
                .hasMessageContaining(
                        "job \"mirror0\" (mirror) is still running. Wait for its end, for example with assertThat(qmp).job(\"mirror0\").succeeds(), or cancel it");
        Runs.runWell(LeavingAJobAllowed.class);
        Runs.runWell(LeavingAJobAllowedByBuilder.class);
        Runs.runWell(without("jobs"), LeavingAJob.class);
        Runs.runWell(ConcludedJob.class);
    }

    @QemuTest
    static class LeavingTwoJobs {
        @Test
        void test(@Vm(value = "a", paused = true) QmpClient a, @Vm(value = "b", paused = true) QmpClient b) {
            startJob(a, "of-a");
            startJob(b, "of-b");
        }
    }

    @Test
    void all_machines_are_told_of() {
        assertThat(Runs.onlyFailureOf(LeavingTwoJobs.class))
                .hasMessageContaining("\nQEMU \"a\" is running")
                .hasMessageContaining("job \"of-a\"")
                .hasMessageContaining("\nQEMU \"b\" is running")
                .hasMessageContaining("job \"of-b\"");
    }

    @QemuTest
    static class LeavingManyJobs {
        @Test
        void test(
                @Vm(value = "z", paused = true) QmpClient z,
                @Vm(value = "b", paused = true) QmpClient b,
                @Vm(value = "y", paused = true) QmpClient y,
                @Vm(value = "a", paused = true) QmpClient a) {
            for (QmpClient qmp : List.of(a, b, y, z)) {
                startJob(qmp, "of-" + qmp.name());
            }
        }
    }

    @Test
    void machines_are_told_of_in_the_order_in_which_they_are_asked_for() {
        assertThat(Runs.onlyFailureOf(LeavingManyJobs.class).getMessage())
                .containsSubsequence("job \"of-z\"", "job \"of-b\"", "job \"of-y\"", "job \"of-a\"");
    }

    @QemuTest
    static class FailingWithAJob {
        @Test
        void test(QmpClient qmp) {
            startJob(qmp, "mirror0");
            throw new AssertionError("the test's own failure");
        }
    }

    @QemuTest
    static class FailingAfterwards {
        @Test
        void test(QmpClient qmp) {
            startJob(qmp, "mirror0");
        }

        @AfterEach
        void after() {
            throw new AssertionError("the test's own failure");
        }
    }

    @QemuTest
    static class AbortedWithAJob {
        @Test
        void test(QmpClient qmp) {
            startJob(qmp, "mirror0");
            throw new TestAbortedException("not today");
        }
    }

    @Test
    void a_test_that_has_not_passed_is_not_looked_at() {
        for (Class<?> testCase : List.of(FailingWithAJob.class, FailingAfterwards.class)) {
            assertThat(Runs.onlyFailureOf(testCase))
                    .hasMessage("the test's own failure")
                    .hasNoSuppressedExceptions();
        }
        Runs.run(AbortedWithAJob.class)
                .testEvents()
                .assertStatistics(statistics -> statistics.aborted(1).failed(0));
    }

    static class WarningQemu implements VmFactory {
        @Override
        public void define(QemuMachineBuilder vm, ExtensionContext context) {
            vm.binary(warning);
        }
    }

    @QemuTest
    @Vm(factory = WarningQemu.class)
    static class Warning {
        @Test
        void test(QemuMachine vm) {}
    }

    @QemuTest
    @Vm(factory = WarningQemu.class, without = Check.STDERR)
    static class WarningUnlooked extends Warning {}

    @QemuTest
    @Vm(factory = WarningQemu.class, allowedStderr = "this is o.d$")
    static class WarningAllowed extends Warning {}

    @QemuTest
    @Vm(factory = WarningQemu.class, allowedStderr = "something else")
    static class OtherWarningAllowed extends Warning {}

    static class WarningAllowedByBuilder {

        @RegisterExtension
        static final QemuExtension QEMU = QemuExtension.builder()
                .vm(vm -> vm.binary(warning))
                .allowedStderr("this is odd")
                .build();

        @Test
        void test(QemuMachine vm) {}
    }

    static class WarningOfABuilder {

        @RegisterExtension
        static final QemuExtension QEMU =
                QemuExtension.builder().vm(vm -> vm.binary(warning)).build();

        @Test
        void test(QemuMachine vm) {}
    }

    @Test
    void the_hint_about_a_warning_speaks_the_language_of_the_definition() {
        assertThat(Runs.onlyFailureOf(WarningOfABuilder.class))
                .hasMessageContaining(
                        "If that is expected, allow it: allowedStderr(\"...\") of the extension's builder, or for all machines qmpjunit.allowed-stderr = ...");
    }

    @Test
    void a_warning_on_the_standard_error_fails_the_test_unless_it_is_allowed() {
        assertThat(Runs.onlyFailureOf(Warning.class))
                .isInstanceOf(AssertionFailedError.class)
                .hasMessageContaining(
                        "it has written to its standard error:\n    qemu-system-x86_64: warning: this is odd\n  If that is expected, allow it: @Vm(allowedStderr = \"...\"), or for all machines qmpjunit.allowed-stderr = ...");
        assertThat(Runs.onlyFailureOf(OtherWarningAllowed.class)).hasMessageContaining("this is odd");
        Runs.runWell(WarningUnlooked.class);
        Runs.runWell(WarningAllowed.class);
        Runs.runWell(WarningAllowedByBuilder.class);
        Runs.runWell(without("stderr"), Warning.class);
        Runs.runWell(Map.of(ConfigurationKeys.ALLOWED_STDERR, "is odd"), Warning.class);
    }

    @QemuTest
    @Vm(factory = WarningQemu.class, scope = Scope.CLASS)
    @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
    static class WarningShared {
        @Test
        @Order(1)
        void first(QemuMachine vm) {
            vm.stderr().awaitLine("this is odd", SOON);
        }

        @Test
        @Order(2)
        void second(QemuMachine vm) {}
    }

    @Test
    void of_a_shared_machine_each_warning_fails_one_test() {
        assertThat(Runs.failed(Runs.run(WarningShared.class))).containsExactly("first(QemuMachine)");
    }

    static class WarningOfACommand implements VmFactory {

        private static Path warning;

        @Override
        public void define(QemuMachineBuilder vm, ExtensionContext context) {
            vm.binary(warning);
        }
    }

    @QemuTest
    @Vm(factory = WarningOfACommand.class)
    static class WarningWithoutName {
        @Test
        void test(QemuMachine vm) {}
    }

    @Test
    void so_does_one_of_a_command_where_QEMU_leaves_out_its_name() throws IOException {
        WarningOfACommand.warning = Runs.script(folder, "nameless", """
                echo 'no warning: of ours' >&2
                echo 'warning: The target block device doesn'"'"'t support discard' >&2
                exec "$QEMU" "$@\"""");

        assertThat(Runs.onlyFailureOf(WarningWithoutName.class))
                .hasMessageContaining(":\n    warning: The target block device doesn't support discard\n  If");
    }

    static class WarningOfASecret implements VmFactory {

        private static Path warning;

        @Override
        public void define(QemuMachineBuilder vm, ExtensionContext context) {
            vm.binary(warning).object("secret", Map.of("id", "s0", "data", "hunter-22"));
        }
    }

    @QemuTest
    @Vm(factory = WarningOfASecret.class)
    static class WarningWithASecret {
        @Test
        void test(QemuMachine vm) {}
    }

    @Test
    void a_warning_does_not_tell_a_secret() throws IOException {
        WarningOfASecret.warning = Runs.script(folder, "telling", """
                echo 'qemu-system-x86_64: warning: hunter-22 is weak' >&2
                exec "$QEMU" "$@\"""");

        assertThat(Runs.onlyFailureOf(WarningWithASecret.class))
                .hasMessageContaining(":\n    qemu-system-x86_64: warning: *** is weak\n  If");
    }

    @QemuTest
    static class Dying {
        @Test
        void test(QemuMachine vm) {
            die(vm);
        }

        static void die(QemuMachine vm) {
            ProcessHandle.of(vm.pid()).orElseThrow().destroyForcibly();
            vm.awaitExit(SOON);
        }
    }

    @QemuTest
    @Vm(without = Check.EXIT)
    static class DyingAllowed extends Dying {}

    static class DyingAllowedByBuilder {

        @RegisterExtension
        static final QemuExtension QEMU =
                QemuExtension.builder().without(Check.EXIT).build();

        @Test
        void test(QemuMachine vm) {
            Dying.die(vm);
        }
    }

    @QemuTest
    @Vm(scope = Scope.CLASS)
    static class DyingShared extends Dying {}

    @Test
    void a_qemu_that_has_died_fails_the_test() {
        assertThat(Runs.onlyFailureOf(Dying.class))
                .isInstanceOf(QemuExitException.class)
                .hasMessageContaining("was ended by signal 9");
        assertThat(Runs.onlyFailureOf(DyingShared.class)).isInstanceOf(QemuExitException.class);
        Runs.runWell(DyingAllowed.class);
        Runs.runWell(DyingAllowedByBuilder.class);
        Runs.runWell(without("exit, jobs"), Dying.class);
        Runs.runWell(without("exit"), DyingShared.class);
    }

    static class Impatient implements VmFactory {
        @Override
        public void define(QemuMachineBuilder vm, ExtensionContext context) {
            vm.stopLimits(new StopLimits(Duration.ofMillis(200), Duration.ofMillis(200), SOON));
        }
    }

    @QemuTest
    @Vm(factory = Impatient.class, without = Check.JOBS)
    static class Hanging {
        @Test
        void test(QemuMachine vm) throws Exception {
            new ProcessBuilder("kill", "-STOP", Long.toString(vm.pid())).start().waitFor();
        }
    }

    @Test
    void a_qemu_that_hangs_fails_the_test() {
        assertThat(Runs.onlyFailureOf(Hanging.class))
                .isInstanceOf(QemuExitException.class)
                .hasMessageStartingWith("QEMU \"vm\" hung, and was ended by SIGKILL");
        Runs.runWell(without("exit"), Hanging.class);
    }

    @QemuTest
    @Vm(scope = Scope.CLASS)
    @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
    static class LeavingNodes {

        @Test
        @Order(1)
        void leaves_one(QmpClient qmp) {
            add(qmp, "left0");
            add(qmp, "gone0");
            qmp.execute("blockdev-del", Map.of("node-name", "gone0"));
        }

        @Test
        @Order(2)
        void leaves_nothing(QmpClient qmp) {}

        @Test
        @Order(3)
        void leaves_another_and_fails(QmpClient qmp) {
            add(qmp, "left1");
            throw new AssertionError("the test's own failure");
        }

        private static void add(QmpClient qmp, String node) {
            qmp.execute("blockdev-add", Map.of("driver", "null-co", "node-name", node));
        }
    }

    @QemuTest
    @Vm(scope = Scope.CLASS, without = Check.LEFTOVERS)
    static class LeavingNodesAllowed {
        @Test
        void test(QmpClient qmp) {
            LeavingNodes.add(qmp, "left0");
        }
    }

    @QemuTest
    @Vm(scope = Scope.CLASS)
    static class LeavingAnFdSet {
        @Test
        void test(QmpClient qmp) throws IOException {
            try (java.io.FileInputStream file = new java.io.FileInputStream("/dev/null")) {
                qmp.execute(io.github.qmpjunit.qmp.QmpCommand.of("add-fd", Map.of("fdset-id", 7))
                        .withFds(file.getFD()));
            }
        }
    }

    static class Faulty implements VmFactory {
        @Override
        public void define(QemuMachineBuilder vm, ExtensionContext context) {
            vm.faultyDisk("disk0", Map.of("driver", "null-co", "size", 1 << 20));
        }
    }

    @QemuTest
    @Vm(machine = "pc", factory = Faulty.class, scope = Scope.CLASS)
    @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
    static class LeavingWhatIsOurs {

        @Test
        @Order(1)
        @SuppressWarnings("resource") // the extension undoes it
        void leaves_a_fault(QemuMachine vm) {
            vm.faults().failReads("disk0");
        }

        @Test
        @Order(2)
        void leaves_a_snapshot(QemuMachine vm) {
            vm.snapshot();
        }
    }

    @Test
    void what_the_extension_undoes_or_keeps_for_itself_is_not_left_by_the_test() {
        assertThat(leftovers(Runs.runWell(LeavingWhatIsOurs.class))).isEmpty();
    }

    private static List<String> leftovers(EngineExecutionResults results) {
        return results.allEvents().stream()
                .filter(event -> event.getType() == EventType.REPORTING_ENTRY_PUBLISHED)
                .map(event -> event.getRequiredPayload(ReportEntry.class).getKeyValuePairs())
                .filter(pairs -> pairs.containsKey(LeftoversReport.KEY))
                .map(pairs -> pairs.get(LeftoversReport.KEY))
                .toList();
    }

    @Test
    void what_is_left_on_a_shared_machine_is_reported() {
        EngineExecutionResults results = Runs.run(LeavingNodes.class);

        assertThat(Runs.failed(results)).containsExactly("leaves_another_and_fails(QmpClient)");
        assertThat(leftovers(results))
                .containsExactly(
                        "leaves_one(QmpClient) leaves on the machine, which other tests use after it: block nodes left0",
                        "leaves_another_and_fails(QmpClient) leaves on the machine, which other tests use after it: block nodes left1");
        assertThat(leftovers(Runs.runWell(LeavingAnFdSet.class)))
                .containsExactly(
                        "test(QmpClient) leaves on the machine, which other tests use after it: file descriptor sets 7");
        assertThat(leftovers(Runs.runWell(LeavingNodesAllowed.class))).isEmpty();
        assertThat(leftovers(Runs.run(without("leftovers"), LeavingNodes.class)))
                .isEmpty();
    }

    @QemuTest
    static class BackupToATargetWithoutBlockSize {
        @Test
        void test(QemuMachine vm) {
            vm.qmp().execute("blockdev-add", Map.of("driver", "null-co", "node-name", "a", "size", 1 << 20));
            vm.qmp().execute("blockdev-add", Map.of("driver", "null-co", "node-name", "b", "size", 1 << 20));
            vm.qmp()
                    .execute(
                            "blockdev-backup",
                            Map.of("job-id", "j", "device", "a", "target", "b", "sync", "full", "auto-dismiss", false));
            vm.stderr().awaitLine("block size", SOON);
            vm.qmp()
                    .events()
                    .next(
                            io.github.qmpjunit.qmp.EventMatcher.event("JOB_STATUS_CHANGE")
                                    .withData("status", "concluded"),
                            SOON);
        }
    }

    @Test
    void a_known_warning_is_no_complaint_unless_the_list_is_replaced(@TempDir Path dir) throws IOException {
        Path list = Files.writeString(dir.resolve("list"), "# ours\n7.2 | this is odd\n");

        Runs.runWell(BackupToATargetWithoutBlockSize.class);
        Runs.runWell(known(list.toString()), Warning.class);
        assertThat(Runs.onlyFailureOf(known(list.toString()), BackupToATargetWithoutBlockSize.class))
                .hasMessageContaining("warning: The target block device doesn't provide information");
        assertThat(Runs.onlyFailureOf(known("none"), BackupToATargetWithoutBlockSize.class))
                .hasMessageContaining("warning: The target block device doesn't provide information");
    }

    @Test
    void a_list_of_known_warnings_that_cannot_be_read_fails_the_tests(@TempDir Path dir) throws IOException {
        Path list = Files.writeString(dir.resolve("list"), "this is odd\n");

        assertThat(Runs.onlyFailureOf(known(list.toString()), Warning.class))
                .hasMessageContaining("has no QEMU version: \"this is odd\". Write \"7.2 10.0 | regular expression\"");
        assertThat(Runs.onlyFailureOf(known("/nowhere"), Warning.class))
                .hasMessageContaining("Cannot read the file that qmpjunit.known-warnings names")
                .hasMessageContaining("/nowhere");
    }

    private static Map<String, String> known(String value) {
        return Map.of(ConfigurationKeys.KNOWN_WARNINGS, value);
    }
}
