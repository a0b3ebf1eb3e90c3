package io.github.qmpjunit.assertj;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qmp.Deadline;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.AbstractAssert;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;

/** Assertions about a machine: its process and its status. */
public class QemuMachineAssert extends AbstractAssert<QemuMachineAssert, QemuMachine> {

    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration FIRST_INTERVAL = Duration.ofMillis(5);
    private static final Duration LONGEST_INTERVAL = Duration.ofMillis(100);

    private Duration timeout = DEFAULT_TIMEOUT;

    /**
     * Create an assertion.
     *
     * @param actual the machine
     */
    public QemuMachineAssert(@Nullable QemuMachine actual) {
        super(actual, QemuMachineAssert.class);
    }

    /**
     * Set how long the awaiting assertions that follow wait at most; 5 s if not set.
     *
     * @param newTimeout the time-out
     * @return this assertion
     */
    public QemuMachineAssert within(Duration newTimeout) {
        timeout = newTimeout;
        return this;
    }

    /**
     * Verify that the process runs.
     *
     * @return this assertion
     * @throws AssertionError if it has ended; the message says how
     */
    public QemuMachineAssert isRunning() {
        isNotNull();
        if (!actual.isRunning()) {
            throw failure(
                    "%s",
                    "%nExpecting machine \"%s\":%n  to be running%nbut:%n%s"
                            .formatted(
                                    actual.name(), actual.describe().indent(2).stripTrailing()));
        }
        return this;
    }

    /**
     * Verify that the machine has a run state, or takes it on in time.
     *
     * @param status the status as {@code query-status} tells it, such as {@code running} or {@code paused}
     * @return this assertion
     * @throws AssertionError if it does not
     */
    public QemuMachineAssert hasStatus(String status) {
        isNotNull();
        AtomicReference<String> last = new AtomicReference<>("");
        try {
            Awaitility.await()
                    .dontCatchUncaughtExceptions() // another test's dying thread is not our failure
                    .pollInSameThread()
                    .pollDelay(Duration.ZERO)
                    .pollInterval((count, previous) -> nextInterval(previous))
                    .atMost(timeout)
                    .until(() -> {
                        last.set(actual.qmp()
                                .execute("query-status")
                                .path("status")
                                .asString(""));
                        return last.get().equals(status);
                    });
        } catch (ConditionTimeoutException e) {
            throw failureWithActualExpected(
                    last.get(),
                    status,
                    "%s",
                    "%nExpecting machine \"%s\":%n  to have status \"%s\"%nwithin %s, but it has status \"%s\""
                            .formatted(actual.name(), status, Deadline.format(timeout), last.get()));
        }
        return this;
    }

    private static Duration nextInterval(Duration previous) {
        Duration doubled = previous.isZero() ? FIRST_INTERVAL : previous.multipliedBy(2);
        return doubled.compareTo(LONGEST_INTERVAL) > 0 ? LONGEST_INTERVAL : doubled;
    }
}
