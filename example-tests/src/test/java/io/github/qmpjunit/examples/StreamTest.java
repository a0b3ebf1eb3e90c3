package io.github.qmpjunit.examples;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.junit.Vm;
import io.github.qmpjunit.qmp.QmpClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A stream copies into an overlay whatever it still reads from the images below, until it needs them no longer. */
@QemuTest
@Vm(
        machine = "q35",
        paused = true,
        args = {"-m", "64", "-device", "virtio-scsi-pci"})
class StreamTest {

    @Test
    void frees_a_disk_from_the_images_below_it(QmpClient qmp, @TempDir Path dir) throws IOException {
        Path base = Disks.random(dir.resolve("base.raw"));
        Path overlay = dir.resolve("overlay.qcow2");
        qmp.execute("blockdev-add", Map.of("driver", "file", "node-name", "base", "filename", base));
        qmp.execute("device_add", Map.of("driver", "scsi-hd", "id", "hd0", "drive", "base"));
        qmp.execute(
                "blockdev-snapshot-sync",
                Map.of("node-name", "base", "snapshot-file", overlay, "snapshot-node-name", "overlay"));

        qmp.execute("block-stream", Map.of("job-id", "stream0", "device", "overlay"));
        assertThat(qmp).job("stream0").succeeds();

        assertThat(Disks.info(qmp, "overlay").path("backing_file_depth").asInt())
                .isZero();
        qmp.execute("blockdev-del", Map.of("node-name", "base"));
        Path copy = Disks.empty(dir.resolve("copy.raw"));
        qmp.execute("blockdev-add", Map.of("driver", "file", "node-name", "copy", "filename", copy));
        qmp.execute(
                "blockdev-backup", Map.of("job-id", "copy0", "device", "overlay", "target", "copy", "sync", "full"));
        assertThat(qmp).job("copy0").succeeds();
        assertThat(copy).hasSameBinaryContentAs(base);
    }
}
