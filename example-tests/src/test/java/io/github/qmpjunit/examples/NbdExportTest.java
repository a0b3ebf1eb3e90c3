package io.github.qmpjunit.examples;

import static io.github.qmpjunit.examples.Disks.KIB;
import static io.github.qmpjunit.examples.Disks.PATTERN;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.junit.Vm;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qmp.QmpClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One machine exports a disk over NBD, and another uses it as its own. */
@QemuTest
@Vm("server")
@Vm("client")
class NbdExportTest {

    @Test
    void uses_a_disk_of_another_machine(
            @Vm("server") QmpClient server,
            @Vm("client") QmpClient client,
            @Vm("client") QemuMachine clientVm,
            @TempDir Path dir)
            throws IOException {
        Path socket = dir.resolve("nbd");
        Path disk = Disks.random(dir.resolve("disk.raw"));
        server.execute("blockdev-add", Map.of("driver", "file", "node-name", "disk", "filename", disk));
        server.execute("nbd-server-start", Map.of("addr", Map.of("type", "unix", "data", Map.of("path", socket))));
        server.execute(
                "block-export-add", Map.of("type", "nbd", "id", "export0", "node-name", "disk", "writable", true));

        Map<String, ?> address = Map.of("type", "unix", "path", socket);
        client.execute(
                "blockdev-add", Map.of("driver", "nbd", "node-name", "remote", "export", "disk", "server", address));
        Disks.write(clientVm, "remote", 64 * KIB, 64 * KIB);
        client.execute("blockdev-del", Map.of("node-name", "remote"));

        assertThat(Disks.read(disk, 64 * KIB, 64 * KIB)).containsOnly(PATTERN);
    }
}
