package io.github.qmpjunit.assertj;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.assertj.ScriptedVm.textOf;
import static io.github.qmpjunit.qmp.QmpEvents.JOB_STATUS_CHANGE;
import static io.github.qmpjunit.qmp.QmpEvents.STOP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.qmpjunit.internal.ClientView;
import io.github.qmpjunit.internal.Waiting;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpEvent;
import io.github.qmpjunit.qmp.QmpEventListener;
import io.github.qmpjunit.qmp.QmpState;
import io.github.qmpjunit.qmp.scripted.ScriptedQmpServer;
import io.github.qmpjunit.qmp.transport.QmpAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Events that come early, late, twice, to somebody else, or never, since nobody is there to send them. */
class RacesTest {

    private static final Duration SHORT = Duration.ofMillis(60);
    private static final Duration AGES = Duration.ofDays(1);

    private final ScriptedVm vm = new ScriptedVm();

    @AfterEach
    void close() {
        vm.close();
    }

    @Test
    void the_event_comes_before_the_reply_to_the_command_that_caused_it() {
        vm.server.whenExecuted("stop").does(command -> command.sendEvent("STOP").reply());

        vm.qmp.execute("stop");

        assertThat(vm.qmp).within(SHORT).awaitEvent(STOP);
    }

    @Test
    void the_event_comes_after_the_reply_while_somebody_waits() {
        vm.whileSomebodyWaits(() -> vm.server.sendEvent("STOP"));

        assertThat(vm.qmp).within(AGES).awaitEvent(STOP);
    }

    /** Not the library's own question for the schema, in the middle of which a timeout may strike. */
    @Test
    void somebody_who_waits_is_said_to_wait_for_the_event() {
        Thread waiter = Thread.currentThread();
        Queue<String> said = new ConcurrentLinkedQueue<>();
        vm.whileSomebodyWaits(() -> {
            said.add(Waiting.of(waiter).orElse("nothing"));
            vm.server.sendEvent("STOP");
        });

        assertThat(vm.qmp).within(AGES).awaitEvent(STOP);

        assertThat(said).singleElement().asString().startsWith("STOP, for ");
    }

    @Test
    void the_event_comes_with_the_greeting() {
        try (ScriptedQmpServer server = ScriptedQmpServer.builder()
                        .whenConnected(
                                connection -> connection.sendEvent("STOP").greet())
                        .start();
                QmpClient early = QmpClient.connect(server.address())) {
            assertThat(early).within(SHORT).awaitEvent(STOP);
        }
    }

    @Test
    void what_is_awaited_narrowed_comes_behind_what_is_not_while_somebody_waits() {
        vm.sends("X", Map.of("n", 1)).whileSomebodyWaits(() -> {
            vm.server.sendEvent("X", Map.of("n", 2));
            vm.server.sendEvent("X", Map.of("n", 3));
        });

        assertThat(vm.qmp).within(AGES).awaitEvent("X").withData("n", 3);

        assertThat(ClientView.of(vm.qmp).assertionEvents(QmpEventListener.class).pending())
                .extracting(QmpEvent::sequence)
                .containsExactly(1L, 2L);
    }

    @Test
    void two_jobs_of_one_name_one_after_the_other() {
        vm.sendsJobStatus("job0", "created", "running", "concluded", "null");
        assertThat(vm.qmp).awaitEvent(JOB_STATUS_CHANGE).withData("id", "job0").withData("status", "concluded");

        assertThatThrownBy(() -> assertThat(vm.qmp)
                        .within(SHORT)
                        .awaitEvent(JOB_STATUS_CHANGE)
                        .withData("id", "job0")
                        .withData("status", "concluded"))
                .isInstanceOf(AssertionError.class);
        vm.sendsJobStatus("job0", "created", "running", "concluded", "null");
        assertThat(assertThat(vm.qmp)
                        .awaitEvent(JOB_STATUS_CHANGE)
                        .withData("id", "job0")
                        .withData("status", "concluded")
                        .event()
                        .sequence())
                .isEqualTo(7);
    }

    @Test
    void a_failed_job_does_not_fail_a_later_one_of_its_name() {
        vm.sendsJobStatus("job0", "created", "running", "aborting", "concluded", "null");
        assertThat(vm.qmp).allowingFailedJobs().awaitEvent(JOB_STATUS_CHANGE).withData("status", "concluded");
        vm.sendsJobStatus("job0", "created", "running", "concluded");

        assertThat(vm.qmp).awaitEvent(JOB_STATUS_CHANGE).withData("status", "concluded");
    }

    @Test
    void two_who_wait_for_the_same_event_get_one_each() throws InterruptedException {
        Queue<Long> found = new ConcurrentLinkedQueue<>();
        Runnable wait = () -> found.add(
                assertThat(vm.qmp).within(AGES).awaitEvent("X").event().sequence());
        Thread one = new Thread(wait);
        Thread other = new Thread(wait);
        one.start();
        other.start();

        vm.sends("X").sends("X");
        one.join();
        other.join();

        assertThat(found).containsExactlyInAnyOrder(1L, 2L);
    }

    @Test
    void two_waits_one_after_the_other_need_two_events() {
        vm.sends("X");
        assertThat(vm.qmp).awaitEvent("X");

        assertThatThrownBy(() -> assertThat(vm.qmp).within(SHORT).awaitEvent("X"))
                .hasMessageContaining("matches, but an earlier assertion has consumed it");
    }

    @Test
    void an_event_is_taken_from_nobody_else() {
        try (QmpEventListener own = vm.qmp.listen(STOP);
                QmpEventListener other = vm.qmp.listen("STOP", "X")) {
            vm.sends("X").sends("STOP");

            assertThat(vm.qmp).awaitEvent(STOP);
            assertThat(own).awaitEvent(STOP);

            assertThat(other.pending()).extracting(QmpEvent::name).containsExactly("X", "STOP");
            assertThat(vm.qmp.events().pending()).hasSize(2);
        }
    }

    @Test
    void an_event_that_only_another_listener_hears_does_not_count() {
        try (QmpEventListener deaf = vm.qmp.listen("X");
                QmpEventListener other = vm.qmp.listen(STOP)) {
            vm.sends("STOP");

            AssertionError failure = catchThrowableOfType(
                    AssertionError.class, () -> assertThat(deaf).within(SHORT).awaitEvent(STOP));

            assertThat(failure).hasMessage("""

                    Expecting a listener for X:
                      to receive STOP
                    within 60 ms, but it has received no event at all.""");
            assertThat(other).awaitEvent(STOP);
        }
    }

    @Test
    void the_connection_ends_while_somebody_waits() {
        vm.sends("X").whileSomebodyWaits(() -> vm.server.connection().disconnect());

        AssertionError failure = catchThrowableOfType(
                AssertionError.class, () -> assertThat(vm.qmp).within(AGES).awaitEvent(STOP));

        assertThat(textOf(failure)).isEqualTo("""

                Expecting QMP client "vm":
                  to receive STOP
                but its connection ended:
                  the peer closed the connection
                and before that no event of that name came.
                All events, in order:
                  T  X""");
    }

    @Test
    void what_came_before_the_connections_end_is_found() {
        vm.server.connection().sendEvent("STOP").disconnect();

        assertThat(vm.qmp).within(AGES).awaitEvent(STOP);
        assertThatThrownBy(() -> assertThat(vm.qmp).within(AGES).awaitEvent(STOP))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("but its connection ended:");
    }

    @Test
    void a_closed_client_says_so_at_once() {
        vm.sends("X");
        vm.qmp.close();

        AssertionError failure = catchThrowableOfType(
                AssertionError.class, () -> assertThat(vm.qmp).within(AGES).awaitEvent(STOP));

        assertThat(textOf(failure)).isEqualTo("""

                Expecting QMP client "vm":
                  to receive STOP
                but its connection ended:
                  QMP client "vm" was closed
                and before that no event of that name came.
                All events, in order:
                  T  X""");
        assertThat(vm.qmp).as("what had come before").awaitEvent("X");
    }

    @Test
    void a_client_that_was_never_connected_says_so_at_once() {
        QmpClient idle = QmpClient.builder().name("idle").build();
        String andThen =
                "but it has never been connected, so nothing can come; call open(...) first, or let a QmpAcceptor accept it";

        assertThatThrownBy(() -> assertThat(idle).within(AGES).awaitEvent(STOP))
                .isInstanceOf(AssertionError.class)
                .hasMessage("%nExpecting QMP client \"idle\":%n  to receive STOP%n%s".formatted(andThen));
        assertThatThrownBy(() -> assertThat(idle).within(AGES).awaitEventsInOrder(STOP))
                .isInstanceOf(AssertionError.class)
                .hasMessage("%nExpecting QMP client \"idle\":%n  to receive STOP%n%s".formatted(andThen));
        assertThatThrownBy(() -> QmpAssertions.inOrder(AGES).awaitEvent(idle, STOP))
                .isInstanceOf(AssertionError.class)
                .hasMessage("%nExpecting QMP client \"idle\":%n  to receive STOP%n%s".formatted(andThen));
        assertThatThrownBy(() -> assertThat(idle).receivesNoEvent(STOP).during(AGES))
                .isInstanceOf(AssertionError.class)
                .hasMessage("%nExpecting QMP client \"idle\":%n  to receive no STOP%n%s".formatted(andThen));
        assertThatThrownBy(() -> assertThat(idle).job("job0").within(AGES).succeeds())
                .isInstanceOf(AssertionError.class)
                .hasMessage("%nExpecting job \"job0\" of QMP client \"idle\":%n  to succeed%n%s".formatted(andThen));
        assertThatThrownBy(() ->
                        assertThat(idle).within(AGES).awaitReply("query-status").with("status", "x"))
                .hasMessageContaining("it is IDLE, but must be RUNNING; connect it first");
    }

    @Test
    void a_client_that_could_not_connect_says_why_at_once() {
        QmpClient failed = QmpClient.builder().name("failed").build();
        QmpAddress nowhere = QmpAddress.unix(vm.server.socket().resolveSibling("nobody"));
        assertThatThrownBy(() -> failed.open(nowhere)).isInstanceOf(RuntimeException.class);

        assertThatThrownBy(() -> assertThat(failed).within(AGES).awaitEvent(STOP))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("but its connection ended:\n");
    }

    @Test
    void the_code_during_which_an_event_is_not_to_come_may_connect_the_client() {
        QmpClient idle = QmpClient.builder().name("idle").build();
        vm.qmp.close();

        assertThat(idle).receivesNoEvent(STOP).during(() -> idle.open(vm.server.address()));

        assertThat(idle.state()).isEqualTo(QmpState.RUNNING);
        idle.close();
    }
}
