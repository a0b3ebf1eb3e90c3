package io.github.qmpjunit.qapi;

import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpConnectException;
import io.github.qmpjunit.qmp.transport.QmpAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

/** A real guest agent that runs on the host. */
record HostAgent(Process process, QmpClient qmp) implements AutoCloseable {

    static HostAgent start(Path dir) throws IOException {
        Path agent = Stream.of("/usr/sbin/qemu-ga", "/usr/bin/qemu-ga")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no qemu-ga; scripts/setup/qemu installs it"));
        Path socket = dir.resolve("qga");
        Process process = new ProcessBuilder(
                        agent.toString(),
                        "-m",
                        "unix-listen",
                        "-p",
                        socket.toString(),
                        "-t",
                        dir.toString(),
                        "-f",
                        dir.resolve("pid").toString(),
                        "-l",
                        dir.resolve("log").toString())
                .start();
        Deadline deadline = Deadline.in(Duration.ofSeconds(20));
        while (true) { // it has no other way to tell that it listens
            try {
                return new HostAgent(
                        process,
                        QmpClient.builder().name("agent").expectGreeting(false).connect(QmpAddress.unix(socket)));
            } catch (QmpConnectException e) {
                if (!process.isAlive() || deadline.isOver()) {
                    process.destroyForcibly();
                    throw e;
                }
            }
        }
    }

    @Override
    public void close() {
        qmp.close();
        try {
            process.destroyForcibly().waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
