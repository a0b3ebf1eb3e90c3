package io.github.qmpjunit.assertj;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.qmp.QmpEvents.RESUME;
import static io.github.qmpjunit.qmp.QmpEvents.STOP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.internal.ClientView;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Where somebody has said where the artefacts lie, each failure's message ends with that. */
class ArtefactsTest {

    private static final Duration SHORT = Duration.ofMillis(60);
    private static final String LAST_LINE = "\nArtefacts: target/artefacts/vm";

    private final ScriptedVm vm = ScriptedVm.withArtefacts(Path.of("target/artefacts/vm"));

    @AfterEach
    void close() {
        vm.close();
    }

    private static void assertNamed(ThrowingCallable assertion) {
        assertThatThrownBy(assertion).isInstanceOf(AssertionError.class).hasMessageEndingWith(LAST_LINE);
    }

    @Test
    void in_what_is_said_of_events() {
        assertNamed(() -> assertThat(vm.qmp).within(SHORT).awaitEvent(STOP));
        assertNamed(() -> assertThat(vm.qmp).within(SHORT).awaitEventsInOrder(STOP));
        assertNamed(() -> QmpAssertions.inOrder(SHORT).awaitEvent(vm.qmp, STOP));
        vm.sends("STOP").sends("STOP");
        assertNamed(() -> assertThat(vm.qmp).within(SHORT).awaitEvent(STOP).thenEvent(RESUME));
        assertNamed(() -> assertThat(vm.qmp).receivesNoEvent(STOP).during(() -> vm.sends("STOP")));
    }

    @Test
    void in_what_is_said_of_jobs_commands_and_replies() {
        vm.server
                .whenExecuted("query-jobs")
                .replies(List.of(Map.of("id", "job0", "status", "concluded", "error", "No space left")));
        vm.sendsJobStatus("job0", "created", "running", "aborting", "concluded");

        assertNamed(() -> assertThat(vm.qmp).awaitEvent("JOB_STATUS_CHANGE").withData("status", "concluded"));
        assertNamed(() -> assertThat(vm.qmp).job("job0").succeeds());
        assertNamed(() -> assertThat(vm.qmp).job("job0").endsCancelled());
        assertNamed(() -> assertThat(vm.qmp).job("job0").reaches("ready"));
        assertNamed(() -> assertThat(vm.qmp).job("job0").failsWithErrorContaining("the moon"));
        assertNamed(() -> assertThat(vm.qmp).job("job0").within(SHORT).progressesTo(1));
        assertNamed(() -> assertThat(vm.qmp).job("job1").within(SHORT).succeeds());
        assertNamed(() -> assertThat(vm.qmp).within(SHORT).awaitNoJobs());
        assertNamed(() -> assertThat(vm.qmp).executing("query-status").returns("status", "paused"));
        assertNamed(() -> assertThat(vm.qmp).executing("nope").succeeds());
        assertNamed(() -> assertThat(vm.qmp).executing("query-status").failsWith("GenericError"));
        assertNamed(() ->
                assertThat(vm.qmp).within(SHORT).awaitReply("query-status").with("status", "paused"));
    }

    @Test
    void also_when_the_connection_has_ended() {
        vm.server.connection().disconnect();

        assertNamed(() -> assertThat(vm.qmp).awaitEvent(STOP));
        assertNamed(() -> assertThat(vm.qmp).receivesNoEvent(STOP).during(SHORT));
        assertNamed(() -> assertThat(vm.qmp).job("job0").succeeds());
    }

    @Test
    void and_nothing_is_said_where_nobody_has() {
        try (ScriptedVm plain = new ScriptedVm()) {
            assertThatThrownBy(() -> assertThat(plain.qmp).within(SHORT).awaitEvent(STOP))
                    .hasMessageEndingWith("The machine's status is \"running\".");
            assertThat(ClientView.of(plain.qmp).artefacts()).isEmpty();
        }
    }
}
