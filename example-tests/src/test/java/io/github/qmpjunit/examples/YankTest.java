package io.github.qmpjunit.examples;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.junit.Vm;
import io.github.qmpjunit.junit.VmFactory;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.QemuMachineBuilder;
import io.github.qmpjunit.qemu.faults.Fault;
import io.github.qmpjunit.qmp.QmpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;

@QemuTest
@Vm(value = "server", factory = YankTest.ServerWithDisk.class, allowedStderr = "Disconnect client")
@Vm("client")
class YankTest {

    static final class ServerWithDisk implements VmFactory {
        @Override
        public void define(QemuMachineBuilder vm, ExtensionContext test) {
            vm.faultyDisk("disk0", Map.of("driver", "null-co", "size", 16 << 20));
        }
    }

    @Test
    void a_job_gives_up_on_a_server_that_does_not_answer_any_more(
            @Vm("server") QemuMachine server, @Vm("client") QmpClient client, @TempDir Path dir) {
        export(server.qmp(), "disk0", dir.resolve("nbd"));
        client.execute("blockdev-add", nbdNode("remote", dir.resolve("nbd"), "disk0"));
        client.execute("blockdev-add", Map.of("driver", "null-co", "node-name", "copy", "size", 16 << 20));

        try (Fault stall = server.faults().stall("disk0")) {
            client.execute(
                    "blockdev-backup", Map.of("job-id", "copy0", "device", "remote", "target", "copy", "sync", "full"));
            assertThat(client).as("%s", stall).job("copy0").reaches("running");

            client.execute("yank", Map.of("instances", List.of(Map.of("type", "block-node", "node-name", "remote"))));

            assertThat(client)
                    .within(Duration.ofSeconds(40))
                    .job("copy0")
                    .failsWithErrorContaining("Input/output error");
        }
    }

    private static void export(QmpClient qmp, String node, Path socket) {
        qmp.execute("nbd-server-start", Map.of("addr", Map.of("type", "unix", "data", Map.of("path", socket))));
        qmp.execute("block-export-add", Map.of("type", "nbd", "id", "export0", "node-name", node));
    }

    private static Map<String, ?> nbdNode(String node, Path socket, String export) {
        Map<String, ?> server = Map.of("type", "unix", "path", socket);
        return Map.of("driver", "nbd", "node-name", node, "export", export, "read-only", true, "server", server);
    }
}
