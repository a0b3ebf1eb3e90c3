package io.github.qmpjunit.examples;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;

import io.github.qmpjunit.junit.DiskFormats;
import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.disk.Disk;
import io.github.qmpjunit.qemu.disk.DiskFormat;
import io.github.qmpjunit.qemu.disk.Disks;
import io.github.qmpjunit.qmp.QmpClient;
import java.util.Map;
import org.junit.jupiter.api.Test;
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
}
