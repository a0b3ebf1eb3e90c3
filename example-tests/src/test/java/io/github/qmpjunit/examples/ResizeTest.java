package io.github.qmpjunit.examples;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.examples.Disks.KIB;
import static io.github.qmpjunit.examples.Disks.PATTERN;
import static io.github.qmpjunit.examples.Disks.SIZE;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.junit.Vm;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qmp.QmpClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk grows while it is in use. */
@QemuTest
@Vm(
        machine = "q35",
        paused = true,
        args = {"-m", "64", "-device", "virtio-scsi-pci"})
class ResizeTest {

    @Test
    void grows_a_disk_that_is_in_use(QemuMachine vm, QmpClient qmp, @TempDir Path dir) throws IOException {
        Path disk = Disks.empty(dir.resolve("disk.raw"));
        qmp.execute("blockdev-add", Map.of("driver", "file", "node-name", "disk", "filename", disk));
        qmp.execute("device_add", Map.of("driver", "scsi-hd", "id", "hd0", "drive", "disk"));

        qmp.execute("block_resize", Map.of("node-name", "disk", "size", 3 * SIZE));

        assertThat(qmp).executing("query-block").returns("[0].inserted.image.virtual-size", 3 * SIZE);
        assertThat(disk).hasSize(3 * SIZE);
        Disks.writeAsGuest(vm, "hd0", 2 * SIZE, 64 * KIB);
        assertThat(Disks.read(disk, 2 * SIZE, 64 * KIB)).containsOnly(PATTERN);
    }
}
