package io.github.qmpjunit.examples.iotests;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.disk.Disk;
import io.github.qmpjunit.qemu.disk.DiskFormat;
import io.github.qmpjunit.qemu.disk.DiskPattern;
import io.github.qmpjunit.qemu.disk.Disks;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpCommand;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/**
 * QEMU's I/O test 257: what a bitmap holds after a backup that succeeds, is cancelled, or fails in the middle, by sync mode and bitmap mode. Of
 * the modes full and top, which the original combines with everything, six cases are here.
 */
@QemuTest
class BitmapSync257Test {

    private static final int SIZE = 64 << 20;
    private static final int BIT = 64 << 10;

    private static final List<List<DiskPattern>> GROUPS = List.of(
            List.of(part(0x49, 0), part(0x6c, 0x100000), part(0x6f, 0x2000000), part(0x76, 0x3ff0000)),
            List.of(part(0x65, 0), part(0x77, 0xf8000), part(0x72, 0x2008000), part(0x69, 0x3fe0000)),
            List.of(
                    part(0x74, 0x10000),
                    part(0x69, 0xe8000),
                    part(0x6e, 0x2018000),
                    new DiskPattern(0x67, 0x3fe0000, 2 * BIT)),
            // Nothing dirties again the cluster that is copied before the failure.
            List.of(
                    new DiskPattern(0xaa, 0x10000, 3 * BIT),
                    part(0xbb, 0xd8000),
                    part(0xcc, 0x2028000),
                    part(0xdd, 0x3fc0000)));

    private QemuMachine vm;
    private QmpClient qmp;
    private Disks disks;
    private final BitSet expected = new BitSet();

    @BeforeEach
    void keep(QemuMachine machine, Disks folder) {
        vm = machine;
        qmp = machine.qmp();
        disks = folder;
    }

    private static DiskPattern part(int value, long offset) {
        return new DiskPattern(value, offset, BIT);
    }

    private static BitSet bitsOf(int group) {
        BitSet bits = new BitSet();
        for (DiskPattern part : GROUPS.get(group)) {
            bits.set((int) (part.offset() / BIT), (int) ((part.offset() + part.length() - 1) / BIT) + 1);
        }
        return bits;
    }

    private void write(String node, int group) {
        GROUPS.get(group)
                .forEach(part ->
                        vm.qemuIo(node, "write -P %s %s %s".formatted(part.value(), part.offset(), part.length())));
    }

    private void assertBitmapAsExpected() {
        assertThat(bitmap("bitmap0").path("count").asInt()).isEqualTo(expected.cardinality() * BIT);
    }

    private JsonNode bitmap(String name) {
        return bitmaps()
                .filter(bitmap -> bitmap.path("name").asString("").equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** Return the bitmap without a name that records what is written during a job. */
    private JsonNode recording() {
        return bitmaps()
                .filter(bitmap ->
                        !bitmap.has("name") && bitmap.path("recording").asBoolean())
                .findFirst()
                .orElseThrow();
    }

    private Stream<JsonNode> bitmaps() {
        return qmp.execute("query-named-block-nodes", Map.of("flat", true))
                .valueStream()
                .filter(node -> node.path("node-name").asString().equals("drive0"))
                .flatMap(node -> node.path("dirty-bitmaps").valueStream());
    }

    private Disk start(String name, QmpCommand backup) {
        Disk target = disks.qcow2(name).size(SIZE).create();
        qmp.execute("blockdev-add", target.blockdev(name));
        qmp.execute(backup.with("job-id", name)
                .with("device", "drive0")
                .with("target", name)
                .with("filter-node-name", "backup-top")
                .with("x-perf", Map.of("max-workers", 1))
                .with("auto-finalize", false));
        return target;
    }

    private static QmpCommand backup(String sync) {
        return QmpCommand.of("blockdev-backup").with("sync", sync);
    }

    private Disk reference(String name) {
        Disk target = start(name, backup("full"));
        assertThat(qmp).job(name).succeeds();
        return target;
    }

    @ParameterizedTest(name = "sync {0}, bitmap mode {1}, failure {2}")
    @CsvSource({
        "bitmap, never, simulated",
        "bitmap, never, intermediate",
        "bitmap, never, none",
        "bitmap, on-success, simulated",
        "bitmap, on-success, intermediate",
        "bitmap, on-success, none",
        "bitmap, always, simulated",
        "bitmap, always, intermediate",
        "bitmap, always, none",
        "full, on-success, none",
        "full, always, simulated",
        "full, always, intermediate",
        "top, on-success, none",
        "top, always, simulated",
        "top, always, intermediate"
    })
    void a_bitmap_after_a_backup(String sync, String mode, String failure) {
        boolean fails = failure.equals("intermediate");
        Disk drive = disks.qcow2("img").size(SIZE).create();
        Map<String, ?> debug = Map.of(
                "set-state",
                List.of(
                        Map.of("event", "flush_to_disk", "state", 1, "new_state", 2),
                        Map.of("event", "read_aio", "state", 2, "new_state", 3)),
                "inject-error",
                List.of(Map.of("event", "read_aio", "errno", 5, "state", 3, "once", true)));
        qmp.execute("blockdev-add", (fails ? drive.withBlkdebug(debug) : drive).blockdev("drive0"));

        write("drive0", 0);
        Disk before = reference("fbackup0");
        qmp.execute("block-dirty-bitmap-add", Map.of("node", "drive0", "name", "bitmap0", "granularity", BIT));
        write("drive0", 1);
        expected.or(bitsOf(1));
        assertBitmapAsExpected();
        Disk reference = reference("fbackup1");

        if (fails) {
            vm.qemuIo(
                    "drive0",
                    "write -f -P 0x65 0 64k"); // nothing new, but it flushes: the second read from now on fails
        }
        Disk first = start("bsync1", backup(sync).with("bitmap", "bitmap0").with("bitmap-mode", mode));
        if (fails) {
            assertThat(qmp).job("bsync1").failsWithErrorContaining("Input/output error");
            expectAfterFailure(sync, mode);
        } else {
            assertThat(qmp).job("bsync1").reaches("pending");
            write("backup-top", 2);
            assertBitmapAsExpected(); // as it was: new writes are recorded beside it
            assertThat(recording().path("count").asInt()).isEqualTo(bitsOf(2).cardinality() * BIT);
            if (failure.equals("simulated")) {
                qmp.execute("job-cancel", Map.of("id", "bsync1"));
                assertThat(qmp).job("bsync1").endsCancelled();
            } else {
                assertThat(qmp).job("bsync1").succeeds();
            }
            if (mode.equals("always") || (mode.equals("on-success") && failure.equals("none"))) {
                expected.clear();
            }
            expected.or(bitsOf(2));
        }
        assertBitmapAsExpected();

        write("drive0", 3);
        expected.or(bitsOf(3));
        assertBitmapAsExpected();
        Disk last = reference("fbackup2");
        Disk second = start("bsync2", backup("bitmap").with("bitmap", "bitmap0").with("bitmap-mode", mode));
        assertThat(qmp).job("bsync2").succeeds();
        if (!mode.equals("never")) {
            expected.clear();
        }
        assertBitmapAsExpected();

        for (String node : List.of("drive0", "fbackup0", "fbackup1", "fbackup2", "bsync1", "bsync2")) {
            qmp.execute("blockdev-del", Map.of("node-name", node));
        }
        first.rebaseUnsafe(before.path().toString(), DiskFormat.QCOW2);
        if (fails) {
            assertThat(first).doesNotHaveSameContentAs(reference);
        } else {
            assertThat(first).hasSameContentAs(reference);
        }
        Disk kept = failure.equals("none") || mode.equals("always") ? first : before;
        second.rebaseUnsafe(kept.path().toString(), DiskFormat.QCOW2);
        assertThat(second).hasSameContentAs(last);
        assertThat(drive).hasSameContentAs(last).hasNoErrors();
    }

    /** One bit is copied before the error. */
    private void expectAfterFailure(String sync, String mode) {
        if (!mode.equals("always")) {
            return;
        }
        if (sync.equals("top")) {
            expected.or(bitsOf(0)); // what is allocated is dirty
        }
        expected.clear(expected.nextSetBit(0));
        if (sync.equals("full")) {
            int failed = expected.nextSetBit(0);
            expected.set(failed, SIZE / BIT);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "incremental, , on-success always never default",
        "incremental, bitmap404, on-success always never default",
        "incremental, bitmap0, always never",
        "bitmap, , on-success always never default",
        "bitmap, bitmap404, on-success always never default",
        "bitmap, bitmap0, default",
        "full, , on-success always never",
        "full, bitmap404, on-success always never default",
        "full, bitmap0, never default",
        "top, , on-success always never",
        "top, bitmap404, on-success always never default",
        "top, bitmap0, never default",
        "none, , on-success always never",
        "none, bitmap404, on-success always never default",
        "none, bitmap0, on-success always never default"
    })
    void what_makes_no_sense_is_refused(String sync, String bitmap, String modes) {
        qmp.execute("blockdev-add", disks.qcow2("img").size(SIZE).create().blockdev("drive0"));
        qmp.execute("blockdev-add", disks.qcow2("target").size(SIZE).create().blockdev("target"));
        qmp.execute("block-dirty-bitmap-add", Map.of("node", "drive0", "name", "bitmap0", "granularity", BIT));
        for (String mode : modes.split(" ")) {
            QmpCommand command =
                    backup(sync).with("job-id", "api").with("device", "drive0").with("target", "target");
            command = bitmap == null ? command : command.with("bitmap", bitmap);
            command = mode.equals("default") ? command : command.with("bitmap-mode", mode);
            assertThat(qmp).executing(command).failsWith("GenericError");
        }
    }
}
