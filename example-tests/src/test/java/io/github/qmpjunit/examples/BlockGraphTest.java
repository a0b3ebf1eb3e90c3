package io.github.qmpjunit.examples;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.qmp.QmpEvents.BLOCK_JOB_COMPLETED;
import static io.github.qmpjunit.qmp.QmpJson.object;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.junit.Vm;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpCommand;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes, bitmaps and jobs that belong together; and commands as templates. */
@QemuTest
@Vm(allowedStderr = "block size") // QEMU warns of targets without one
class BlockGraphTest {

    private static final QmpCommand NODE = QmpCommand.of("blockdev-add")
            .with("driver", "null-co")
            .with("node-name", "disk")
            .with("size", 1 << 20)
            .with("read-zeroes", true);

    private static final QmpCommand BACKUP = QmpCommand.of("blockdev-backup")
            .with("job-id", "backup0")
            .with("device", "disk")
            .with("target", "copy0")
            .with("sync", "full");

    @Test
    void a_bitmap_counts_what_is_written(QemuMachine vm, QmpClient qmp) {
        qmp.execute(NODE);
        qmp.execute("block-dirty-bitmap-add", Map.of("node", "disk", "name", "bitmap0"));

        vm.qemuIo("disk", "write 0 64k");

        assertThat(qmp).node("disk").hasDriver("null-co").hasBitmap("bitmap0", Map.of("count", 65536));
    }

    @Test
    void two_backups_in_one_transaction(QmpClient qmp) {
        qmp.execute(NODE);
        qmp.execute(NODE.with("node-name", "copy0"));
        qmp.execute(NODE.with("node-name", "copy1"));

        qmp.execute(
                QmpCommand.transaction(BACKUP, BACKUP.with("job-id", "backup1").with("target", "copy1"))
                        .with("properties", Map.of("completion-mode", "grouped")));

        assertThat(qmp).jobs("backup0", "backup1").succeed();
        assertThat(qmp)
                .awaitEvent(BLOCK_JOB_COMPLETED)
                .withData("device", "backup1")
                .withEqualData("offset", "len");
    }

    @Test
    void an_overlay_and_what_is_below_it(QmpClient qmp, @TempDir Path dir) {
        Path file = dir.resolve("top.qcow2");
        qmp.execute(NODE.with("node-name", "base"));
        qmp.execute(
                "blockdev-create",
                object("job-id", "file", "options", object("driver", "file", "filename", file, "size", 0)));
        assertThat(qmp).job("file").succeeds();
        qmp.execute("blockdev-add", object("driver", "file", "node-name", "top-file", "filename", file));
        qmp.execute(
                "blockdev-create",
                object("job-id", "top", "options", object("driver", "qcow2", "file", "top-file", "size", 1 << 20)));
        assertThat(qmp).job("top").succeeds();

        qmp.execute(
                "blockdev-add", object("driver", "qcow2", "node-name", "top", "file", "top-file", "backing", "base"));
        assertThat(qmp).node("top").hasBackingChain("base");

        qmp.execute("blockdev-del", object("node-name", "top"));
        qmp.execute("blockdev-add", object("driver", "qcow2", "node-name", "top", "file", "top-file", "backing", null));
        assertThat(qmp).node("top").hasBackingChain();
    }
}
