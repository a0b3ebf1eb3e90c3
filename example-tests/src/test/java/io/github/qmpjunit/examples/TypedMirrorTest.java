package io.github.qmpjunit.examples;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.examples.Disks.KIB;
import static io.github.qmpjunit.examples.Disks.PATTERN;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.junit.EnabledIfQemu;
import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.junit.Vm;
import io.github.qmpjunit.qapi.BlockJobCancel;
import io.github.qmpjunit.qapi.BlockJobChange;
import io.github.qmpjunit.qapi.BlockJobChangeOptions;
import io.github.qmpjunit.qapi.BlockJobInfo;
import io.github.qmpjunit.qapi.BlockdevAdd;
import io.github.qmpjunit.qapi.BlockdevMirror;
import io.github.qmpjunit.qapi.BlockdevOptions;
import io.github.qmpjunit.qapi.DeviceAdd;
import io.github.qmpjunit.qapi.MirrorCopyMode;
import io.github.qmpjunit.qapi.MirrorSyncMode;
import io.github.qmpjunit.qapi.QueryBlock;
import io.github.qmpjunit.qapi.QueryBlockJobs;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qmp.QmpClient;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link MirrorTest} with the types of qmp-qapi. */
@QemuTest
@Vm(
        machine = "q35",
        paused = true,
        args = {"-m", "64", "-device", "virtio-scsi-pci"})
class TypedMirrorTest {

    private Path disk = Path.of("");
    private Path moved = Path.of("");

    @BeforeEach
    void begin_to_move_the_disk(QmpClient qmp, @TempDir Path dir) throws IOException {
        disk = Disks.random(dir.resolve("disk.raw"));
        moved = Disks.empty(dir.resolve("moved.raw"));
        qmp.execute(BlockdevAdd.of(BlockdevOptions.file(disk.toString()).nodeName("disk")));
        qmp.execute(BlockdevAdd.of(BlockdevOptions.file(moved.toString()).nodeName("moved")));
        qmp.execute(DeviceAdd.of("scsi-hd").id("hd0").with("drive", "disk"));

        qmp.execute(BlockdevMirror.of("disk", "moved", MirrorSyncMode.FULL).jobId("mirror0"));
        assertThat(qmp).job("mirror0").reaches("ready");
    }

    @Test
    void moves_a_disk_under_its_guest(QemuMachine vm, QmpClient qmp) {
        Disks.writeAsGuest(vm, "hd0", 0, 64 * KIB);
        assertThat(qmp).job("mirror0").succeeds();

        assertThat(moved).hasSameBinaryContentAs(disk);
        assertThat(nodeOfTheDevice(qmp)).isEqualTo("moved");
    }

    @Test
    void stays_where_it_is_when_the_move_is_called_off(QmpClient qmp) {
        qmp.execute(BlockJobCancel.of("mirror0").force(true));

        assertThat(qmp).job("mirror0").endsCancelled();
        assertThat(nodeOfTheDevice(qmp)).isEqualTo("disk");
    }

    @Test
    @EnabledIfQemu(command = "block-job-change")
    void keeps_both_places_alike_from_now_on(QemuMachine vm, QmpClient qmp) throws IOException {
        qmp.execute(BlockJobChange.of(BlockJobChangeOptions.mirror("mirror0", MirrorCopyMode.WRITE_BLOCKING)));
        assertThat(qmp)
                .awaitReply(QueryBlockJobs.command())
                .withMatching(
                        "a mirror in sync", jobs -> jobs.get(0) instanceof BlockJobInfo.Mirror m && m.activelySynced());
        Disks.writeAsGuest(vm, "hd0", 0, 64 * KIB);

        assertThat(Disks.read(moved, 0, 64 * KIB)).containsOnly(PATTERN);
        assertThat(qmp).job("mirror0").succeeds();
    }

    private static String nodeOfTheDevice(QmpClient qmp) {
        return qmp.execute(QueryBlock.command())
                .get(0)
                .inserted()
                .flatMap(inserted -> inserted.nodeName())
                .orElseThrow();
    }
}
