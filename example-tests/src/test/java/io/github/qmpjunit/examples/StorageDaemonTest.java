package io.github.qmpjunit.examples;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.qemu.StorageDaemon;
import io.github.qmpjunit.qmp.QmpClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A storage daemon serves disks without a machine of its own, to whoever connects. */
@QemuTest
class StorageDaemonTest {

    @Test
    void serves_a_disk_to_a_machine(StorageDaemon daemon, QmpClient qmp, @TempDir Path dir) throws IOException {
        Path socket = dir.resolve("nbd");
        Path disk = Disks.random(dir.resolve("disk.raw"));
        Path copy = Disks.empty(dir.resolve("copy.raw"));
        QmpClient storage = daemon.qmp();
        storage.execute("blockdev-add", Map.of("driver", "file", "node-name", "disk", "filename", disk));
        storage.execute("nbd-server-start", Map.of("addr", Map.of("type", "unix", "data", Map.of("path", socket))));
        storage.execute("block-export-add", Map.of("type", "nbd", "id", "export0", "node-name", "disk"));

        Map<String, ?> address = Map.of("type", "unix", "path", socket);
        qmp.execute(
                "blockdev-add",
                Map.of("driver", "nbd", "node-name", "remote", "export", "disk", "server", address, "read-only", true));
        qmp.execute("blockdev-add", Map.of("driver", "file", "node-name", "copy", "filename", copy));
        qmp.execute("blockdev-backup", Map.of("job-id", "copy0", "device", "remote", "target", "copy", "sync", "full"));

        assertThat(qmp).job("copy0").succeeds();
        assertThat(copy).hasSameBinaryContentAs(disk);
    }
}
