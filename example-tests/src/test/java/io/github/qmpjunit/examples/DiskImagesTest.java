package io.github.qmpjunit.examples;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.junit.DiskFormats;
import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.disk.Disk;
import io.github.qmpjunit.qemu.disk.DiskFormat;
import io.github.qmpjunit.qemu.disk.DiskPattern;
import io.github.qmpjunit.qemu.disk.Disks;
import io.github.qmpjunit.qemu.disk.QemuTool;
import io.github.qmpjunit.qemu.disk.QemuTools;
import io.github.qmpjunit.qmp.QmpClient;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;

/** Disk images are created, filled and checked with the tools of the QEMU under test. */
@QemuTest
class DiskImagesTest {

    @Test
    void an_overlay_keeps_what_is_written(QemuMachine vm, QmpClient qmp, Disks disks) {
        Disk base = disks.qcow2("base.qcow2").size("64M").create().write(0x5a, 0, 65536);
        Disk overlay = disks.qcow2("overlay.qcow2").backing(base).create();
        qmp.execute("blockdev-add", overlay.blockdev("disk0"));
        vm.qemuIo("disk0", "write -P 0xd2 64k 64k");
        qmp.execute("blockdev-del", Map.of("node-name", "disk0"));

        assertThat(overlay).hasNoErrors().hasBackingChain(base);
        assertThat(overlay).hasPattern(0x5a, 0, 65536).hasPattern(0xd2, 65536, 65536);
        assertThat(base).hasPattern(0, 65536, 65536);
    }

    @ParameterizedTest
    @DiskFormats({DiskFormat.QCOW2, DiskFormat.VMDK, DiskFormat.VHDX})
    void a_copy_is_the_same_in_any_format(DiskFormat format, QmpClient qmp, Disks disks) {
        Disk source = disks.raw("source.raw").size("8M").create().write(0x5a, 0, 65536);
        Disk target = disks.of(format, "target").size("8M").create();
        qmp.execute("blockdev-add", source.blockdev("source"));
        qmp.execute("blockdev-add", target.blockdev("target"));
        qmp.execute(
                "blockdev-backup", Map.of("job-id", "copy0", "device", "source", "target", "target", "sync", "full"));

        assertThat(qmp).job("copy0").succeeds();
        qmp.execute("blockdev-del", Map.of("node-name", "target"));
        assertThat(target).hasSameContentAs(source.whileInUse()).hasNoErrors();
    }

    @Test
    void an_injected_error_fails_a_read(QmpClient qmp, @TempDir Path dir) {
        Disk disk = Disk.qcow2(dir.resolve("disk.qcow2")).size("64M").create();
        disk.write(0x5a, 0, 65536);
        qmp.execute("blockdev-add", disk.blockdev("disk0"));
        qmp.execute("blockdev-del", Map.of("node-name", "disk0"));

        disk.write(new DiskPattern(0x5a, 0, 65536), new DiskPattern(0xd2, 1 << 20, 65536));
        Disk failing = disk.withBlkdebug(Map.of("inject-error", List.of(Map.of("event", "l2_load", "errno", 5))));
        assertThatThrownBy(() -> failing.qemuIo("read 0 512")).hasMessageContaining("Input/output error");
    }

    @Test
    void a_tool_is_run_by_hand(QemuMachine vm, Disks disks) {
        Disk disk = disks.qcow2("disk.qcow2").size("1M").create().write(0x5a, 0, 65536);
        Path qemu = Path.of(vm.commandLine().get(0));
        String source = disk.path().toString();
        String target = disks.path("disk.raw").toString();

        QemuTools tools = QemuTools.of(qemu);
        tools.run(QemuTool.QEMU_IMG, "convert", "-O", "raw", source, target);

        assertThat(disks.raw("disk.raw").existing()).hasSameContentAs(disk);
    }
}
