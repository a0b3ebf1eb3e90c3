package io.github.qmpjunit.qemu.process;

import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpTranscript;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apiguardian.api.API;

/**
 * A process with a connected QMP monitor: a machine or a storage daemon.
 *
 * <pre>{@code
 * static void requireNoJobs(MonitoredProcess process) {
 *     assertThat(process.qmp().execute("query-jobs")).isEmpty();
 * }
 * }</pre>
 *
 * <p>Use this type in code that needs a monitor and a process, but not a machine. The harness implements it; users do not. Thread-safe.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public interface MonitoredProcess extends AutoCloseable {

    /** {@return the name of this process in messages} */
    String name();

    /** {@return the client that is connected to the monitor; it belongs to the process, which closes it} */
    QmpClient qmp();

    /** {@return the process id; with a launch prefix that starts QEMU as a child, the prefix's} */
    long pid();

    /** {@return whether the process runs; the process of a paused machine also runs} */
    boolean isRunning();

    /** {@return how the process ended, or how the launch prefix reports it; empty while it runs} */
    Optional<ExitStatus> exitStatus();

    /**
     * Wait until the process has ended.
     *
     * @param timeout how long to wait at most
     * @return how it ended
     * @throws QemuTimeoutException if it still runs
     */
    default ExitStatus awaitExit(Duration timeout) {
        if (endsWithin(timeout)) {
            return exitStatus().orElseThrow();
        }
        throw new QemuTimeoutException("Expected \"%s\" to end within %s, but it still runs. %s"
                .formatted(name(), Deadline.formatTimeout(timeout), describeBriefly()));
    }

    /**
     * Wait until the process has ended, or time is up.
     *
     * @param timeout how long to wait at most
     * @return whether it has ended
     */
    boolean endsWithin(Duration timeout);

    /** {@return the standard error of the process and of a launch prefix, which can also be awaited} */
    OutputLog stderr();

    /**
     * Return what the process writes to standard output, with the means to await more.
     *
     * @return the output; empty behind a {@linkplain LaunchPrefix#isRemote remote} launch prefix, where it carries the monitor's messages
     */
    OutputLog stdout();

    /** {@return the transcript of the monitor's messages; empty if the definition does not ask for one} */
    Optional<QmpTranscript> transcript();

    /** {@return the command line, the binary first, without a launch prefix} */
    List<String> commandLine();

    /** {@return the private directory of the process, which holds its sockets; it is removed when the process ends} */
    Path directory();

    /** {@return the launch prefix; with a {@linkplain LaunchPrefix#isRemote remote} prefix, the process shares no files with this host} */
    LaunchPrefix launchPrefix();

    /** {@return all that is known about the process: whether and how it ended, its standard error, its command line; secrets are masked} */
    String describe();

    /** {@return the state of the process, and the last lines of its standard error; secrets are masked} */
    String describeBriefly();

    /**
     * Declare that the test expects the process to end by itself: with any exit code, by a crash, or by a signal from outside. Call it
     * before or after the end; {@code assertThat(vm).endsBySignal(6)} and {@code exitsWith(1)} call it when they pass.
     *
     * <p>{@link #close()} then accepts every end, and the extension does not check what the process wrote to standard error. The process
     * must end, though: {@link #close()} waits for that as long as {@link StopLimits#quit()} says, and throws if the process still runs.
     * A second call has no effect.
     */
    void expectEnd();

    /** {@return whether the test has declared that it expects the process to end by itself} */
    boolean isEndExpected();

    /**
     * Return what a test has to answer for on standard error: everything since a mark, unless the end of the process {@linkplain
     * #expectEnd() is expected}.
     *
     * @param since the mark, of {@link #stderr()}
     * @return the text
     */
    String unexpectedStderr(OutputMark since);

    /** Kill the process with SIGKILL. {@link #close()} does not report this end as a failure. */
    void kill();

    /**
     * Stop the process and remove its files. Idempotent.
     *
     * @throws QemuExitException if its end was {@linkplain #expectEnd() expected} and does not come; or if that was not expected, and it crashed,
     *     was ended by another process, had to be killed because it hung, or exits with a code other than 0
     */
    @Override
    void close();
}
