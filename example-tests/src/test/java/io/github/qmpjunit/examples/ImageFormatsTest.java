package io.github.qmpjunit.examples;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.qmp.QmpClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** QEMU creates images of many formats, in a job, and uses them. */
@QemuTest
class ImageFormatsTest {

    @ParameterizedTest
    @ValueSource(strings = {"qcow2", "qed", "parallels", "vdi", "vhdx", "vmdk"})
    void creates_and_opens_an_image(String format, QmpClient qmp, @TempDir Path dir) throws IOException {
        Path image = Files.createFile(dir.resolve("disk." + format));
        qmp.execute("blockdev-add", Map.of("driver", "file", "node-name", "file0", "filename", image));

        Map<String, ?> options = Map.of("driver", format, "file", "file0", "size", 16 << 20);
        qmp.execute("blockdev-create", Map.of("job-id", "create0", "options", options));
        assertThat(qmp).job("create0").succeeds();

        qmp.execute("blockdev-add", Map.of("driver", format, "node-name", "disk", "file", "file0"));
        assertThat(Disks.info(qmp, "disk").at("/image/virtual-size").asInt()).isEqualTo(16 << 20);
    }

    @Test
    void says_why_an_image_cannot_be_created(QmpClient qmp, @TempDir Path dir) throws IOException {
        Path image = Files.createFile(dir.resolve("disk.qcow2"));
        qmp.execute("blockdev-add", Map.of("driver", "file", "node-name", "file0", "filename", image));

        Map<String, ?> options = Map.of("driver", "qcow2", "file", "file0", "size", 1 << 20, "cluster-size", 1000);
        qmp.execute("blockdev-create", Map.of("job-id", "create0", "options", options));

        assertThat(qmp).job("create0").failsWithErrorContaining("Cluster size must be a power of two");
    }
}
