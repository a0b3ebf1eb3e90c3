package io.github.qmpjunit.examples;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.examples.Disks.KIB;
import static io.github.qmpjunit.qmp.QmpEvents.BLOCK_JOB_COMPLETED;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A dirty bitmap remembers what has been written since the last backup, so that the next one copies no more than that. */
@QemuTest
class IncrementalBackupTest {

    @Test
    void copies_only_what_has_changed_since_the_last_backup(QemuMachine vm, QmpClient qmp, @TempDir Path dir)
            throws IOException {
        Path disk = Disks.random(dir.resolve("disk.raw"));
        Path copy = Files.copy(disk, dir.resolve("copy.raw"));
        qmp.execute("blockdev-add", Map.of("driver", "file", "node-name", "disk", "filename", disk));
        qmp.execute("blockdev-add", Map.of("driver", "file", "node-name", "copy", "filename", copy));
        qmp.execute("block-dirty-bitmap-add", Map.of("node", "disk", "name", "daily"));

        Disks.write(vm, "disk", 128 * KIB, 64 * KIB);
        qmp.execute(QmpCommand.of("blockdev-backup")
                .with("job-id", "backup0")
                .with("device", "disk")
                .with("target", "copy")
                .with("sync", "incremental")
                .with("bitmap", "daily"));

        assertThat(qmp).job("backup0").succeeds();
        assertThat(qmp).awaitEvent(BLOCK_JOB_COMPLETED).withData("len", 64 * KIB);
        assertThat(copy).hasSameBinaryContentAs(disk);
    }
}
