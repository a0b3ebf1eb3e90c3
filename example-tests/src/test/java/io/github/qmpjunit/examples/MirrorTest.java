package io.github.qmpjunit.examples;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.examples.Disks.KIB;
import static io.github.qmpjunit.examples.Disks.PATTERN;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.junit.EnabledIfQemu;
import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.junit.Vm;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qmp.QmpClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A mirror moves a disk to another place under a guest that goes on using it. */
@QemuTest
@Vm(
        machine = "q35",
        paused = true,
        args = {"-m", "64", "-device", "virtio-scsi-pci"})
class MirrorTest {

    private Path disk = Path.of("");
    private Path moved = Path.of("");

    @BeforeEach
    void begin_to_move_the_disk(QmpClient qmp, @TempDir Path dir) throws IOException {
        disk = Disks.random(dir.resolve("disk.raw"));
        moved = Disks.empty(dir.resolve("moved.raw"));
        qmp.execute("blockdev-add", Map.of("driver", "file", "node-name", "disk", "filename", disk));
        qmp.execute("blockdev-add", Map.of("driver", "file", "node-name", "moved", "filename", moved));
        qmp.execute("device_add", Map.of("driver", "scsi-hd", "id", "hd0", "drive", "disk"));

        qmp.execute(
                "blockdev-mirror", Map.of("job-id", "mirror0", "device", "disk", "target", "moved", "sync", "full"));
        assertThat(qmp).job("mirror0").reaches("ready");
    }

    @Test
    void moves_a_disk_under_its_guest(QemuMachine vm, QmpClient qmp) {
        Disks.writeAsGuest(vm, "hd0", 0, 64 * KIB);
        assertThat(qmp).job("mirror0").succeeds();

        assertThat(moved).hasSameBinaryContentAs(disk);
        assertThat(qmp).executing("query-block").returns("[0].inserted.node-name", "moved");
    }

    @Test
    void stays_where_it_is_when_the_move_is_called_off(QmpClient qmp) {
        qmp.execute("block-job-cancel", Map.of("device", "mirror0", "force", true));

        assertThat(qmp).job("mirror0").endsCancelled();
        assertThat(qmp).executing("query-block").returns("[0].inserted.node-name", "disk");
    }

    @Test
    @EnabledIfQemu(command = "block-job-change")
    void keeps_both_places_alike_from_now_on(QemuMachine vm, QmpClient qmp) throws IOException {
        qmp.execute("block-job-change", Map.of("id", "mirror0", "type", "mirror", "copy-mode", "write-blocking"));
        assertThat(qmp).awaitReply("query-block-jobs").with("[0].actively-synced", true);
        Disks.writeAsGuest(vm, "hd0", 0, 64 * KIB);

        assertThat(Disks.read(moved, 0, 64 * KIB)).containsOnly(PATTERN);
        assertThat(qmp).job("mirror0").succeeds();
    }
}
