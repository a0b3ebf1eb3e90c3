package io.github.qmpjunit.qemu;

import io.github.qmpjunit.qemu.launch.Channel;
import io.github.qmpjunit.qemu.launch.LaunchPlan;
import io.github.qmpjunit.qemu.launch.LaunchedProcess;
import io.github.qmpjunit.qemu.process.ExitStatus;
import io.github.qmpjunit.qemu.process.LaunchPrefix;
import io.github.qmpjunit.qemu.process.MonitoredProcess;
import io.github.qmpjunit.qemu.process.OutputLog;
import io.github.qmpjunit.qemu.process.OutputMark;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpTranscript;
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
public final class StorageDaemon implements MonitoredProcess {

    private final LaunchedProcess monitored;

    private StorageDaemon(LaunchedProcess monitored) {
        this.monitored = monitored;
    }

    /** {@return a builder for a storage daemon} */
    public static StorageDaemonBuilder builder() {
        return new StorageDaemonBuilder();
    }

    static StorageDaemon start(LaunchPlan plan) {
        return new StorageDaemon(LaunchedProcess.start(plan));
    }

    /** {@return the name by which messages tell this daemon from others} */
    @Override
    public String name() {
        return monitored.name();
    }

    /** {@return the client that is connected to the daemon's monitor; it belongs to the daemon, which closes it} */
    @Override
    public QmpClient qmp() {
        return monitored.qmp();
    }

    /** {@return the process id} */
    @Override
    public long pid() {
        return monitored.pid();
    }

    /** {@return whether the process runs} */
    @Override
    public boolean isRunning() {
        return monitored.isRunning();
    }

    /** {@return how the process ended; empty while it runs} */
    @Override
    public Optional<ExitStatus> exitStatus() {
        return monitored.exitStatus();
    }

    @Override
    public boolean endsWithin(Duration timeout) {
        return monitored.endsWithin(timeout);
    }

    /** {@return what the daemon writes to its standard error, with the means to await more} */
    @Override
    public OutputLog stderr() {
        return monitored.stderr();
    }

    /** {@return what the daemon writes to its standard output, with the means to await more} */
    @Override
    public OutputLog stdout() {
        return monitored.stdout();
    }

    /** {@return what takes down the monitor's messages; empty unless the daemon's definition has asked for it} */
    @Override
    public Optional<QmpTranscript> transcript() {
        return monitored.transcript();
    }

    /** {@return the command line with which the daemon was started, the binary first} */
    @Override
    public List<String> commandLine() {
        return monitored.commandLine();
    }

    @Override
    public String describeBriefly() {
        return monitored.describeBriefly();
    }

    @Override
    public Path directory() {
        return monitored.directory();
    }

    @Override
    public LaunchPrefix launchPrefix() {
        return monitored.launchPrefix();
    }

    /** {@return what is known about the process: whether and how it ended, its standard error, its command line} */
    @Override
    public String describe() {
        return monitored.describe();
    }

    @Override
    public void expectEnd() {
        monitored.expectEnd();
    }

    @Override
    public boolean isEndExpected() {
        return monitored.isEndExpected();
    }

    @Override
    public String unexpectedStderr(OutputMark since) {
        return monitored.unexpectedStderr(since);
    }

    /** Kill the process with SIGKILL. {@link #close()} does not complain about it. */
    @Override
    public void kill() {
        monitored.kill();
    }

    /**
     * Stop the daemon and remove all that was made for it, as {@link QemuMachine#close()} does. Idempotent.
     *
     * @throws io.github.qmpjunit.qemu.process.QemuExitException if its end was {@linkplain #expectEnd expected} and does not come; or if that was not expected, and it had crashed, was ended by another process, hung and had to be ended by force, or exits with a status
     *     other than 0
     */
    @Override
    public void close() {
        monitored.close();
    }

    @Override
    public String toString() {
        return monitored.toString();
    }

    /** Return the arguments for a monitor that connects to its socket in the directory. */
    static List<String> monitorArguments(Path directory) {
        return List.of(
                "--chardev",
                new Channel(LaunchedProcess.MONITOR).chardev(directory),
                "--monitor",
                "chardev=" + LaunchedProcess.MONITOR);
    }
}
