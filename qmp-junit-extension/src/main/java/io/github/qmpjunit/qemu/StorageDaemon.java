package io.github.qmpjunit.qemu;

import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpTranscript;
import io.github.qmpjunit.qmp.internal.Deadline;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apiguardian.api.API;

/**
 * A {@code qemu-storage-daemon}: QEMU's block layer, its jobs and its exports without a machine, with the same monitor.
 *
 * <pre>{@code
 * QmpClient storage = daemon.qmp();
 * storage.execute("blockdev-add", Map.of("driver", "file", "node-name", "disk", "filename", disk));
 * storage.execute("nbd-server-start", Map.of("addr", Map.of("type", "unix", "data", Map.of("path", socket))));
 * storage.execute("block-export-add", Map.of("type", "nbd", "id", "export0", "node-name", "disk"));
 * }</pre>
 *
 * <p>Started, watched and stopped as a {@link QemuMachine} is. Thread-safe.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public final class StorageDaemon implements AutoCloseable {

    private final MonitoredProcess monitored;

    private StorageDaemon(MonitoredProcess monitored) {
        this.monitored = monitored;
    }

    /** {@return a builder for a storage daemon} */
    public static StorageDaemonBuilder builder() {
        return new StorageDaemonBuilder();
    }

    static StorageDaemon start(LaunchPlan plan) {
        return new StorageDaemon(MonitoredProcess.start(plan));
    }

    /** {@return the name by which messages tell this daemon from others} */
    public String name() {
        return monitored.name();
    }

    /** {@return the client that is connected to the daemon's monitor; it belongs to the daemon, which closes it} */
    public QmpClient qmp() {
        return monitored.qmp();
    }

    /** {@return the process id} */
    public long pid() {
        return monitored.process().pid();
    }

    /** {@return whether the process runs} */
    public boolean isRunning() {
        return monitored.process().isRunning();
    }

    /** {@return how the process ended; empty while it runs} */
    public Optional<ExitStatus> exitStatus() {
        return monitored.process().exitStatus();
    }

    /**
     * Wait until the process has ended.
     *
     * @param timeout how long to wait at most
     * @return how it ended; empty if it still runs
     */
    public Optional<ExitStatus> awaitExit(Duration timeout) {
        monitored.process().awaitExit(Deadline.in(timeout));
        return exitStatus();
    }

    /** {@return what the daemon writes to its standard error, with the means to await more} */
    public OutputLog stderr() {
        return monitored.process().stderr();
    }

    /** {@return what takes down the monitor's messages; empty unless the daemon's definition has asked for it} */
    public Optional<QmpTranscript> transcript() {
        return monitored.transcript();
    }

    /** {@return the command line with which the daemon was started, the binary first} */
    public List<String> commandLine() {
        return monitored.process().commandLine();
    }

    /** {@return what is known about the process: whether and how it ended, its standard error, its command line} */
    public String describe() {
        return monitored.process().details();
    }

    /** Kill the process with SIGKILL. {@link #close()} does not complain about it. */
    public void kill() {
        monitored.kill();
    }

    /**
     * Stop the daemon and remove all that was made for it, as {@link QemuMachine#close()} does. Idempotent.
     *
     * @throws QemuExitException if it had crashed, was ended by somebody else, hung and had to be ended by force, or exits with a status
     *     other than 0
     */
    @Override
    public void close() {
        monitored.close();
    }

    @Override
    public String toString() {
        return monitored.process().state();
    }

    /** Return the arguments for a monitor that connects to its socket in the directory. */
    static List<String> monitorArguments(Path directory) {
        return List.of(
                "--chardev",
                new Channel(MonitoredProcess.MONITOR).chardev(directory),
                "--monitor",
                "chardev=" + MonitoredProcess.MONITOR);
    }
}
