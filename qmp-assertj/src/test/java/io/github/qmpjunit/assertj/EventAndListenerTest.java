package io.github.qmpjunit.assertj;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.assertj.ScriptedVm.textOf;
import static io.github.qmpjunit.qmp.EventMatcher.event;
import static io.github.qmpjunit.qmp.QmpEvents.RESUME;
import static io.github.qmpjunit.qmp.QmpEvents.STOP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.github.qmpjunit.qmp.QmpEvent;
import io.github.qmpjunit.qmp.QmpEventListener;
import io.github.qmpjunit.qmp.QmpListenerException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.opentest4j.AssertionFailedError;

/** Events that have arrived, and listeners that hear them. */
class EventAndListenerTest {

    private static final Duration SHORT = Duration.ofMillis(60);

    private final ScriptedVm vm = new ScriptedVm();

    @AfterEach
    void close() {
        vm.close();
    }

    private QmpEvent received(String name, Map<String, ?> data) {
        vm.sends(name, data);
        List<QmpEvent> history = vm.qmp.events().history();
        return history.get(history.size() - 1);
    }

    @Test
    void an_events_name() {
        QmpEvent event = received("STOP", Map.of());

        assertThat(event).isNamed(STOP).isNamed("STOP");
        AssertionFailedError failure = catchThrowableOfType(
                AssertionFailedError.class, () -> assertThat(event).isNamed(RESUME));
        assertThat(failure).hasMessage("%nExpecting event:%n  STOP%nto be named RESUME".formatted());
        assertThat(failure.getActual().getValue()).isEqualTo("STOP");
        assertThat(failure.getExpected().getValue()).isEqualTo("RESUME");
    }

    @Test
    void an_events_data() {
        QmpEvent event = received("X", Map.of("a", Map.of("b", 1)));

        assertThat(event).hasData("a.b", 1).hasNoData("a.c").matches(event("X").withData("a.b", 1L));
        assertThatThrownBy(() -> assertThat(event).hasData("a.b", 2))
                .isInstanceOf(AssertionError.class)
                .hasMessage("%nExpecting event:%n  X {a: {b: 1}}%nto be any event with data a.b = 2%nbut a.b differs"
                        .formatted());
        assertThatThrownBy(() -> assertThat(event).hasNoData("a.b"))
                .isInstanceOf(AssertionError.class)
                .hasMessage("%nExpecting event:%n  X {a: {b: 1}}%nto be any event without data a.b%nbut a.b is there"
                        .formatted());
        assertThatThrownBy(() -> assertThat(event).matches(event("Y").withData("c", 1)))
                .isInstanceOf(AssertionError.class)
                .hasMessage(
                        "%nExpecting event:%n  X {a: {b: 1}}%nto be Y with data c = 1%nbut name differs, c is missing"
                                .formatted());
    }

    @Test
    void an_events_parts_with_the_description_kept() {
        QmpEvent event = received("X", Map.of("s", "t"));

        assertThat(event).extracting(QmpEvent::name, STRING).isEqualTo("X");
        assertThatThrownBy(() -> assertThat(event)
                        .as("its text")
                        .extracting(found -> found.data("s").asString(), STRING)
                        .isEqualTo("u"))
                .hasMessageStartingWith("[its text] ");
    }

    @Test
    void a_listener_awaits_what_it_hears_and_only_that() {
        try (QmpEventListener listener = vm.qmp.listen("X", "STOP")) {
            vm.sends("RESUME")
                    .sends("X", Map.of("n", 1))
                    .sends("X", Map.of("n", 2))
                    .sends("STOP");

            assertThat(assertThat(listener).awaitEvent().event()).hasToString("X {n: 1}");
            assertThat(assertThat(listener).awaitEvent(STOP).event().sequence()).isEqualTo(4);
            assertThat(listener).awaitEvent("X").withData("n", 2);
            assertThat(listener).isEmpty();
            AssertionError failure = catchThrowableOfType(
                    AssertionError.class,
                    () -> assertThat(listener).as("ears").within(SHORT).awaitEvent("X"));
            assertThat(textOf(failure)).isEqualTo("""
                    [ears]\s
                    Expecting a listener for X or STOP:
                      to receive X
                    within 60 ms, but no further such event came.
                    All events, in order; > marks near misses:
                    > T  X {n: 1}    <- matches, but an earlier assertion has consumed it
                    > T  X {n: 2}    <- matches, but an earlier assertion has consumed it
                      T  STOP""");
            assertThat(failure.getStackTrace()[0].getClassName()).isEqualTo(EventAndListenerTest.class.getName());
        }
    }

    @Test
    void a_listener_awaits_what_comes_while_it_waits() throws InterruptedException {
        try (QmpEventListener listener = vm.qmp.listen("X")) {
            AtomicReference<QmpEvent> found = new AtomicReference<>();
            Thread waiting = new Thread(() -> found.set(assertThat(listener)
                    .within(Duration.ofSeconds(50))
                    .awaitEvent("X")
                    .event()));
            waiting.start();
            while (waiting.getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait();
            }

            vm.sends("X");
            waiting.join();

            assertThat(found.get()).hasToString("X");
        }
    }

    @Test
    void a_listeners_surplus_is_what_is_there_now() {
        try (QmpEventListener listener = vm.qmp.listen("X")) {
            vm.sends("X").sends("X");

            assertThatThrownBy(() -> assertThat(listener).awaitEvent("X").exactly(1))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageStartingWith("%nExpecting exactly 1 times X%nbut there is one more:%n  X%n".formatted());
            assertThat(listener).awaitEvent("X").exactly(1);
        }
    }

    @Test
    void a_listener_to_a_job_that_failed_takes_concluded_for_what_it_is() {
        try (QmpEventListener listener = vm.qmp.listen("JOB_STATUS_CHANGE")) {
            vm.sendsJobStatus("job0", "created", "aborting", "concluded");

            assertThat(listener).awaitEvent("JOB_STATUS_CHANGE").withData("status", "concluded");
        }
    }

    @Test
    void a_listener_that_nobody_registered_says_so_at_once() {
        assertThatThrownBy(() -> assertThat(new QmpEventListener(event("X")))
                        .within(Duration.ofDays(1))
                        .awaitEvent())
                .isInstanceOf(QmpListenerException.class)
                .hasMessage(
                        "No event can arrive: this listener (X) is not registered with a client; call register(listener) or listen(...) first");
    }

    @Test
    void a_listener_of_a_closed_client_says_so_at_once() {
        QmpEventListener listener = vm.qmp.listen("X");
        vm.sends("X");
        vm.qmp.close();

        assertThatThrownBy(() -> assertThat(listener).within(Duration.ofDays(1)).awaitEvent("Y"))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith(
                        "%nExpecting a listener for X:%n  to receive Y%nbut its connection ended:%n  QMP client \"vm\" was closed%nand before that no event of that name came.%n"
                                .formatted());
    }

    @Test
    void a_listeners_history() {
        try (QmpEventListener listener = vm.qmp.listen(STOP, RESUME)) {
            assertThatThrownBy(() -> assertThat(listener).hasHistory(STOP))
                    .isInstanceOf(AssertionError.class)
                    .hasMessage(
                            "%nExpecting a listener for STOP or RESUME:%n  to have heard [STOP]%nbut it has heard:%n  nothing"
                                    .formatted());
            assertThat(listener).hasHistory().isEmpty().hasHistory();
            vm.sends("STOP").sends("RESUME");

            assertThat(listener).hasHistory(STOP, RESUME);
            AssertionFailedError failure = catchThrowableOfType(
                    AssertionFailedError.class, () -> assertThat(listener).hasHistory(RESUME, STOP));
            assertThat(failure)
                    .hasMessage(
                            "%nExpecting a listener for STOP or RESUME:%n  to have heard [RESUME, STOP]%nbut it has heard:%n  STOP%n  RESUME"
                                    .formatted());
            assertThat(failure.getActual().getValue()).isEqualTo(List.of("STOP", "RESUME"));
            assertThat(failure.getExpected().getValue()).isEqualTo(List.of("RESUME", "STOP"));
        }
    }

    @Test
    void an_empty_listener() {
        try (QmpEventListener listener = vm.qmp.listen(STOP, RESUME)) {
            assertThat(listener).isEmpty();
            vm.sends("STOP").sends("RESUME");

            assertThatThrownBy(() -> assertThat(listener).isEmpty())
                    .isInstanceOf(AssertionError.class)
                    .hasMessage(
                            "%nExpecting a listener for STOP or RESUME:%n  to have nothing to take%nbut it has:%n  STOP%n  RESUME"
                                    .formatted());
        }
    }

    @Test
    void with_both_entry_points_imported_a_listener_is_a_listener() {
        try (QmpEventListener listener = vm.qmp.listen(STOP)) {
            QmpSoftAssertions softly = new QmpSoftAssertions();

            assertThat((Object) assertThat(listener)).isInstanceOf(QmpEventListenerAssert.class);
            assertThat((Object) softly.assertThat(listener)).isInstanceOf(QmpEventListenerAssert.class);
            assertThat(listener).isEmpty();
            softly.assertThat(listener).isEmpty();
            softly.assertAll();
        }
    }
}
