package io.github.qmpjunit.qemu;

import static io.github.qmpjunit.qmp.EventMatcher.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.qemu.process.ExitStatus;
import io.github.qmpjunit.qemu.process.QemuStartException;
import io.github.qmpjunit.qmp.QmpEvent;
import io.github.qmpjunit.qmp.job.QmpJobListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StorageDaemonTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    @Test
    void is_a_machine_without_a_machine(@TempDir Path dir) throws IOException {
        Path image = Files.createFile(dir.resolve("disk.qcow2"));
        StorageDaemon daemon = StorageDaemon.builder().name("disks").start();
        QmpJobListener job = new QmpJobListener("create0");
        daemon.qmp().register(job);
        daemon.qmp().execute("blockdev-add", Map.of("driver", "file", "node-name", "file0", "filename", image));
        daemon.qmp()
                .execute(
                        "blockdev-create",
                        Map.of(
                                "job-id",
                                "create0",
                                "options",
                                Map.of("driver", "qcow2", "file", "file0", "size", 1 << 20)));

        QmpEvent concluded = job.next(event("JOB_STATUS_CHANGE").withData("status", "concluded"), SOON);

        assertThat(concluded.data().path("id").asString()).isEqualTo("create0");
        assertThat(Files.size(image)).isPositive();
        daemon.close();
        assertThat(daemon.isRunning()).isFalse();
        assertThat(daemon.exitStatus()).hasValue(new ExitStatus(0, false));
    }

    @Test
    void has_block_nodes_from_the_start() {
        try (StorageDaemon daemon = StorageDaemon.builder()
                .blockNode(Map.of("driver", "null-co", "node-name", "null0", "size", 1 << 20))
                .args("--object", "iothread,id=io0")
                .start()) {
            assertThat(daemon.qmp()
                            .execute("query-named-block-nodes")
                            .path(0)
                            .path("node-name")
                            .asString())
                    .isEqualTo("null0");
        }
    }

    @Test
    void what_it_refuses_is_told() {
        assertThatThrownBy(() -> StorageDaemon.builder()
                        .args("--blockdev", "nope,node-name=n")
                        .start())
                .isInstanceOf(QemuStartException.class)
                .hasMessageContaining("qemu-storage-daemon \"storage\" (pid ")
                .hasMessageContaining("exited with status 1")
                .hasMessageContaining("--blockdev nope,node-name=n");
    }
}
