package com.example;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.qmp.QmpEvents.JOB_STATUS_CHANGE;

import io.github.qmpjunit.junit.QemuExtension;
import io.github.qmpjunit.qmp.QmpClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(QemuExtension.class)
class CreateImageTest {

    @Test
    void creates_a_qcow2_image(QmpClient qmp, @TempDir Path dir) throws IOException {
        Path image = Files.createFile(dir.resolve("disk.qcow2"));
        qmp.execute("blockdev-add", Map.of("driver", "file", "node-name", "file0", "filename", image.toString()));
        qmp.execute(
                "blockdev-create",
                Map.of("job-id", "create0", "options", Map.of("driver", "qcow2", "file", "file0", "size", 1 << 20)));

        assertThat(qmp).awaitEvent(JOB_STATUS_CHANGE).withData("id", "create0").withData("status", "concluded");
    }
}
