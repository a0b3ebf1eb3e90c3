package io.github.qmpjunit.shell;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.QemuMachineBuilder;
import io.github.qmpjunit.qemu.process.ExitStatus;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.transport.QmpAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A QEMU that lives as long as the shell. It gets a monitor of ours besides the machine's own, so that all is ours to log. */
final class LaunchedQemu implements AutoCloseable {

    private final QemuMachine machine;
    private final Path directory;

    private LaunchedQemu(QemuMachine machine, Path directory) {
        this.machine = machine;
        this.directory = directory;
    }

    /** Start QEMU by a command line as one would type it; no window and no user's configuration unless it asks for one. */
    static LaunchedQemu start(List<String> commandLine) throws IOException {
        Path directory = Files.createTempDirectory("qmp-shell-");
        try {
            QemuMachineBuilder builder = QemuMachine.builder()
                    .name("launched")
                    .binary(commandLine.get(0))
                    .machine("") // QEMU's own default, where the command line names none
                    .defaults(true)
                    .args(commandLine.subList(1, commandLine.size()).toArray(String[]::new))
                    .args("-qmp", "unix:%s,server=on,wait=off".formatted(socket(directory)));
            return new LaunchedQemu(builder.start(), directory);
        } catch (RuntimeException e) {
            Files.deleteIfExists(socket(directory));
            Files.delete(directory);
            throw e;
        }
    }

    private static Path socket(Path directory) {
        return directory.resolve("qmp");
    }

    /** Connect, after which there is no need for the socket's file any more. */
    void connect(QmpClient client) throws IOException {
        try {
            client.open(QmpAddress.unix(socket(directory)));
        } finally {
            Files.deleteIfExists(socket(directory));
            Files.delete(directory);
        }
    }

    /**
     * Stop QEMU, if it has not ended yet.
     *
     * @return how it ended, in words that follow its name
     * @throws io.github.qmpjunit.qemu.process.QemuException if it did so in another way than it should have
     */
    String stop() {
        machine.close();
        return machine.exitStatus().map(ExitStatus::toString).orElse("is still running");
    }

    @Override
    public void close() {
        machine.close();
    }
}
