package io.github.qmpjunit.assertj;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.qmp.EventMatcher.event;
import static io.github.qmpjunit.qmp.QmpEvents.JOB_STATUS_CHANGE;
import static io.github.qmpjunit.qmp.QmpEvents.RESUME;
import static io.github.qmpjunit.qmp.QmpEvents.STOP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.junit.Vm;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qmp.QmpClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code awaitEvent} on a real QEMU. */
@QemuTest
class AwaitEventTest {

    private static final Duration SHORT = Duration.ofMillis(60);

    private static void createImage(QmpClient qmp, Path dir, String job) throws IOException {
        Path file = Files.createFile(dir.resolve(job));
        qmp.execute("blockdev-add", Map.of("driver", "file", "node-name", job + "-file", "filename", file));
        qmp.execute(
                "blockdev-create",
                Map.of("job-id", job, "options", Map.of("driver", "qcow2", "file", job + "-file", "size", 1 << 20)));
    }

    @Test
    void a_qemu_that_does_not_answer_holds_up_no_wait_for_its_status(QemuMachine vm) throws Exception {
        assertThat(new ProcessBuilder("sh", "-c", "kill -STOP " + vm.pid())
                        .start()
                        .waitFor())
                .isZero();

        long started = System.nanoTime();
        assertThatThrownBy(() -> assertThat(vm).within(SHORT).awaitStatus("paused"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("to have status \"paused\"\nwithin 60 ms, but the last answer was:\n  (none");
        assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(10));
        vm.kill();
    }

    @Test
    void narrows_the_wait_instead_of_checking_the_first_event(QmpClient qmp, @TempDir Path dir) throws IOException {
        createImage(qmp, dir, "create0");

        assertThat(qmp)
                .awaitEvent(JOB_STATUS_CHANGE)
                .withData("id", "create0")
                .withData("status", "concluded")
                .satisfies(found ->
                        assertThat(found.data().path("status").asString()).isEqualTo("concluded"));
    }

    @Test
    void one_jobs_event_is_never_taken_for_anothers(QmpClient qmp, @TempDir Path dir) throws IOException {
        createImage(qmp, dir, "one");
        assertThat(qmp).awaitEvent(JOB_STATUS_CHANGE).withData("status", "concluded");

        assertThatThrownBy(() -> assertThat(qmp)
                        .within(SHORT)
                        .awaitEvent(JOB_STATUS_CHANGE)
                        .withData("status", "concluded"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("matches, but an earlier assertion has consumed it");
        createImage(qmp, dir, "two");
        assertThat(qmp)
                .awaitEvent(JOB_STATUS_CHANGE)
                .withData("status", "concluded")
                .withData("id", "two");
    }

    @Test
    void what_came_before_the_assertion_counts_and_skipped_events_stay(QmpClient qmp) {
        qmp.execute("stop");
        qmp.execute("cont");

        assertThat(qmp).awaitEvent(RESUME);
        assertThat(qmp).awaitEvent(STOP);
    }

    @Test
    void takes_nothing_from_the_clients_own_listeners(QmpClient qmp) {
        qmp.execute("stop");

        assertThat(qmp).awaitEvent("STOP");

        assertThat(qmp.events().next(Duration.ZERO)).hasToString("STOP");
    }

    @Test
    void an_event_may_be_named_by_a_matcher_or_met_by_a_predicate(QmpClient qmp, @TempDir Path dir) throws IOException {
        createImage(qmp, dir, "create0");

        assertThat(qmp).awaitEvent(event(JOB_STATUS_CHANGE).withData("status", "created"));
        assertThat(qmp)
                .awaitEvent(JOB_STATUS_CHANGE)
                .withDataContaining(Map.of("id", "create0"))
                .withDataMatching(
                        "status", "begins with r", status -> status.asString().startsWith("r"))
                .withData("status", "running");

        // QEMU 7.2 may abort when it quits while the job still runs: "!qemu_in_coroutine()" in block/io.c.
        assertThat(qmp).awaitEvent(JOB_STATUS_CHANGE).withData("status", "concluded");
    }

    @Test
    void a_time_out_lists_what_was_seen_and_what_differed(QmpClient qmp) {
        qmp.execute("stop");
        qmp.execute("cont");

        AssertionError error = catchThrowableOfType(
                AssertionError.class,
                () -> assertThat(qmp)
                        .as("the machine stops for good")
                        .within(SHORT)
                        .awaitEvent(STOP)
                        .withData("reason", "panic"));

        assertThat(error.getMessage()
                        .replaceAll("[\\d.]+ (us|ms|s) (before|into) the wait", "T")
                        .replaceAll("pid \\d+", "pid 42"))
                .isEqualTo("""
                [the machine stops for good]\s
                Expecting QMP client "vm":
                  to receive STOP with data reason = "panic"
                within 60 ms, but no such event came.
                All events, in order; > marks near misses:
                > T  STOP    <- reason is missing
                  T  RESUME
                The machine's status is "running".
                QEMU "vm" is running (pid 42).""");
    }

    @Test
    void a_time_out_says_where_nothing_of_that_name_came_or_nothing_at_all(QmpClient qmp) {
        assertThatThrownBy(() -> assertThat(qmp).within(SHORT).awaitEvent(STOP))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("within 60 ms, but it has received no event at all.\n");
        qmp.execute("stop");
        assertThatThrownBy(() -> assertThat(qmp).within(SHORT).awaitEvent(RESUME))
                .hasMessageContaining("within 60 ms, but no event of that name came.\nAll events,");
    }

    @Test
    void a_failure_points_to_the_line_of_the_test(QmpClient qmp) {
        AssertionError error = catchThrowableOfType(
                AssertionError.class, () -> assertThat(qmp).within(SHORT).awaitEvent(STOP));

        assertThat(error.getStackTrace()[0].getClassName()).isEqualTo(AwaitEventTest.class.getName());
    }

    @Test
    void narrowing_goes_on_within_the_one_time_out(QmpClient qmp) {
        qmp.execute("stop");
        long before = System.nanoTime();

        assertThatThrownBy(() -> assertThat(qmp)
                        .within(Duration.ofMillis(300))
                        .withoutSchemaCheck()
                        .awaitEvent(STOP)
                        .withData("never", 1))
                .hasMessageContaining("within 300 ms");

        assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThanOrEqualTo(Duration.ofMillis(300));
        assertThat(qmp)
                .as("what was not the one stays for the next")
                .within(SHORT)
                .awaitEvent(STOP);
    }

    @Test
    void a_qemu_that_is_killed_ends_the_wait_at_once() {
        QemuMachine vm = QemuMachine.builder().name("victim").start();
        vm.qmp().execute("stop");
        ProcessHandle.of(vm.pid()).orElseThrow().destroyForcibly();

        assertThatThrownBy(() -> assertThat(vm.qmp()).within(Duration.ofDays(1)).awaitEvent(RESUME))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(
                        "but its connection ended:\n  QEMU \"victim\" (pid %s) was ended by signal 9", vm.pid())
                .hasMessageContaining("and before that no event of that name came.")
                .hasMessageContaining("STOP");
        assertThatThrownBy(vm::close).hasMessageContaining("signal 9");
    }

    @Test
    @Vm(machine = "q35")
    void a_machine_has_a_status(QemuMachine vm) {
        vm.qmp().execute("stop");
        assertThat(vm).awaitStatus("paused").isRunning();

        AssertionError error = catchThrowableOfType(
                AssertionError.class, () -> assertThat(vm).within(SHORT).awaitStatus("running"));

        assertThat(error) // QEMU 7.2 tells of "singlestep", too
                .hasMessageMatching("\\nExpecting machine \"vm\":\n  to have status \"running\"\n"
                        + "within 60 ms, but the last answer was:\n  \\{status: \"paused\", .*running: false}");
        assertThat(error.getStackTrace()[0].getClassName()).isEqualTo(AwaitEventTest.class.getName());
        assertThatThrownBy(() -> assertThat(vm).within(SHORT).awaitStatus("runing"))
                .hasMessageContaining(
                        "but that cannot happen: machines have no status \"runing\"; did you mean \"running\"?");
    }

    @Test
    void a_machine_that_has_ended_is_not_running(QemuMachine vm) {
        vm.qmp().execute("quit");
        vm.awaitExit(Duration.ofSeconds(10));

        assertThatThrownBy(() -> assertThat(vm).isRunning())
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith(
                        "%nExpecting machine \"vm\":%n  to be running%nbut:%n  QEMU \"vm\" (pid %s) exited with status 0"
                                .formatted(vm.pid()));
    }

    @Test
    void an_event_that_cannot_come_is_told_early_with_what_was_probably_meant(QmpClient qmp) {
        assertThatThrownBy(() -> assertThat(qmp).within(Duration.ofDays(1)).awaitEvent("JOB_STATUS_CHANGED"))
                .isInstanceOf(AssertionError.class)
                .hasMessage("""

                        Expecting QMP client "vm":
                          to receive JOB_STATUS_CHANGED
                        but that cannot happen:
                          No event JOB_STATUS_CHANGED; did you mean JOB_STATUS_CHANGE?
                        If this QEMU sends it all the same, declare it for the machine with @Vm(ownEvents = ...) or ownEvents(...) of its builder, or call withoutSchemaCheck() before this assertion""");
        assertThatThrownBy(() -> assertThat(qmp)
                        .within(Duration.ofDays(1))
                        .awaitEvent(event(JOB_STATUS_CHANGE).withData("status", "conclude")))
                .hasMessageContaining("did you mean \"concluded\"?");
        assertThatThrownBy(() -> assertThat(qmp)
                        .within(Duration.ofDays(1))
                        .awaitEvent(event(JOB_STATUS_CHANGE).withData("stat", "concluded")))
                .hasMessageContaining("did you mean \"status\"?");
        assertThatThrownBy(() -> assertThat(qmp)
                        .withoutSchemaCheck()
                        .within(Duration.ofMillis(300))
                        .awaitEvent("JOB_STATUS_CHANGED"))
                .hasMessageContaining("within 300 ms, but it has received no event at all.");
    }
}
