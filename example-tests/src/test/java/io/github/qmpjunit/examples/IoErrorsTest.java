package io.github.qmpjunit.examples;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.examples.Disks.SIZE;
import static io.github.qmpjunit.qmp.QmpEvents.BLOCK_JOB_ERROR;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.junit.Vm;
import io.github.qmpjunit.junit.VmFactory;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.QemuMachineBuilder;
import io.github.qmpjunit.qemu.faults.Fault;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpCommand;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtensionContext;

/** What becomes of a job whose disk fails to read is for its error policy to say. */
@QemuTest
@Vm(factory = IoErrorsTest.FaultyDisk.class)
class IoErrorsTest {

    static final class FaultyDisk implements VmFactory {

        @Override
        public void define(QemuMachineBuilder vm, ExtensionContext context) {
            vm.faultyDisk("disk", Map.of("driver", "null-co", "size", SIZE))
                    .blockNode(Map.of("driver", "null-co", "node-name", "copy", "size", SIZE));
        }
    }

    @Test
    void a_job_that_reports_errors_fails(QemuMachine vm, QmpClient qmp) {
        vm.faults().failReads("disk");

        qmp.execute(backup("report"));

        assertThat(qmp)
                .awaitEvent(BLOCK_JOB_ERROR)
                .withData("operation", "read")
                .withData("action", "report");
        assertThat(qmp).job("backup0").failsWithErrorContaining("Input/output error");
    }

    @Test
    void a_job_that_stops_at_errors_goes_on_once_the_disk_is_repaired(QemuMachine vm, QmpClient qmp) {
        Fault unreadable = vm.faults().failReads("disk");
        qmp.execute(backup("stop"));
        assertThat(qmp)
                .awaitEvent(BLOCK_JOB_ERROR)
                .withData("operation", "read")
                .withData("action", "stop");
        assertThat(qmp).executing("query-block-jobs").returns("[0].io-status", "failed");

        unreadable.close();
        qmp.execute("block-job-resume", Map.of("device", "backup0"));

        assertThat(qmp).job("backup0").succeeds();
    }

    private static QmpCommand backup(String onError) {
        return QmpCommand.of("blockdev-backup")
                .with("job-id", "backup0")
                .with("device", "disk")
                .with("target", "copy")
                .with("sync", "full")
                .with("on-source-error", onError);
    }
}
