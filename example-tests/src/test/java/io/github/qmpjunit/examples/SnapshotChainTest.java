package io.github.qmpjunit.examples;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.examples.Disks.KIB;
import static io.github.qmpjunit.examples.Disks.SIZE;
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

/** Snapshots of a disk: each leaves the ones below as they are, and the guest writes to the topmost. */
@QemuTest
@Vm(
        machine = "q35",
        paused = true,
        args = {"-m", "64", "-device", "virtio-scsi-pci"})
class SnapshotChainTest {

    @Test
    void takes_snapshots_one_upon_the_other(QemuMachine vm, QmpClient qmp, @TempDir Path dir) throws IOException {
        Path disk = Disks.random(dir.resolve("disk.raw"));
        byte[] before = Files.readAllBytes(disk);
        qmp.execute("blockdev-add", Map.of("driver", "file", "node-name", "disk", "filename", disk));
        qmp.execute("device_add", Map.of("driver", "scsi-hd", "id", "hd0", "drive", "disk"));

        snapshot(qmp, dir, "disk", "monday");
        Disks.writeAsGuest(vm, "hd0", 0, 64 * KIB);
        snapshot(qmp, dir, "monday", "tuesday");
        Disks.writeAsGuest(vm, "hd0", 64 * KIB, 64 * KIB);

        assertThat(qmp)
                .executing("query-block")
                .returns("[0].inserted.node-name", "tuesday")
                .returns("[0].inserted.backing_file_depth", 2);
        assertThat(disk).hasBinaryContent(before);
    }

    private static void snapshot(QmpClient qmp, Path dir, String node, String overlay) throws IOException {
        Path image = Files.createFile(dir.resolve(overlay + ".qcow2"));
        qmp.execute("blockdev-add", Map.of("driver", "file", "node-name", overlay + "-file", "filename", image));
        Map<String, ?> options = Map.of("driver", "qcow2", "file", overlay + "-file", "size", SIZE);
        qmp.execute("blockdev-create", Map.of("job-id", overlay, "options", options));
        assertThat(qmp).job(overlay).succeeds();

        qmp.execute("blockdev-add", Map.of("driver", "qcow2", "node-name", overlay, "file", overlay + "-file"));
        qmp.execute("blockdev-snapshot", Map.of("node", node, "overlay", overlay));
    }
}
