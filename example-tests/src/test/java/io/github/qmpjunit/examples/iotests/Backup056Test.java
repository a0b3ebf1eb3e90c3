package io.github.qmpjunit.examples.iotests;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.qmp.QmpEvents.BLOCK_JOB_CANCELLED;
import static io.github.qmpjunit.qmp.QmpEvents.BLOCK_JOB_ERROR;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.junit.DiskFormats;
import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.disk.Disk;
import io.github.qmpjunit.qemu.disk.DiskFormat;
import io.github.qmpjunit.qemu.disk.DiskPattern;
import io.github.qmpjunit.qemu.disk.Disks;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpCommand;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** QEMU's I/O test 056: {@code drive-backup} with sync modes top and none, writes during the job, and its dismissal. */
@QemuTest
@ParameterizedClass
@DiskFormats({DiskFormat.QCOW2, DiskFormat.QED})
record Backup056Test(DiskFormat format) {

    private static final int MIB = 1 << 20;

    private static QmpCommand backup(Disk target, String sync) {
        return QmpCommand.of("drive-backup")
                .with("job-id", "backup0")
                .with("device", "drive0")
                .with("sync", sync)
                .with("format", target.format())
                .with("target", target.path());
    }

    private Disk target(Disks disks, String name) {
        return disks.of(format, name).existing();
    }

    private Disk overlay(QmpClient qmp, Disk base, Disks disks) {
        Disk disk = disks.of(format, "test").backing(base).create();
        disk.write(new DiskPattern(0x41, 0, 512), new DiskPattern(0xd5, MIB, 32 << 10));
        disk.write(new DiskPattern(0xdc, 32 * MIB, 124 << 10), new DiskPattern(0xdc, 67043328, 64 << 10));
        qmp.execute("blockdev-add", disk.blockdev("drive0"));
        return disk;
    }

    private Disk source(QmpClient qmp, Disks disks) {
        Disk disk = disks.of(format, "test").size("64M").create();
        qmp.execute("blockdev-add", disk.blockdev("drive0"));
        return disk;
    }

    @Test
    void sync_top_copies_the_overlay_only(QmpClient qmp, Disks disks) {
        Disk base = disks.raw("base").size("64M").create();
        Disk disk = overlay(qmp, base, disks);
        Disk target = target(disks, "target");

        qmp.execute(backup(target, "top"));
        assertThat(qmp).job("backup0").succeeds();
        qmp.execute("blockdev-del", Map.of("node-name", "drive0"));

        assertThat(target)
                .hasBackingChain(base)
                .hasSameContentAs(disk)
                .isNotAllocated(2 * MIB, MIB)
                .hasNoErrors();
    }

    @Test
    void sync_none_keeps_what_is_overwritten(QemuMachine vm, QmpClient qmp, Disks disks) {
        overlay(qmp, disks.raw("base").size("64M").create(), disks);
        Disk target = target(disks, "target");

        qmp.execute(backup(target, "none").with("filter-node-name", "filter"));
        vm.qemuIo("filter", "write -P 0x5e 0 512");
        qmp.execute("block-job-cancel", Map.of("device", "backup0"));
        assertThat(qmp).awaitEvent(BLOCK_JOB_CANCELLED).withData("type", "backup");

        assertThat(target.whileInUse()).hasPattern(0x41, 0, 512);
    }

    @Test
    void an_unaligned_write_is_kept_in_whole_blocks(QemuMachine vm, QmpClient qmp, Disks disks) {
        qmp.execute(
                "blockdev-add",
                Map.of(
                        "driver",
                        "blkdebug",
                        "node-name",
                        "drive0",
                        "align",
                        65536,
                        "image",
                        Map.of("driver", "null-co")));
        qmp.execute(
                backup(disks.raw("target").existing(), "full").with("speed", 1).with("filter-node-name", "filter"));
        qmp.execute("block-job-pause", Map.of("device", "backup0"));
        assertThat(qmp).job("backup0").reaches("paused");

        vm.qemuIo("filter", "write -P 1 512512 512");
        qmp.execute("block-job-resume", Map.of("device", "backup0"));
        qmp.execute("block-job-cancel", Map.of("device", "backup0"));
        assertThat(qmp).awaitEvent(BLOCK_JOB_CANCELLED).withData("type", "backup");
    }

    @Test
    void overlapping_writes_do_not_reach_the_backup(QemuMachine vm, QmpClient qmp, Disks disks) {
        source(qmp, disks);
        vm.qemuIo("drive0", "write -P 42 0 2M");
        Disk reference = target(disks, "reference");
        qmp.execute(backup(reference, "full"));
        assertThat(qmp).job("backup0").succeeds();

        Disk target = target(disks, "target");
        qmp.execute(backup(target, "full").with("speed", 1).with("filter-node-name", "filter"));
        vm.qemuIo("filter", "write -P 23 1088k 64k");
        vm.qemuIo("filter", "write -P 66 1M 1M");
        qmp.execute("block-job-set-speed", Map.of("device", "backup0", "speed", 0));
        assertThat(qmp).job("backup0").succeeds();

        assertThat(target).hasSameContentAs(reference);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_concluded_job_stays_until_it_is_dismissed(boolean autoDismiss, QmpClient qmp, Disks disks) {
        source(qmp, disks);
        qmp.execute(backup(target(disks, "target"), "full").with("auto-dismiss", autoDismiss));
        assertThat(qmp).job("backup0").reaches("concluded");

        if (autoDismiss) {
            assertThat(qmp).awaitReply("query-jobs").withMatching("without jobs", jobs -> jobs.isEmpty());
        } else {
            assertThat(qmp).executing("query-block-jobs").returns("[0].status", "concluded");
            assertThat(qmp)
                    .executing(backup(target(disks, "other"), "full"))
                    .failsWithDescriptionContaining("Job ID 'backup0' already in use");
            qmp.execute("block-job-dismiss", Map.of("id", "backup0"));
            assertThat(qmp.execute("query-block-jobs")).isEmpty();
            qmp.execute(backup(target(disks, "other"), "full"));
            assertThat(qmp).job("backup0").succeeds();
        }
    }

    @Test
    void a_job_that_is_not_there_cannot_be_dismissed(QmpClient qmp) {
        assertThat(qmp).executing("block-job-dismiss", Map.of("id", "foobar")).failsWith("DeviceNotActive");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_job_that_has_stopped_at_an_error_cannot_be_dismissed(
            boolean autoDismiss, QemuMachine vm, QmpClient qmp, Disks disks) {
        source(qmp, disks);
        vm.qemuIo("drive0", "write -P 0x9a 0 512");
        vm.qemuIo("drive0", "write -P 0x55 8M 352k");
        vm.qemuIo("drive0", "write -P 0x78 15872k 1M");
        Map<String, ?> error = Map.of("event", "write_aio", "errno", 5, "once", true);
        Disk target =
                disks.of(format, "target").size("64M").create().withBlkdebug(Map.of("inject-error", List.of(error)));
        qmp.execute("blockdev-add", target.blockdev("target0"));

        qmp.execute(QmpCommand.of("blockdev-backup")
                .with("job-id", "backup0")
                .with("device", "drive0")
                .with("target", "target0")
                .with("sync", "full")
                .with("on-target-error", "stop")
                .with("auto-dismiss", autoDismiss));
        assertThat(qmp).awaitEvent(BLOCK_JOB_ERROR).withData("device", "backup0");
        assertThat(qmp).job("backup0").reaches("paused");
        assertThat(qmp)
                .executing("block-job-dismiss", Map.of("id", "backup0"))
                .failsWithDescriptionContaining("Job 'backup0' in state 'paused' cannot accept command verb 'dismiss'");
        assertThat(qmp).executing("query-block-jobs").returns("[0].status", "paused");

        qmp.execute("block-job-resume", Map.of("device", "backup0"));
        assertThat(qmp).job("backup0").succeeds();
    }
}
