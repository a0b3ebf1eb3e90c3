package io.github.qmpjunit.examples;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.examples.Disks.KIB;
import static io.github.qmpjunit.examples.Disks.PATTERN;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.junit.Vm;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qmp.QmpClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A commit brings what was written since a snapshot back into the disk below, and the guest back onto it. */
@QemuTest
@Vm(
        machine = "q35",
        paused = true,
        args = {"-m", "64", "-device", "virtio-scsi-pci"})
class CommitTest {

    @Test
    void merges_a_snapshot_into_the_disk_below(QemuMachine vm, QmpClient qmp, @TempDir Path dir) throws IOException {
        Path disk = Disks.random(dir.resolve("disk.raw"));
        byte[] before = Files.readAllBytes(disk);
        qmp.execute("blockdev-add", Map.of("driver", "file", "node-name", "disk", "filename", disk));
        qmp.execute("device_add", Map.of("driver", "scsi-hd", "id", "hd0", "drive", "disk"));
        Path overlay = dir.resolve("overlay.qcow2");
        qmp.execute(
                "blockdev-snapshot-sync",
                Map.of("node-name", "disk", "snapshot-file", overlay, "snapshot-node-name", "overlay"));
        Disks.writeAsGuest(vm, "hd0", 64 * KIB, 64 * KIB);
        assertThat(disk).as("as it was").hasBinaryContent(before);

        qmp.execute("block-commit", Map.of("job-id", "commit0", "device", "overlay"));

        assertThat(qmp).job("commit0").succeeds();
        assertThat(Disks.read(disk, 64 * KIB, 64 * KIB)).containsOnly(PATTERN);
        assertThat(qmp).executing("query-block").returns("[0].inserted.node-name", "disk");
    }
}
