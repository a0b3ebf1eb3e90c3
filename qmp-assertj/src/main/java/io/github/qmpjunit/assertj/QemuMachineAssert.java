package io.github.qmpjunit.assertj;

import static java.util.Objects.requireNonNull;

import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.process.ExitStatus;
import io.github.qmpjunit.qemu.process.QemuOutputException;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpCommand;
import io.github.qmpjunit.qmp.QmpException;
import io.github.qmpjunit.qmp.schema.QmpSchema;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Assertions about a machine: its process, its status, and what its client receives.
 *
 * <pre>{@code
 * vm.shutDownGuest(BOOT);
 * assertThat(vm).exitsWith(0);
 * }</pre>
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public class QemuMachineAssert extends AbstractQmpAssert<QemuMachineAssert, QemuMachine> {

    /**
     * Create an assertion.
     *
     * @param actual the machine
     */
    public QemuMachineAssert(@Nullable QemuMachine actual) {
        super(actual, QemuMachineAssert.class);
    }

    @Override
    QmpClient client() {
        return actual.qmp();
    }

    @Override
    String subject() {
        return "machine \"%s\"".formatted(actual.name());
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
                    Message.expecting(subject(), "to be running")
                            + "but:%n%s".formatted(Message.indented(actual.describe()))
                            + PeerState.artefacts(client()));
        }
        return this;
    }

    /**
     * Wait until the process has ended, and verify that it did so by itself and with a code.
     *
     * @param code the exit code
     * @return this assertion
     * @throws AssertionError if it still runs when time is up, or ended in another way
     */
    public QemuMachineAssert exitsWith(int code) {
        isNotNull();
        Optional<ExitStatus> status = actual.awaitExit(timeout());
        if (status.isEmpty()) {
            throw failure(
                    "%s",
                    Message.expecting(subject(), "to exit with status " + code)
                            + "%s, but it still runs%s"
                                    .formatted(Message.within(timeout()), PeerState.describe(client())));
        }
        if (!status.get().equals(new ExitStatus(code, false))) {
            throw failureWithActualExpected(
                    status.get().toString(),
                    new ExitStatus(code, false).toString(),
                    "%s",
                    Message.expecting(subject(), "to exit with status " + code)
                            + "but:%n%s".formatted(Message.indented(actual.describe()))
                            + PeerState.artefacts(client()));
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
        requireNonNull(status, "status must not be null");
        isNotNull();
        Polling polling = new Polling(
                Deadline.in(timeout()),
                within -> client().execute(QmpCommand.of("query-status").withTimeout(within)));
        if (!polling.until(reply -> reply.path("status").asString("").equals(status))) {
            JsonNode last = polling.last();
            throw failureWithActualExpected(
                    last == null ? null : last.path("status").asString(""),
                    status,
                    "%s",
                    Message.expecting(subject(), "to have status \"%s\"".formatted(status))
                            + polling.ending()
                            + Message.indented(polling.lastAsText())
                            + (last == null ? "" : ifNoStatus(status))
                            + PeerState.artefacts(client()));
        }
        return this;
    }

    private String ifNoStatus(String status) {
        try {
            QmpSchema schema = client().schema();
            return !schema.hasCommand("query-status")
                    ? ""
                    : schema.command("query-status").returnType().members().stream()
                            .filter(member -> member.name().equals("status"))
                            .map(member -> member.type().values())
                            .filter(known -> !known.isEmpty() && !known.contains(status))
                            .map(known -> "\nIt never will be: the statuses are " + String.join(", ", known))
                            .collect(Collectors.joining());
        } catch (QmpException e) {
            return ""; // without a schema, nobody can tell
        }
    }

    /**
     * Verify that QEMU has written a text to its standard error, or writes it in time.
     *
     * @param part the text
     * @return this assertion
     * @throws AssertionError if it does not
     */
    public QemuMachineAssert stderrContains(String part) {
        requireNonNull(part, "part must not be null");
        isNotNull();
        if (!actual.stderr().text().contains(part)) {
            try {
                actual.stderr().awaitText(part, timeout());
            } catch (QemuOutputException e) {
                throw failure("%s", "%n%s".formatted(e.getMessage()) + PeerState.artefacts(client()));
            }
        }
        return this;
    }
}
