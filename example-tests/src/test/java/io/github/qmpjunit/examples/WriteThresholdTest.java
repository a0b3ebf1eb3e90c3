package io.github.qmpjunit.examples;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.examples.Disks.KIB;
import static io.github.qmpjunit.examples.Disks.SIZE;
import static io.github.qmpjunit.qmp.QmpEvents.BLOCK_WRITE_THRESHOLD;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qmp.QmpClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** QEMU tells when a guest comes near the end of its storage, so that it can be extended in time. */
@QemuTest
class WriteThresholdTest {

    @Test
    void tells_when_a_guest_writes_beyond_a_threshold(QemuMachine vm, QmpClient qmp, @TempDir Path dir)
            throws IOException {
        Path disk = Disks.empty(dir.resolve("disk.raw"));
        qmp.execute("blockdev-add", Map.of("driver", "file", "node-name", "disk", "filename", disk));
        qmp.execute("block-set-write-threshold", Map.of("node-name", "disk", "write-threshold", SIZE / 2));

        assertThat(qmp).receivesNoEvent(BLOCK_WRITE_THRESHOLD).during(() -> Disks.write(vm, "disk", 0, 64 * KIB));
        Disks.write(vm, "disk", SIZE - 64 * KIB, 64 * KIB);

        assertThat(qmp)
                .awaitEvent(BLOCK_WRITE_THRESHOLD)
                .withData("node-name", "disk")
                .withData("amount-exceeded", SIZE / 2);
    }
}
