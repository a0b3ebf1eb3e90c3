package io.github.qmpjunit.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.qapi.QueryStatus;
import io.github.qmpjunit.qapi.StatusInfo;
import io.github.qmpjunit.qemu.process.QemuBinary;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpPeer;
import io.github.qmpjunit.qmp.transport.QmpAddress;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A QEMU that is started by code of one's own. The client's messages still know why it has gone. */
class OwnProcessTest {

    @Test
    void speaks_to_a_process_of_ones_own(@TempDir Path dir) throws IOException {
        Path socket = dir.resolve("qmp");
        QmpAddress address = QmpAddress.unix(socket);
        Process process = new ProcessBuilder(
                        QemuBinary.find(null).toString(),
                        "-machine",
                        "none",
                        "-display",
                        "none",
                        "-qmp",
                        "unix:" + socket + ",server=on,wait=off")
                .start();
        QmpPeer own = new QmpPeer() {
            @Override
            public String diagnose() {
                return process.isAlive() ? "" : "QEMU has exited with status " + process.exitValue();
            }
        };
        try (QmpClient qmp = QmpClient.builder().peer(own).waitForServer().connect(address)) {
            StatusInfo status = qmp.execute(QueryStatus.command());

            assertThat(status.running()).isTrue();
        } finally {
            process.destroyForcibly();
        }
    }
}
