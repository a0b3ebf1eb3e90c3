package io.github.qmpjunit.examples.iotests;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.qemu.disk.Disk;
import io.github.qmpjunit.qemu.disk.DiskBitmap;
import io.github.qmpjunit.qemu.disk.Disks;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpCommand;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** QEMU's I/O test 246: persistent bitmaps stay with an image that grows and shrinks. */
@QemuTest
class BitmapResize246Test {

    private static final long GIB = 1L << 30;
    private static final DiskBitmap SMALL = new DiskBitmap("Small", 32 << 10, true, false);
    private static final DiskBitmap LARGE = new DiskBitmap("Large", 128 << 10, true, false);

    private static DiskBitmap medium(String name) {
        return new DiskBitmap(name, 64 << 10, true, false);
    }

    private static QmpCommand bitmap(String action, String name) {
        return QmpCommand.of("block-dirty-bitmap-" + action)
                .with("node", "drive0")
                .with("name", name);
    }

    private static void add(QmpClient qmp, String name) {
        qmp.execute(bitmap("add", name).with("persistent", true));
    }

    private static void resize(QmpClient qmp, long size) {
        qmp.execute("block_resize", Map.of("node-name", "drive0", "size", size));
    }

    @Test
    void bitmaps_survive_growing_and_shrinking(QmpClient qmp, Disks disks) {
        Disk disk = disks.qcow2("disk").size(64 * GIB).create();

        qmp.execute("blockdev-add", disk.blockdev("drive0"));
        qmp.execute(bitmap("add", "Small").with("granularity", 32 << 10).with("persistent", true));
        add(qmp, "Medium");
        qmp.execute(bitmap("add", "Large").with("granularity", 128 << 10).with("persistent", true));
        qmp.execute(bitmap("add", "Transient").with("persistent", false));
        qmp.execute("blockdev-del", Map.of("node-name", "drive0"));
        assertThat(disk.info().bitmaps()).containsExactlyInAnyOrder(SMALL, medium("Medium"), LARGE);

        qmp.execute("blockdev-add", disk.blockdev("drive0"));
        add(qmp, "New");
        resize(qmp, 70 * GIB);
        add(qmp, "Newtwo");
        qmp.execute("blockdev-del", Map.of("node-name", "drive0"));
        assertThat(disk).hasVirtualSize(70 * GIB).hasNoErrors();
        assertThat(disk.info().bitmaps())
                .containsExactlyInAnyOrder(SMALL, medium("Medium"), LARGE, medium("New"), medium("Newtwo"));

        qmp.execute("blockdev-add", disk.blockdev("drive0"));
        add(qmp, "NewB");
        qmp.execute(bitmap("remove", "New"));
        resize(qmp, 50 * GIB);
        add(qmp, "NewC");
        qmp.execute(bitmap("remove", "Newtwo"));
        qmp.execute("blockdev-del", Map.of("node-name", "drive0"));
        assertThat(disk).hasVirtualSize(50 * GIB).hasNoErrors().hasBitmaps("Small", "Medium", "Large", "NewB", "NewC");

        qmp.execute("blockdev-add", disk.blockdev("drive0"));
        for (String name : new String[] {"Small", "Medium", "Large", "NewB", "NewC"}) {
            qmp.execute(bitmap("remove", name));
        }
        qmp.execute("blockdev-del", Map.of("node-name", "drive0"));
        assertThat(disk).hasBitmaps().hasNoErrors();
    }
}
