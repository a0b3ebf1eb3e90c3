package io.github.qmpjunit.examples;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.junit.Vm;
import io.github.qmpjunit.qapi.BlockJobCancelled;
import io.github.qmpjunit.qapi.BlockJobPending;
import io.github.qmpjunit.qapi.BlockJobSetSpeed;
import io.github.qmpjunit.qapi.BlockdevBackup;
import io.github.qmpjunit.qapi.JobCancel;
import io.github.qmpjunit.qapi.JobFinalize;
import io.github.qmpjunit.qapi.JobPause;
import io.github.qmpjunit.qapi.JobResume;
import io.github.qmpjunit.qapi.MirrorSyncMode;
import io.github.qmpjunit.qmp.QmpClient;
import org.junit.jupiter.api.Test;

/** {@link JobControlTest} with the types of qmp-qapi. */
@QemuTest
@Vm(
        args = {
            "-blockdev", "null-co,node-name=disk,size=16777216",
            "-blockdev", "null-co,node-name=copy,size=16777216"
        })
class TypedJobControlTest {

    private static final BlockdevBackup BACKUP =
            BlockdevBackup.of("disk", MirrorSyncMode.FULL, "copy").jobId("backup0");

    @Test
    void pauses_a_job_and_resumes_it(QmpClient qmp) {
        qmp.execute(BACKUP.speed(1));

        qmp.execute(JobPause.of("backup0"));
        assertThat(qmp).job("backup0").reaches("paused");
        qmp.execute(BlockJobSetSpeed.of("backup0", 0));
        qmp.execute(JobResume.of("backup0"));

        assertThat(qmp).job("backup0").succeeds();
    }

    @Test
    void cancels_a_job(QmpClient qmp) {
        qmp.execute(BACKUP.speed(1));

        qmp.execute(JobCancel.of("backup0"));

        assertThat(qmp).job("backup0").endsCancelled();
        assertThat(qmp).awaitEvent(BlockJobCancelled.EVENT).withData(BlockJobCancelled.DEVICE, "backup0");
    }

    @Test
    void lets_a_job_wait_before_it_takes_effect(QmpClient qmp) {
        qmp.execute(BACKUP.autoFinalize(false));
        assertThat(qmp).job("backup0").reaches("pending");
        assertThat(qmp).awaitEvent(BlockJobPending.EVENT).withData(BlockJobPending.ID, "backup0");

        qmp.execute(JobFinalize.of("backup0"));

        assertThat(qmp).job("backup0").succeeds();
    }
}
