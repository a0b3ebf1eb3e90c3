package io.github.qmpjunit.assertj;

import static java.util.Objects.requireNonNull;

import io.github.qmpjunit.internal.DidYouMean;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qmp.QmpCommand;
import io.github.qmpjunit.qmp.QmpException;
import io.github.qmpjunit.qmp.schema.QmpSchema;
import java.util.Set;
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
public class QemuMachineAssert extends AbstractProcessAssert<QemuMachineAssert, QemuMachine> {

    /** The usual ones; about others the schema is asked before the wait begins. */
    private static final Set<String> STATUSES =
            Set.of("running", "paused", "prelaunch", "inmigrate", "postmigrate", "shutdown", "guest-panicked");

    /**
     * Create an assertion.
     *
     * @param actual the machine
     */
    public QemuMachineAssert(@Nullable QemuMachine actual) {
        super(actual, QemuMachineAssert.class, "machine");
    }

    /**
     * Wait until the machine is in a run state.
     *
     * @param status the status as {@code query-status} reports it, such as {@code running} or {@code paused}
     * @return this assertion
     * @throws AssertionError if it is not when time is up, or can never be
     */
    public QemuMachineAssert awaitStatus(String status) {
        requireNonNull(status, "status must not be null");
        isNotNull();
        String impossible = STATUSES.contains(status) ? "" : ifNoStatus(status);
        if (!impossible.isEmpty()) {
            throw failure("%s", Message.fit(expectingStatus(status) + "but that cannot happen: " + impossible));
        }
        Polling polling = new Polling(
                deadline(),
                () -> "the status \"%s\"".formatted(status),
                within -> client().execute(QmpCommand.of("query-status").withTimeout(within)));
        if (!polling.until(reply -> statusIn(reply).equals(status))) {
            throw isNot(status, polling.last(), polling.ending() + Message.indented(polling.lastAsText()));
        }
        return this;
    }

    /**
     * Verify that the machine is in a run state now.
     *
     * @param status the status as {@code query-status} reports it, such as {@code running} or {@code paused}
     * @return this assertion
     * @throws AssertionError if it is in another
     */
    public QemuMachineAssert hasStatus(String status) {
        requireNonNull(status, "status must not be null");
        isNotNull();
        JsonNode reply = client().execute("query-status");
        if (!statusIn(reply).equals(status)) {
            throw isNot(status, reply, "but it is \"%s\"".formatted(statusIn(reply)));
        }
        return this;
    }

    private static String statusIn(JsonNode reply) {
        return reply.path("status").asString("");
    }

    private AssertionError isNot(String status, @Nullable JsonNode last, String found) {
        return failureWithActualExpected(
                last == null ? null : statusIn(last),
                status,
                "%s",
                Message.fit(expectingStatus(status)
                        + found
                        + (last == null || STATUSES.contains(status) ? "" : sentence(ifNoStatus(status)))
                        + PeerState.artefacts(client())));
    }

    private static String sentence(String impossible) {
        return impossible.isEmpty() ? "" : "\nThat cannot happen: " + impossible;
    }

    private String expectingStatus(String status) {
        return Message.expecting(subject(), "to have status \"%s\"".formatted(status));
    }

    /** Return why the status is impossible; empty if it is possible or unknown. */
    private String ifNoStatus(String status) {
        try {
            QmpSchema schema = client().schema();
            return !schema.hasCommand("query-status")
                    ? ""
                    : schema.command("query-status").returnType().members().stream()
                            .filter(member -> member.name().equals("status"))
                            .map(member -> member.type().values())
                            .filter(known -> !known.isEmpty() && !known.contains(status))
                            .map(known -> "machines have no status \"%s\"%s"
                                    .formatted(status, DidYouMean.hint(status, known)))
                            .collect(Collectors.joining());
        } catch (QmpException e) {
            return ""; // without a schema, nobody can tell
        }
    }
}
