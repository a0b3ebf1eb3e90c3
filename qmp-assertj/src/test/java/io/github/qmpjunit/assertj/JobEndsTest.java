package io.github.qmpjunit.assertj;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.qmp.EventMatcher.event;
import static io.github.qmpjunit.qmp.QmpEvents.BLOCK_JOB_COMPLETED;
import static io.github.qmpjunit.qmp.QmpEvents.BLOCK_JOB_ERROR;
import static io.github.qmpjunit.qmp.QmpEvents.DUMP_COMPLETED;
import static io.github.qmpjunit.qmp.QmpEvents.JOB_STATUS_CHANGE;
import static io.github.qmpjunit.qmp.QmpEvents.MIGRATION;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.junit.Check;
import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.junit.Vm;
import io.github.qmpjunit.qmp.QmpClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A job's or a migration's end is never waited for in vain. The waits below would last an hour. */
@QemuTest
@Timeout(60)
class JobEndsTest {

    private static final Duration HOUR = Duration.ofHours(1);

    private static void addNode(QmpClient qmp, String name, Map<String, ?> more) {
        Map<String, Object> options = new HashMap<>(Map.of("driver", "null-co", "node-name", name, "size", 1 << 20));
        options.putAll(more);
        qmp.execute("blockdev-add", options);
    }

    private static void backup(QmpClient qmp, Map<String, ?> more) {
        Map<String, Object> arguments =
                new HashMap<>(Map.of("job-id", "b", "device", "src", "target", "dst", "sync", "full"));
        arguments.putAll(more);
        qmp.execute("blockdev-backup", arguments);
    }

    /** Requests to write fail. */
    private static void addBrokenNode(QmpClient qmp, int errno) {
        addNode(qmp, "broken", Map.of());
        qmp.execute(
                "blockdev-add",
                Map.of(
                        "driver",
                        "blkdebug",
                        "node-name",
                        "dst",
                        "image",
                        "broken",
                        "inject-error",
                        List.of(Map.of("event", "none", "iotype", "write", "errno", errno, "once", false))));
    }

    @Test
    void a_job_that_has_succeeded_has_done_all_of_its_work(QmpClient qmp) {
        addNode(qmp, "src", Map.of());
        addNode(qmp, "dst", Map.of());
        backup(qmp, Map.of());
        assertThat(qmp).awaitEvent(BLOCK_JOB_COMPLETED);

        assertThat(qmp).job("b").within(HOUR).progressesTo(50).progressesTo(100);
    }

    @Test
    void the_progress_of_a_job_that_has_failed_is_its_error(QmpClient qmp) {
        addNode(qmp, "src", Map.of());
        addBrokenNode(qmp, 5);
        backup(qmp, Map.of());

        assertThatThrownBy(() -> assertThat(qmp).job("b").within(HOUR).progressesTo(100))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("to progress to 100 %")
                .hasMessageContaining("and has failed: Input/output error");
    }

    @Test
    void a_job_without_any_work_has_done_all_of_it(QmpClient qmp) {
        addNode(qmp, "src", Map.of("size", 0));
        addNode(qmp, "dst", Map.of("size", 0));
        qmp.execute("blockdev-mirror", Map.of("job-id", "m", "device", "src", "target", "dst", "sync", "full"));

        assertThat(qmp).job("m").within(HOUR).progressesTo(100).succeeds();
    }

    @Test
    void completed_is_no_success_either(QmpClient qmp) {
        addNode(qmp, "src", Map.of());
        addBrokenNode(qmp, 5);
        backup(qmp, Map.of());

        assertThatThrownBy(() -> assertThat(qmp).awaitEvent(BLOCK_JOB_COMPLETED))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("and it did, but the job has failed:\n  Job \"b\": Input/output error");
        assertThat(qmp).awaitEvent(event(JOB_STATUS_CHANGE).withData("id", "b").withData("status", "aborting"));
    }

    @Test
    void nor_is_a_job_that_is_gone(QmpClient qmp) {
        addNode(qmp, "src", Map.of());
        addBrokenNode(qmp, 5);
        backup(qmp, Map.of());

        assertThatThrownBy(() -> assertThat(qmp)
                        .awaitEvent(event(JOB_STATUS_CHANGE).withData("id", "b").withData("status", "null")))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("and it did, but the job has failed:\n  Job \"b\": Input/output error");
        backup(qmp, Map.of());
        assertThat(qmp)
                .allowingFailedJobs()
                .awaitEvent(event(JOB_STATUS_CHANGE).withData("id", "b").withData("status", "null"));
    }

    @Test
    void a_job_that_counts_its_work_as_done_although_it_failed_has_not_progressed(QmpClient qmp) {
        Map<String, ?> nowhere = Map.of("driver", "file", "filename", "/nonexistent/image", "size", 1 << 20);
        qmp.execute("blockdev-create", Map.of("job-id", "create", "options", nowhere));

        assertThatThrownBy(() -> assertThat(qmp).job("create").within(HOUR).progressesTo(50))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("No such file or directory");
        qmp.execute("job-dismiss", Map.of("id", "create"));
    }

    @Test
    @Vm(
            machine = "pc",
            args = {"-m", "16"})
    void a_dump_that_failed_has_not_completed_well(QmpClient qmp) {
        Map<String, ?> toAFullDisk = Map.of("paging", false, "protocol", "file:/dev/full", "detach", true);
        qmp.execute("dump-guest-memory", toAFullDisk);

        assertThatThrownBy(() -> assertThat(qmp).within(HOUR).awaitEvent(DUMP_COMPLETED))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("No space left on device");
        qmp.execute("dump-guest-memory", toAFullDisk);
        assertThat(qmp).within(HOUR).awaitEvent(event(DUMP_COMPLETED).withData("result.status", "failed"));
    }

    @Test
    void a_failed_job_may_complete_where_that_is_said(QmpClient qmp) {
        addNode(qmp, "src", Map.of());
        addBrokenNode(qmp, 5);
        backup(qmp, Map.of());

        assertThat(qmp).allowingFailedJobs().awaitEvent(BLOCK_JOB_COMPLETED).withData("error", "Input/output error");
    }

    @Test
    void the_error_of_a_failed_job_may_be_what_is_awaited(QmpClient qmp) {
        addNode(qmp, "src", Map.of());
        addBrokenNode(qmp, 5);
        backup(qmp, Map.of());

        assertThat(qmp).awaitEvent(event(BLOCK_JOB_COMPLETED).withData("error", "Input/output error"));
    }

    @Test
    void a_refusal_to_complete_is_reported_at_once(QmpClient qmp) {
        addNode(qmp, "c1", Map.of());
        addNode(qmp, "c2", Map.of());
        qmp.execute(
                "blockdev-add",
                Map.of("driver", "quorum", "node-name", "q", "vote-threshold", 1, "children", List.of("c1", "c2")));
        addNode(qmp, "dst", Map.of());
        qmp.execute(
                "blockdev-mirror",
                Map.of("job-id", "m", "device", "q", "target", "dst", "sync", "full", "replaces", "c1"));
        assertThat(qmp).job("m").reaches("ready");
        qmp.execute("x-blockdev-change", Map.of("parent", "q", "child", "children.0"));
        qmp.execute("blockdev-del", Map.of("node-name", "c1"));

        assertThatThrownBy(() -> assertThat(qmp).job("m").within(HOUR).succeeds())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("to succeed")
                .hasMessageContaining("and QEMU refuses job-complete:");
        qmp.execute("job-cancel", Map.of("id", "m"));
        assertThat(qmp).awaitNoJobs();
    }

    @Test
    void a_job_that_an_error_has_stopped_says_so(QmpClient qmp) {
        addNode(qmp, "src", Map.of());
        addBrokenNode(qmp, 28);
        backup(qmp, Map.of("on-target-error", "stop"));
        assertThat(qmp).awaitEvent(BLOCK_JOB_ERROR);

        assertThatThrownBy(() ->
                        assertThat(qmp).job("b").within(Duration.ofMillis(300)).succeeds())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("was stopped by a write error (io-status \"nospace\")")
                .hasMessageContaining("block-job-resume");
        qmp.execute("job-cancel", Map.of("id", "b"));
        assertThat(qmp).awaitNoJobs();
    }

    @Test
    void an_event_of_a_job_that_is_over_is_not_waited_for(QmpClient qmp, @TempDir Path dir) throws IOException {
        Path file = Files.createFile(dir.resolve("disk"));
        qmp.execute("blockdev-add", Map.of("driver", "file", "node-name", "f", "filename", file));
        qmp.execute(
                "blockdev-create",
                Map.of("job-id", "c", "options", Map.of("driver", "qcow2", "size", 1 << 20, "file", "f")));
        assertThat(qmp).job("c").succeeds();

        assertThatThrownBy(() -> assertThat(qmp)
                        .within(HOUR)
                        .awaitEvent(event(JOB_STATUS_CHANGE).withData("id", "c").withData("status", "ready")))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(
                        "but that cannot happen any more:\n  Job \"c\" is over: it went through created, running");
    }

    @Test
    @Vm(
            machine = "pc",
            args = {"-m", "16", "-accel", "tcg", "-S"},
            without = Check.STDERR)
    void a_failed_migration_ends_every_wait_for_its_end(QmpClient qmp) {
        qmp.execute(
                "migrate-set-capabilities",
                Map.of("capabilities", List.of(Map.of("capability", "events", "state", true))));
        qmp.execute("migrate", Map.of("uri", "exec:exit 1"));
        assertThat(qmp).awaitReply("query-migrate").with("status", "failed");

        assertThatThrownBy(() ->
                        assertThat(qmp).within(HOUR).awaitReply("query-migrate").with("status", "completed"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("but that cannot happen any more: status is \"failed\".\nThe last answer was:")
                .hasMessageContaining("failed");
        assertThatThrownBy(() ->
                        assertThat(qmp).within(HOUR).awaitEvent(event(MIGRATION).withData("status", "completed")))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("but that cannot happen any more:\n  The migration is \"failed\"");
    }
}
