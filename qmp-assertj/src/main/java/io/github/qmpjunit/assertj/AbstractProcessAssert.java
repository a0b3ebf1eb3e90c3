package io.github.qmpjunit.assertj;

import static java.util.Objects.requireNonNull;

import io.github.qmpjunit.qemu.process.ExitStatus;
import io.github.qmpjunit.qemu.process.MonitoredProcess;
import io.github.qmpjunit.qemu.process.OutputLog;
import io.github.qmpjunit.qemu.process.OutputMark;
import io.github.qmpjunit.qemu.process.QemuOutputException;
import io.github.qmpjunit.qmp.QmpClient;
import java.util.List;
import java.util.function.Function;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Assertions about a process that has a QMP monitor: whether it runs, how it ends, what it writes, and what its client receives.
 *
 * @param <SELF> the assertion's own type
 * @param <ACTUAL> the process's type
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public abstract class AbstractProcessAssert<
                SELF extends AbstractProcessAssert<SELF, ACTUAL>, ACTUAL extends MonitoredProcess>
        extends AbstractQmpAssert<SELF, ACTUAL> {

    private static final int TAIL_LINES = 10;

    private final String kind;

    AbstractProcessAssert(@Nullable ACTUAL actual, Class<?> selfType, String kind) {
        super(actual, selfType);
        this.kind = kind;
    }

    @Override
    QmpClient client() {
        return actual.qmp();
    }

    @Override
    String subject() {
        return "%s \"%s\"".formatted(kind, actual.name());
    }

    /**
     * Verify that the process runs.
     *
     * @return this assertion
     * @throws AssertionError if it has ended; the message says how
     */
    public SELF isRunning() {
        isNotNull();
        if (!actual.isRunning()) {
            throw failure(
                    "%s",
                    Message.fit(Message.expecting(subject(), "to be running")
                            + "but:%n%s".formatted(Message.indented(actual.describe()))
                            + PeerState.artefacts(client())));
        }
        return myself;
    }

    /**
     * Wait until the process has ended, and verify that it did so by itself and with a code. That end is expected then ({@link
     * MonitoredProcess#expectEnd}): neither it nor what the process wrote to standard error fails the test.
     *
     * @param code the exit code
     * @return this assertion
     * @throws AssertionError if it still runs when time is up, or ended in another way
     */
    public SELF exitsWith(int code) {
        return ends("to exit with status " + code, new ExitStatus(code, false));
    }

    /**
     * Wait until the process has ended, and verify that a signal ended it. That end is expected then ({@link
     * MonitoredProcess#expectEnd}): neither it nor what the process wrote to standard error fails the test.
     *
     * <pre>{@code
     * assertThatThrownBy(() -> vm.qmp().execute(CRASH)).isInstanceOf(QmpDisconnectedException.class);
     * assertThat(vm).endsBySignal(6);
     * }</pre>
     *
     * @param signal the signal's number, such as 6 for SIGABRT
     * @return this assertion
     * @throws AssertionError if it still runs when time is up, or ended in another way
     */
    public SELF endsBySignal(int signal) {
        return ends("to end by signal " + signal, new ExitStatus(signal, true));
    }

    private SELF ends(String what, ExitStatus expected) {
        isNotNull();
        if (!actual.endsWithin(timeout())) {
            throw failure(
                    "%s",
                    Message.fit(Message.expecting(subject(), what)
                            + "%s, but it still runs%s"
                                    .formatted(Message.within(timeout()), PeerState.describe(client()))));
        }
        ExitStatus found = actual.exitStatus().orElseThrow();
        if (!found.equals(expected)) {
            throw failureWithActualExpected(
                    found.toString(),
                    expected.toString(),
                    "%s",
                    Message.fit(Message.expecting(subject(), what)
                            + "but:%n%s".formatted(Message.indented(actual.describe()))
                            + PeerState.artefacts(client())));
        }
        actual.expectEnd();
        return myself;
    }

    /**
     * Wait until the process has written a text to its standard error. What it wrote before counts, and is not consumed.
     *
     * @param part the text
     * @return this assertion
     * @throws AssertionError if it does not write it in time, or ends without
     */
    public SELF awaitStderr(String part) {
        return awaitOutput(MonitoredProcess::stderr, part);
    }

    /**
     * Wait until the process has written a text to its standard output. What it wrote before counts, and is not consumed.
     *
     * @param part the text
     * @return this assertion
     * @throws AssertionError if it does not write it in time, or ends without
     */
    public SELF awaitStdout(String part) {
        return awaitOutput(MonitoredProcess::stdout, part);
    }

    private SELF awaitOutput(Function<MonitoredProcess, OutputLog> output, String part) {
        requireNonNull(part, "part must not be null");
        isNotNull();
        try {
            output.apply(actual).awaitTextSince(OutputMark.BEGINNING, part, timeout());
        } catch (QemuOutputException e) {
            throw failure("%s", Message.fit("%n%s".formatted(e.getMessage()) + PeerState.artefacts(client())));
        }
        return myself;
    }

    /**
     * Verify that the process has written a text to its standard error up to now. Of one that has ended, all output counts.
     *
     * @param part the text
     * @return this assertion
     * @throws AssertionError if it has not
     */
    public SELF stderrContains(String part) {
        return outputContains(MonitoredProcess::stderr, "standard error", part);
    }

    /**
     * Verify that the process has written a text to its standard output up to now. Of one that has ended, all output counts.
     *
     * @param part the text
     * @return this assertion
     * @throws AssertionError if it has not; the message has the last lines of it
     */
    public SELF stdoutContains(String part) {
        return outputContains(MonitoredProcess::stdout, "standard output", part);
    }

    private SELF outputContains(Function<MonitoredProcess, OutputLog> output, String name, String part) {
        requireNonNull(part, "part must not be null");
        isNotNull();
        String details = actual.describe(); // of a process that has ended, it reads the output to its end first
        OutputLog log = output.apply(actual);
        if (!log.text().contains(part)) {
            List<String> tail = log.tail(TAIL_LINES);
            String found = log.equals(actual.stderr())
                    ? details
                    : tail.isEmpty()
                            ? "it has written nothing"
                            : client().secrets().mask("its last lines are:\n" + String.join("\n", tail));
            throw failure(
                    "%s",
                    Message.fit(Message.expecting(subject(), "to have written \"%s\" to its %s".formatted(part, name))
                            + "but:%n%s".formatted(Message.indented(found))
                            + PeerState.artefacts(client())));
        }
        return myself;
    }
}
