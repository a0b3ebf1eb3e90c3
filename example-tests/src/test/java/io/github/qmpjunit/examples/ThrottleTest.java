package io.github.qmpjunit.examples;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.qmp.QmpEvents.BLOCK_JOB_COMPLETED;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.junit.Vm;
import io.github.qmpjunit.qmp.QmpClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A throttle group limits how fast all its disks are together, in bytes or requests per second, until the limit is lifted. */
@QemuTest
@Vm(
        machine = "q35",
        paused = true,
        args = {"-m", "64", "-device", "virtio-scsi-pci", "-object", "throttle-group,id=group0,x-bps-total=262144"})
class ThrottleTest {

    @Test
    void slows_a_copy_down_until_the_limit_is_lifted(QmpClient qmp, @TempDir Path dir) throws IOException {
        Path image = Disks.random(dir.resolve("disk.raw"));
        Path overlay = dir.resolve("overlay.qcow2");
        Map<String, String> file = Map.of("driver", "file", "filename", image.toString());
        qmp.execute(
                "blockdev-add",
                Map.of("driver", "throttle", "node-name", "slow", "throttle-group", "group0", "file", file));
        qmp.execute("device_add", Map.of("driver", "scsi-hd", "id", "hd0", "drive", "slow"));
        qmp.execute(
                "blockdev-snapshot-sync",
                Map.of("node-name", "slow", "snapshot-file", overlay, "snapshot-node-name", "overlay"));
        qmp.execute("block-stream", Map.of("job-id", "stream0", "device", "overlay"));
        assertThat(qmp).receivesNoEvent(BLOCK_JOB_COMPLETED).during(Duration.ofMillis(500));
        assertThat(qmp).executing("query-jobs").returns("[0].status", "running");

        Map<String, Integer> unlimited = Map.of("bps-total", 0);
        qmp.execute("qom-set", Map.of("path", "/objects/group0", "property", "limits", "value", unlimited));

        assertThat(qmp).job("stream0").succeeds();
    }
}
