package io.github.qmpjunit.examples;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.junit.Vm;
import io.github.qmpjunit.qapi.BlockDeviceIoStatus;
import io.github.qmpjunit.qapi.BlockErrorAction;
import io.github.qmpjunit.qapi.BlockJobError;
import io.github.qmpjunit.qapi.BlockJobInfo;
import io.github.qmpjunit.qapi.BlockJobResume;
import io.github.qmpjunit.qapi.BlockdevBackup;
import io.github.qmpjunit.qapi.BlockdevOnError;
import io.github.qmpjunit.qapi.IoOperationType;
import io.github.qmpjunit.qapi.MirrorSyncMode;
import io.github.qmpjunit.qapi.QueryBlockJobs;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.faults.Fault;
import io.github.qmpjunit.qmp.QmpClient;
import org.junit.jupiter.api.Test;

/** {@link IoErrorsTest} with the types of qmp-qapi. */
@QemuTest
@Vm(factory = IoErrorsTest.FaultyDisk.class)
class TypedIoErrorsTest {

    @Test
    void a_job_that_reports_errors_fails(QemuMachine vm, QmpClient qmp) {
        vm.faults().failReads("disk");

        qmp.execute(backup(BlockdevOnError.REPORT));

        assertThat(qmp)
                .awaitEvent(BlockJobError.EVENT)
                .withData(BlockJobError.OPERATION, IoOperationType.READ)
                .withData(BlockJobError.ACTION, BlockErrorAction.REPORT);
        assertThat(qmp).job("backup0").failsWithErrorContaining("Input/output error");
    }

    @Test
    void a_job_that_stops_at_errors_goes_on_once_the_disk_is_repaired(QemuMachine vm, QmpClient qmp) {
        Fault unreadable = vm.faults().failReads("disk");
        qmp.execute(backup(BlockdevOnError.STOP));
        assertThat(qmp)
                .awaitEvent(BlockJobError.EVENT)
                .withData(BlockJobError.OPERATION, IoOperationType.READ)
                .withData(BlockJobError.ACTION, BlockErrorAction.STOP);
        assertThat(qmp.execute(QueryBlockJobs.command()))
                .extracting(BlockJobInfo::ioStatus)
                .containsExactly(BlockDeviceIoStatus.FAILED);

        unreadable.close();
        qmp.execute(BlockJobResume.of("backup0"));

        assertThat(qmp).job("backup0").succeeds();
    }

    private static BlockdevBackup backup(BlockdevOnError onError) {
        return BlockdevBackup.of("disk", MirrorSyncMode.FULL, "copy")
                .jobId("backup0")
                .onSourceError(onError);
    }
}
