package io.github.qmpjunit.examples;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.junit.Vm;
import io.github.qmpjunit.qapi.BlockExportAdd;
import io.github.qmpjunit.qapi.BlockExportOptions;
import io.github.qmpjunit.qapi.BlockdevAdd;
import io.github.qmpjunit.qapi.BlockdevBackup;
import io.github.qmpjunit.qapi.BlockdevOptions;
import io.github.qmpjunit.qapi.MirrorSyncMode;
import io.github.qmpjunit.qapi.NbdServerStart;
import io.github.qmpjunit.qapi.SocketAddress;
import io.github.qmpjunit.qapi.SocketAddressLegacy;
import io.github.qmpjunit.qapi.UnixSocketAddress;
import io.github.qmpjunit.qapi.Yank;
import io.github.qmpjunit.qapi.YankInstance;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.faults.Fault;
import io.github.qmpjunit.qmp.QmpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link YankTest} with the types of qmp-qapi. */
@QemuTest
@Vm(value = "server", factory = YankTest.ServerWithDisk.class, allowedStderr = "Disconnect client")
@Vm("client")
class TypedYankTest {

    @Test
    void a_job_gives_up_on_a_server_that_does_not_answer_any_more(
            @Vm("server") QemuMachine server, @Vm("client") QmpClient client, @TempDir Path dir) {
        String socket = dir.resolve("nbd").toString();
        server.qmp().execute(NbdServerStart.of(SocketAddressLegacy.unix(UnixSocketAddress.of(socket))));
        server.qmp().execute(BlockExportAdd.of(BlockExportOptions.nbd("export0", "disk0")));
        client.execute(BlockdevAdd.of(BlockdevOptions.nbd(SocketAddress.unix(socket))
                .nodeName("remote")
                .export("disk0")
                .readOnly(true)));
        client.execute(BlockdevAdd.of(BlockdevOptions.nullCo().nodeName("copy").size(16 << 20)));

        try (Fault stall = server.faults().stall("disk0")) {
            client.execute(
                    BlockdevBackup.of("remote", MirrorSyncMode.FULL, "copy").jobId("copy0"));
            assertThat(client).as("%s", stall).job("copy0").reaches("running");

            client.execute(Yank.of(List.of(YankInstance.blockNode("remote"))));

            assertThat(client)
                    .within(Duration.ofSeconds(40))
                    .job("copy0")
                    .failsWithErrorContaining("Input/output error");
        }
    }
}
