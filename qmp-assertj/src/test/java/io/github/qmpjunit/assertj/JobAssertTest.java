package io.github.qmpjunit.assertj;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.qmp.QmpEvents.JOB_STATUS_CHANGE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qmp.QmpClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs of a real QEMU: create jobs, which stay until they are dismissed, and block jobs, which go by themselves or not. */
@QemuTest
class JobAssertTest {

    private static final Duration SHORT = Duration.ofMillis(60);

    /** Start a job that succeeds. */
    private static void create(QmpClient qmp, Path dir, String job) throws IOException {
        Path file = Files.createFile(dir.resolve(job));
        qmp.execute("blockdev-add", Map.of("driver", "file", "node-name", job + "-file", "filename", file));
        qmp.execute(
                "blockdev-create",
                Map.of("job-id", job, "options", Map.of("driver", "qcow2", "file", job + "-file", "size", 1 << 20)));
    }

    /** Start a job that fails. */
    private static void createFailing(QmpClient qmp, String job) {
        qmp.execute("blockdev-add", Map.of("driver", "null-co", "node-name", job + "-file", "size", 0));
        qmp.execute(
                "blockdev-create",
                Map.of("job-id", job, "options", Map.of("driver", "qcow2", "file", job + "-file", "size", 1 << 20)));
    }

    private static void addNodes(QmpClient qmp) {
        qmp.execute(
                "blockdev-add", Map.of("driver", "null-co", "node-name", "src", "size", 1 << 20, "read-zeroes", true));
        qmp.execute(
                "blockdev-add", Map.of("driver", "null-co", "node-name", "dst", "size", 1 << 20, "read-zeroes", true));
    }

    private static void mirror(QmpClient qmp, Map<String, Object> more) {
        addNodes(qmp);
        Map<String, Object> arguments =
                new HashMap<>(Map.of("job-id", "mirror0", "device", "src", "target", "dst", "sync", "full"));
        arguments.putAll(more);
        qmp.execute("blockdev-mirror", arguments);
    }

    @Test
    void a_job_that_waits_to_be_dismissed_succeeds_and_is(QmpClient qmp, @TempDir Path dir) throws IOException {
        create(qmp, dir, "create0");

        assertThat(qmp).job("create0").succeeds();

        assertThat(qmp).awaitNoJobs();
    }

    @Test
    void a_failed_job_fails_with_qemus_own_reason(QmpClient qmp) {
        createFailing(qmp, "create0");

        assertThatThrownBy(() -> assertThat(qmp).job("create0").succeeds())
                .isInstanceOf(AssertionError.class)
                .hasMessageMatching("(?s)\\nExpecting job \"create0\" of QMP client \"vm\":\\n  to succeed\\n"
                        + "but it went through created, running, aborting, concluded, and has failed: .+");
    }

    @Test
    void an_expected_failure_is_met_by_its_text(QmpClient qmp) {
        createFailing(qmp, "one");
        createFailing(qmp, "two");

        assertThat(qmp).job("one").failsWithErrorContaining("qcow2");
        assertThatThrownBy(() -> assertThat(qmp).job("two").failsWithErrorContaining("the moon"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("to fail with an error containing \"the moon\"\nbut its error is: ");
    }

    @Test
    void a_success_is_not_the_expected_failure(QmpClient qmp, @TempDir Path dir) throws IOException {
        create(qmp, dir, "create0");

        assertThatThrownBy(() -> assertThat(qmp).job("create0").failsWithErrorContaining("x"))
                .isInstanceOf(AssertionError.class)
                .hasMessage(
                        "%nExpecting job \"create0\" of QMP client \"vm\":%n  to fail with an error containing \"x\"%n"
                                        .formatted()
                                + "but it went through created, running, waiting, pending, concluded, without error");
    }

    @Test
    void a_mirror_is_completed_when_it_is_ready(QmpClient qmp) {
        mirror(qmp, Map.of());

        assertThat(qmp).job("mirror0").reaches("ready");
        assertThat(qmp).job("mirror0").succeeds();
    }

    @Test
    void a_job_that_does_nothing_by_itself_is_finalized_and_dismissed(QmpClient qmp) {
        mirror(qmp, Map.of("auto-finalize", false, "auto-dismiss", false));

        assertThat(qmp).job("mirror0").succeeds();

        assertThat(qmp).awaitNoJobs();
    }

    @Test
    void the_outcome_of_a_job_that_is_gone_already_is_known_from_its_events(QmpClient qmp) {
        mirror(qmp, Map.of());
        assertThat(qmp).job("mirror0").reaches("ready");
        qmp.execute("job-complete", Map.of("id", "mirror0"));
        assertThat(qmp).awaitEvent(JOB_STATUS_CHANGE).withData("status", "null");

        assertThat(qmp).job("mirror0").succeeds();
    }

    @Test
    void a_cancelled_job_is_cancelled_and_has_not_succeeded(QmpClient qmp) {
        mirror(qmp, Map.of("speed", 1));
        qmp.execute("block-job-cancel", Map.of("device", "mirror0", "force", true));

        assertThat(qmp).job("mirror0").endsCancelled();
        assertThatThrownBy(() -> assertThat(qmp).job("mirror0").succeeds())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("and has failed: Operation canceled");
    }

    @Test
    void a_success_is_no_cancellation(QmpClient qmp, @TempDir Path dir) throws IOException {
        create(qmp, dir, "create0");

        assertThatThrownBy(() -> assertThat(qmp).job("create0").endsCancelled())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("to be cancelled\nbut it went through");
        assertThat(qmp).job("create0").succeeds();
    }

    @Test
    void the_second_job_of_a_name_is_not_the_first(QmpClient qmp, @TempDir Path dir) throws IOException {
        createFailing(qmp, "job");
        assertThat(qmp).job("job").failsWithErrorContaining("");
        qmp.execute("blockdev-del", Map.of("node-name", "job-file"));
        create(qmp, dir, "job");

        assertThat(qmp).job("job").succeeds();
    }

    @Test
    void a_job_that_never_was_is_told(QmpClient qmp) {
        AssertionError error = catchThrowableOfType(
                AssertionError.class,
                () -> assertThat(qmp).as("backup").job("nope").within(SHORT).succeeds());

        assertThat(error.getMessage().replaceAll("pid \\d+", "pid 42")).isEqualTo("""
                        [backup]\s
                        Expecting job "nope" of QMP client "vm":
                          to succeed
                        within 60 ms, but there is no job "nope"; there are none
                        The machine's status is "running".
                        QEMU "vm" is running (pid 42).""");
        assertThat(error.getStackTrace()[0].getClassName()).isEqualTo(JobAssertTest.class.getName());
    }

    @Test
    void a_job_that_does_not_get_there_is_told(QmpClient qmp) {
        mirror(qmp, Map.of("speed", 1));

        assertThatThrownBy(() -> assertThat(qmp).job("mirror0").within(SHORT).reaches("standby"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("to reach \"standby\"\nwithin 60 ms, but it went through created, running");
        qmp.execute("block-job-cancel", Map.of("device", "mirror0", "force", true));
        assertThat(qmp).job("mirror0").endsCancelled();
    }

    @Test
    void progress_can_be_awaited(QmpClient qmp) {
        mirror(qmp, Map.of());

        assertThat(qmp).job("mirror0").progressesTo(100);
        assertThatThrownBy(() -> assertThat(qmp).job("nope").within(SHORT).progressesTo(1))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("to progress to 1 %");
        assertThat(qmp).job("mirror0").succeeds();
    }

    @Test
    void concluded_of_a_failed_job_does_not_pass_silently(QmpClient qmp) {
        createFailing(qmp, "create0");

        AssertionError error = catchThrowableOfType(
                AssertionError.class,
                () -> assertThat(qmp).awaitEvent(JOB_STATUS_CHANGE).withData("status", "concluded"));

        assertThat(error)
                .hasMessageStartingWith(
                        "%nExpecting QMP client \"vm\":%n  to receive JOB_STATUS_CHANGE with data status = \"concluded\"%n"
                                        .formatted()
                                + "and it did, but the job has failed:\n  Job \"create0\": ")
                .hasMessageEndingWith(
                        "If it is meant to: job(id).failsWithErrorContaining(...), or allowingFailedJobs()");
    }

    @Test
    void a_failed_job_may_be_allowed(QmpClient qmp) {
        createFailing(qmp, "create0");

        assertThat(qmp).allowingFailedJobs().awaitEvent(JOB_STATUS_CHANGE).withData("status", "concluded");
        assertThat(qmp).job("create0").failsWithErrorContaining("");
    }

    @Test
    void reaching_concluded_by_failing_does_not_pass_silently_either(QmpClient qmp) {
        createFailing(qmp, "create0");

        assertThatThrownBy(() -> assertThat(qmp).job("create0").reaches("concluded"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("and has failed: ");
    }

    @Test
    void qemus_end_ends_the_wait() {
        QemuMachine vm = QemuMachine.builder().name("victim").start();
        mirror(vm.qmp(), Map.of("speed", 1));
        vm.kill();

        assertThatThrownBy(() ->
                        assertThat(vm).job("mirror0").within(Duration.ofDays(1)).succeeds())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("but the connection ended:")
                .hasMessageContaining("signal 9");
        vm.close();
    }
}
