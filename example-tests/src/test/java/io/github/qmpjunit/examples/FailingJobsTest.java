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

/** A job that ends has not succeeded for that: its error tells. */
@QemuTest
@Vm(factory = FailingJobsTest.DiskAndItsCopy.class)
class FailingJobsTest {

    static final class DiskAndItsCopy implements VmFactory {

        @Override
        public void define(QemuMachineBuilder vm, ExtensionContext context) {
            vm.blockNode(Map.of("driver", "null-co", "node-name", "disk", "size", SIZE))
                    .faultyDisk("copy", Map.of("driver", "null-co", "size", SIZE));
        }
    }

    @Test
    void a_backup_fails_when_its_target_is_full(QemuMachine vm, QmpClient qmp) {
        vm.faults().fillUp("copy");

        qmp.execute(backup("report"));

        assertThat(qmp).awaitEvent(BLOCK_JOB_ERROR).withData("operation", "write");
        assertThat(qmp).job("backup0").failsWithErrorContaining("No space left on device");
    }

    @Test
    void a_backup_waits_for_space_and_goes_on(QemuMachine vm, QmpClient qmp) {
        Fault full = vm.faults().fillUp("copy");
        qmp.execute(backup("enospc"));
        assertThat(qmp).awaitEvent(BLOCK_JOB_ERROR).withData("action", "stop");
        assertThat(qmp).executing("query-block-jobs").returns("[0].io-status", "nospace");

        full.close();
        qmp.execute("block-job-resume", Map.of("device", "backup0"));

        assertThat(qmp).job("backup0").succeeds();
    }

    private static QmpCommand backup(String onError) {
        return QmpCommand.of("blockdev-backup")
                .with("job-id", "backup0")
                .with("device", "disk")
                .with("target", "copy")
                .with("sync", "full")
                .with("on-target-error", onError);
    }
}
