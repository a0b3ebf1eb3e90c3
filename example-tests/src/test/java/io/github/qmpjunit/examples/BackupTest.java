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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A full backup holds the disk as it was when the backup began, whatever the guest writes until it ends. */
@QemuTest
@Vm(
        machine = "q35",
        paused = true,
        args = {"-m", "64", "-device", "virtio-scsi-pci"})
class BackupTest {

    @Test
    void copies_a_disk_as_it_was_while_its_guest_goes_on_writing(QemuMachine vm, QmpClient qmp, @TempDir Path dir)
            throws IOException {
        Path disk = Disks.random(dir.resolve("disk.raw"));
        byte[] before = Files.readAllBytes(disk);
        Path copy = Disks.empty(dir.resolve("copy.raw"));
        qmp.execute("blockdev-add", Map.of("driver", "file", "node-name", "disk", "filename", disk));
        qmp.execute("blockdev-add", Map.of("driver", "file", "node-name", "copy", "filename", copy));
        qmp.execute("device_add", Map.of("driver", "scsi-hd", "id", "hd0", "drive", "disk"));

        Map<String, ?> backup =
                Map.of("job-id", "backup0", "device", "disk", "target", "copy", "sync", "full", "speed", 1);
        qmp.execute("blockdev-backup", backup);
        Disks.writeAsGuest(vm, "hd0", SIZE - 64 * KIB, 64 * KIB);
        qmp.execute("block-job-set-speed", Map.of("device", "backup0", "speed", 0));

        assertThat(qmp).job("backup0").succeeds();
        assertThat(copy).hasBinaryContent(before);
        assertThat(Disks.read(disk, SIZE - 64 * KIB, 64 * KIB)).containsOnly(PATTERN);
    }
}
