package io.github.qmpjunit.examples.iotests;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.disk.Disk;
import io.github.qmpjunit.qemu.disk.Disks;
import io.github.qmpjunit.qmp.QmpClient;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** QEMU's I/O test 165: what a persistent bitmap has recorded is there again when the image is opened again. */
@QemuTest
class PersistentBitmaps165Test {

    private static final Map<String, ?> BITMAP = Map.of("node", "node0", "name", "bitmap0");

    private Disk disk;

    @BeforeEach
    void open(QmpClient qmp, Disks disks) {
        disk = disks.qcow2("disk").size("1G").create();
        qmp.execute("blockdev-add", disk.blockdev("node0"));
        qmp.execute("block-dirty-bitmap-add", Map.of("node", "node0", "name", "bitmap0", "persistent", true));
    }

    private static void close(QmpClient qmp) {
        qmp.execute("blockdev-del", Map.of("node-name", "node0"));
    }

    private static String sha256(QmpClient qmp) {
        return qmp.execute("x-debug-block-dirty-bitmap-sha256", BITMAP)
                .path("sha256")
                .asString();
    }

    private static void writeFirst(QemuMachine vm) {
        vm.qemuIo("node0", "write 0x0fff00 0x10000");
        vm.qemuIo("node0", "write 0x200000 0x100000");
    }

    private static void writeSecond(QemuMachine vm) {
        vm.qemuIo("node0", "write 0x10000000 0x20000");
        vm.qemuIo("node0", "write 0x3fff0000 0x10000");
    }

    @Test
    void a_bitmap_is_kept_from_one_opening_to_the_next(QemuMachine vm, QmpClient qmp) {
        writeFirst(vm);
        String first = sha256(qmp);
        close(qmp);
        qmp.execute("blockdev-add", disk.blockdev("node0", Map.of("read-only", true)));
        close(qmp);

        qmp.execute("blockdev-add", disk.blockdev("node0"));
        assertThat(sha256(qmp)).isEqualTo(first);
        writeSecond(vm);
        String second = sha256(qmp);
        close(qmp);

        assertThat(disk).hasBitmaps("bitmap0").hasNoErrors();
        qmp.execute("blockdev-add", disk.blockdev("node0"));
        assertThat(sha256(qmp)).isEqualTo(second);
    }

    @Test
    void a_bitmap_that_was_opened_read_only_records_again_after_a_reopen(QemuMachine vm, QmpClient qmp) {
        writeFirst(vm);
        String first = sha256(qmp);
        writeSecond(vm);
        String both = sha256(qmp);
        assertThat(both).isNotEqualTo(first);
        qmp.execute("block-dirty-bitmap-clear", BITMAP);
        writeFirst(vm);
        assertThat(sha256(qmp)).isEqualTo(first);
        close(qmp);

        qmp.execute("blockdev-add", disk.blockdev("node0", Map.of("read-only", true)));
        assertThat(sha256(qmp)).isEqualTo(first);
        assertThatThrownBy(() -> writeSecond(vm)).hasMessageContaining("read-only");
        assertThat(sha256(qmp)).isEqualTo(first);

        qmp.execute("blockdev-reopen", Map.of("options", List.of(disk.blockdev("node0", Map.of("read-only", false)))));
        writeSecond(vm);
        assertThat(sha256(qmp)).isEqualTo(both);
    }
}
