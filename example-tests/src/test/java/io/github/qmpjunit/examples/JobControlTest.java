package io.github.qmpjunit.examples;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.qmp.QmpEvents.BLOCK_JOB_CANCELLED;
import static io.github.qmpjunit.qmp.QmpEvents.BLOCK_JOB_PENDING;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.junit.Vm;
import io.github.qmpjunit.qmp.QmpClient;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Jobs can be paused, resumed, cancelled, and told to wait before they take effect. */
@QemuTest
@Vm(
        args = {
            "-blockdev", "null-co,node-name=disk,size=16777216",
            "-blockdev", "null-co,node-name=copy,size=16777216"
        })
class JobControlTest {

    @Test
    void pauses_a_job_and_resumes_it(QmpClient qmp) {
        qmp.execute("blockdev-backup", backup("speed", 1));

        qmp.execute("job-pause", Map.of("id", "backup0"));
        assertThat(qmp).job("backup0").reaches("paused");
        qmp.execute("block-job-set-speed", Map.of("device", "backup0", "speed", 0));
        qmp.execute("job-resume", Map.of("id", "backup0"));

        assertThat(qmp).job("backup0").succeeds();
    }

    @Test
    void cancels_a_job(QmpClient qmp) {
        qmp.execute("blockdev-backup", backup("speed", 1));

        qmp.execute("job-cancel", Map.of("id", "backup0"));

        assertThat(qmp).job("backup0").endsCancelled();
        assertThat(qmp).awaitEvent(BLOCK_JOB_CANCELLED).withData("device", "backup0");
    }

    @Test
    void lets_a_job_wait_before_it_takes_effect(QmpClient qmp) {
        qmp.execute("blockdev-backup", backup("auto-finalize", false));
        assertThat(qmp).job("backup0").reaches("pending");
        assertThat(qmp).awaitEvent(BLOCK_JOB_PENDING).withData("id", "backup0");

        qmp.execute("job-finalize", Map.of("id", "backup0"));

        assertThat(qmp).job("backup0").succeeds();
    }

    private static Map<String, ?> backup(String option, Object value) {
        return Map.of("job-id", "backup0", "device", "disk", "target", "copy", "sync", "full", option, value);
    }
}
