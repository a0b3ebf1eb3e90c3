package io.github.qmpjunit.examples.iotests;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.qmp.QmpEvents.BLOCK_JOB_ERROR;
import static org.assertj.core.api.Assertions.assertThat;

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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** QEMU's I/O test 124: chains of incremental backups by a dirty bitmap, also after errors and in transactions. */
@QemuTest
class IncrementalBackup124Test {

    private static final int MIB = 1 << 20;
    private static final int DIRTIED = 458752;

    /** What a guest writes: once over all of an old part, once a new part, once over the edge of an old part. The
     * last one is flushed. */
    private static final List<String> WRITES =
            List.of("write -P 0xab 0 512", "write -P 0xfe 16M 256k", "write -f -P 0x64 32736k 64k");

    private static final List<String> MORE_WRITES =
            List.of("write -P 0x9a 0 512", "write -P 0x55 8M 352k", "write -f -P 0x78 15872k 1M");

    private QemuMachine vm;
    private QmpClient qmp;
    private Disks disks;

    @BeforeEach
    void keep(QemuMachine machine, Disks folder) {
        vm = machine;
        qmp = machine.qmp();
        disks = folder;
    }

    private Disk drive(String name) {
        return disks.qcow2(name)
                .size("64M")
                .create()
                .write(
                        new DiskPattern(0x41, 0, 512),
                        new DiskPattern(0xd5, MIB, 32 << 10),
                        new DiskPattern(0xdc, 32 * MIB, 124 << 10));
    }

    private Disk open(String name) {
        Disk drive = drive(name);
        qmp.execute("blockdev-add", drive.blockdev(name));
        return drive;
    }

    /** Open a drive whose first read after the first flush fails once. */
    private Disk openFailing(String name) {
        Disk drive = drive(name);
        Map<String, ?> error = Map.of("event", "read_aio", "errno", 5, "state", 2, "once", true);
        Map<String, ?> state = Map.of("event", "flush_to_disk", "state", 1, "new_state", 2);
        qmp.execute(
                "blockdev-add",
                drive.withBlkdebug(Map.of("inject-error", List.of(error), "set-state", List.of(state)))
                        .blockdev(name));
        return drive;
    }

    private void addBitmap(String drive, String name) {
        qmp.execute("block-dirty-bitmap-add", Map.of("node", drive, "name", name));
    }

    private static QmpCommand backup(String drive, Disk target) {
        return QmpCommand.of("drive-backup")
                .with("job-id", "backup-" + drive)
                .with("device", drive)
                .with("format", "qcow2")
                .with("target", target.path());
    }

    private Disk full(String drive, String name) {
        Disk target = disks.qcow2(name).existing();
        succeeds(drive, backup(drive, target).with("sync", "full"));
        return target;
    }

    private static QmpCommand incremental(String drive, String bitmap, Disk target) {
        return backup(drive, target)
                .with("sync", "incremental")
                .with("bitmap", bitmap)
                .with("mode", "existing");
    }

    private void succeeds(String drive, QmpCommand backup) {
        qmp.execute(backup);
        assertThat(qmp).job("backup-" + drive).succeeds();
    }

    private Disk overlay(String name, Disk parent) {
        return disks.qcow2(name).backing(parent).create();
    }

    private void write(String drive, List<String> commands) {
        commands.forEach(command -> vm.qemuIo(drive, command));
    }

    private JsonNode bitmap(String drive) {
        return qmp.execute("query-named-block-nodes", Map.of("flat", true))
                .valueStream()
                .filter(node -> node.path("node-name").asString().equals(drive))
                .flatMap(node -> node.path("dirty-bitmaps").valueStream())
                .filter(bitmap -> bitmap.path("name").asString("").equals("bitmap0"))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(ints = {32 << 10, 64 << 10, 128 << 10})
    void a_chain_of_increments_has_each_state_of_the_drive(int granularity) {
        Disk drive = open("drive0");
        Disk last = full("drive0", "full");
        qmp.execute("block-dirty-bitmap-add", Map.of("node", "drive0", "name", "bitmap0", "granularity", granularity));
        for (List<String> writes : List.of(List.<String>of(), WRITES, MORE_WRITES)) {
            write("drive0", writes);
            Disk increment = overlay("increment" + writes.hashCode(), last);
            succeeds("drive0", incremental("drive0", "bitmap0", increment));
            assertThat(increment).hasSameContentAs(full("drive0", "reference" + writes.hashCode()));
            last = increment;
        }
        assertThat(last).hasSameContentAs(drive.whileInUse()).hasNoErrors();
    }

    @Test
    void a_target_can_have_larger_clusters_than_the_bitmap() {
        open("drive0");
        Disk full =
                disks.qcow2("full").size("64M").option("cluster_size", "128k").create();
        succeeds("drive0", backup("drive0", full).with("sync", "full").with("mode", "existing"));
        addBitmap("drive0", "bitmap0");
        write("drive0", WRITES);
        assertThat(bitmap("drive0").path("count").asInt()).isEqualTo(DIRTIED);

        Disk target =
                disks.qcow2("target").size("64M").option("cluster_size", "128k").create();
        succeeds("drive0", incremental("drive0", "bitmap0", target));
        target.rebaseUnsafe(full.path().toString(), DiskFormat.QCOW2);
        assertThat(target).hasSameContentAs(full("drive0", "reference"));
    }

    @Test
    void a_transaction_clears_bitmaps_together_with_a_full_backup() {
        open("drive0");
        addBitmap("drive0", "bitmap0");
        write("drive0", WRITES);
        addBitmap("drive0", "bitmap1");
        Disk full = disks.qcow2("full").existing();
        qmp.execute(QmpCommand.of(
                "transaction",
                Map.of(
                        "actions",
                        List.of(
                                clear("bitmap0"),
                                clear("bitmap1"),
                                action(backup("drive0", full).with("sync", "full"))))));
        assertThat(qmp).job("backup-drive0").succeeds();
        write("drive0", MORE_WRITES);

        for (String bitmap : List.of("bitmap0", "bitmap1")) {
            Disk target = overlay("by-" + bitmap, full);
            succeeds("drive0", incremental("drive0", bitmap, target));
            assertThat(target).hasSameContentAs(full("drive0", "reference-" + bitmap));
        }
    }

    private static Map<String, ?> clear(String bitmap) {
        return Map.of("type", "block-dirty-bitmap-clear", "data", Map.of("node", "drive0", "name", bitmap));
    }

    private static Map<String, ?> action(QmpCommand command) {
        return Map.of("type", command.name(), "data", command.arguments().orElseThrow());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void of_a_group_of_backups_all_succeed_or_none(boolean firstIsEmpty) {
        open("drive0");
        openFailing("drive1");
        addBitmap("drive0", "bitmap0");
        addBitmap("drive1", "bitmap0");
        Disk[] full = {full("drive0", "full0"), full("drive1", "full1")};
        if (!firstIsEmpty) {
            write("drive0", WRITES);
        }
        write("drive1", MORE_WRITES);

        startGroup("failed", full);
        assertThat(qmp)
                .awaitEvent(BLOCK_JOB_ERROR)
                .withData("device", "backup-drive1")
                .withData("operation", "read");
        assertThat(qmp).job("backup-drive1").failsWithErrorContaining("Input/output error");
        assertThat(qmp).job("backup-drive0").endsCancelled();
        if (!firstIsEmpty) {
            startGroup("repeated", full);
            for (String drive : List.of("drive0", "drive1")) {
                assertThat(qmp).job("backup-" + drive).succeeds();
                assertThat(disks.qcow2("repeated-" + drive).existing())
                        .hasSameContentAs(full(drive, "reference-" + drive));
            }
        }
    }

    private void startGroup(String name, Disk[] parents) {
        Disk first = overlay(name + "-drive0", parents[0]);
        Disk second = overlay(name + "-drive1", parents[1]);
        qmp.execute(QmpCommand.of("transaction")
                .with(
                        "actions",
                        List.of(
                                action(incremental("drive0", "bitmap0", first)),
                                action(incremental("drive1", "bitmap0", second))))
                .with("properties", Map.of("completion-mode", "grouped")));
    }

    @Test
    void needs_a_bitmap_that_is_there_and_a_granularity_that_is_a_power_of_two() {
        open("drive0");
        Disk target = disks.qcow2("target").existing();
        QmpCommand backup = backup("drive0", target).with("sync", "incremental");
        assertThat(qmp).executing(backup).failsWithDescriptionContaining("bitmap");
        assertThat(qmp).executing(backup.with("bitmap", "unknown")).failsWithDescriptionContaining("unknown");
        assertThat(qmp)
                .executing("block-dirty-bitmap-add", Map.of("node", "drive0", "name", "bitmap0", "granularity", 64000))
                .failsWithDescriptionContaining("power of 2");
    }

    @Test
    void writes_behind_the_old_end_are_in_the_increment() {
        open("drive0");
        Disk full = full("drive0", "full");
        addBitmap("drive0", "bitmap0");
        qmp.execute("block_resize", Map.of("node-name", "drive0", "size", 65 * MIB));
        vm.qemuIo("drive0", "write 64M 64k");

        Disk target = disks.qcow2("target").backing(full).size("65M").create();
        succeeds("drive0", incremental("drive0", "bitmap0", target));
        assertThat(target).hasSameContentAs(full("drive0", "reference"));
    }

    @Test
    void a_backup_after_a_failed_one_has_it_all() {
        openFailing("drive0");
        Disk full = full("drive0", "full");
        addBitmap("drive0", "bitmap0");
        write("drive0", WRITES);
        qmp.execute(incremental("drive0", "bitmap0", overlay("failed", full)));
        assertThat(qmp).job("backup-drive0").failsWithErrorContaining("Input/output error");

        write("drive0", MORE_WRITES);
        Disk target = overlay("target", full);
        succeeds("drive0", incremental("drive0", "bitmap0", target));
        assertThat(target).hasSameContentAs(full("drive0", "reference"));
    }

    @Test
    void a_backup_that_an_error_stops_goes_on() {
        openFailing("drive0");
        Disk full = full("drive0", "full");
        addBitmap("drive0", "bitmap0");
        write("drive0", WRITES);
        assertThat(bitmap("drive0").path("count").asInt()).isEqualTo(DIRTIED);
        Disk target = overlay("target", full);
        qmp.execute(incremental("drive0", "bitmap0", target).with("on-source-error", "stop"));
        assertThat(qmp).awaitEvent(BLOCK_JOB_ERROR).withData("action", "stop").withData("operation", "read");
        assertThat(bitmap("drive0").path("busy").asBoolean()).isTrue();
        assertThat(bitmap("drive0").path("count").asInt()).isEqualTo(DIRTIED);

        qmp.execute("block-job-resume", Map.of("device", "backup-drive0"));
        assertThat(qmp).job("backup-drive0").succeeds();
        assertThat(bitmap("drive0").path("busy").asBoolean()).isFalse();
        assertThat(bitmap("drive0").path("count").asInt()).isZero();
        assertThat(target).hasSameContentAs(full("drive0", "reference"));
    }
}
