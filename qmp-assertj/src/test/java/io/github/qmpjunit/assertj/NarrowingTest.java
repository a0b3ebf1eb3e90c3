package io.github.qmpjunit.assertj;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.assertj.ScriptedVm.textOf;
import static io.github.qmpjunit.qmp.EventMatcher.anyOf;
import static io.github.qmpjunit.qmp.EventMatcher.event;
import static io.github.qmpjunit.qmp.QmpEvents.JOB_STATUS_CHANGE;
import static io.github.qmpjunit.qmp.QmpEvents.RESUME;
import static io.github.qmpjunit.qmp.QmpEvents.STOP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.InstanceOfAssertFactories.LONG;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.github.qmpjunit.internal.ClientView;
import io.github.qmpjunit.qmp.EventType;
import io.github.qmpjunit.qmp.QmpEvent;
import io.github.qmpjunit.qmp.QmpEventListener;
import io.github.qmpjunit.qmp.QmpListenerException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Each way to narrow a wait, with the event that is meant behind one that is not, and the text where none is. */
class NarrowingTest {

    private static final Duration SHORT = Duration.ofMillis(60);

    private final ScriptedVm vm = new ScriptedVm();

    @AfterEach
    void close() {
        vm.close();
    }

    private static String failureOf(ThrowingCallable assertion) {
        return textOf(catchThrowableOfType(AssertionError.class, assertion));
    }

    private static long number(QmpEvent event) {
        return event.data("n").asLong();
    }

    @Test
    void by_a_value_in_the_data() {
        vm.sends("X", Map.of("o", Map.of("p", List.of(0, "no"))));
        vm.sends("X", Map.of("o", Map.of("p", List.of(0, "yes"))));

        assertThat(assertThat(vm.qmp)
                        .awaitEvent("X")
                        .withData("o.p[1]", "yes")
                        .event()
                        .sequence())
                .isEqualTo(2);
        assertThat(failureOf(
                        () -> assertThat(vm.qmp).within(SHORT).awaitEvent("X").withData("o.p[1]", "maybe")))
                .isEqualTo("""

                        Expecting QMP client "vm":
                          to receive X with data o.p[1] = "maybe"
                        within 60 ms, but no such event came.
                        All events, in order; > marks near misses:
                        > T  X {o: {p: [0, "no"]}}    <- o.p[1] differs
                        > T  X {o: {p: [0, "yes"]}}    <- o.p[1] differs
                        The machine's status is "running".""");
    }

    @Test
    void by_null_which_is_not_absence() {
        Map<String, Object> nothing = new HashMap<>();
        nothing.put("x", null);
        vm.sends("X", Map.of("y", 1)).sends("X", nothing);

        assertThat(assertThat(vm.qmp)
                        .awaitEvent("X")
                        .withData("x", null)
                        .event()
                        .data("x")
                        .isNull())
                .isTrue();
        assertThat(failureOf(
                        () -> assertThat(vm.qmp).within(SHORT).awaitEvent("X").withData("x", null)))
                .isEqualTo("""

                        Expecting QMP client "vm":
                          to receive X with data x = null
                        within 60 ms, but no further such event came.
                        All events, in order; > marks near misses:
                        > T  X {y: 1}    <- x is missing
                        > T  X {x: null}    <- matches, but an earlier assertion has consumed it
                        The machine's status is "running".""");
    }

    @Test
    void by_a_subset_of_the_data() {
        vm.sends("X", Map.of("o", Map.of("p", 1)));
        vm.sends("X", Map.of("o", Map.of("p", 2, "q", 3), "n", 2));

        assertThat(number(assertThat(vm.qmp)
                        .awaitEvent("X")
                        .withDataContaining(Map.of("o", Map.of("p", 2)))
                        .event()))
                .isEqualTo(2);
        assertThat(failureOf(() -> assertThat(vm.qmp)
                        .within(SHORT)
                        .awaitEvent("X")
                        .withDataContaining(Map.of("o", Map.of("p", 9)))))
                .startsWith("""

                        Expecting QMP client "vm":
                          to receive X with data containing {o: {p: 9}}
                        within 60 ms, but no such event came.
                        """)
                .contains("\n> T  X {o: {p: 1}}    <- data differs\n");
    }

    @Test
    void by_a_predicate_on_a_value() {
        vm.sends("X", Map.of("n", 1)).sends("X", Map.of("n", 2)).sends("X", Map.of("m", 3));

        assertThat(number(assertThat(vm.qmp)
                        .awaitEvent("X")
                        .withDataMatching("n", "is even", n -> n.asLong() % 2 == 0)
                        .event()))
                .isEqualTo(2);
        assertThat(failureOf(() -> assertThat(vm.qmp)
                        .within(SHORT)
                        .awaitEvent("X")
                        .withDataMatching("n", "is even", n -> n.asLong() % 2 == 0)))
                .isEqualTo("""

                        Expecting QMP client "vm":
                          to receive X with data n is even
                        within 60 ms, but no further such event came.
                        All events, in order; > marks near misses:
                        > T  X {n: 1}    <- n differs
                        > T  X {n: 2}    <- matches, but an earlier assertion has consumed it
                        > T  X {m: 3}    <- n is missing
                        The machine's status is "running".""");
    }

    @Test
    void by_absence() {
        vm.sends("X", Map.of("error", "no", "n", 1)).sends("X", Map.of("n", 2));

        assertThat(number(
                        assertThat(vm.qmp).awaitEvent("X").withoutData("error").event()))
                .isEqualTo(2);
        assertThat(failureOf(
                        () -> assertThat(vm.qmp).within(SHORT).awaitEvent("X").withoutData("n")))
                .contains("to receive X without data n\nwithin 60 ms, but no such event came.\n")
                .contains("    <- n is there\n");
    }

    @Test
    void what_does_not_meet_a_later_demand_is_given_back_and_stays_for_the_next() {
        vm.sends("X", Map.of("n", 1)).sends("X", Map.of("n", 2));

        assertThat(number(assertThat(vm.qmp).awaitEvent("X").withData("n", 2).event()))
                .isEqualTo(2);
        assertThat(number(assertThat(vm.qmp).awaitEvent("X").event())).isEqualTo(1);
        assertThatThrownBy(() -> assertThat(vm.qmp).within(SHORT).awaitEvent("X"))
                .isInstanceOf(AssertionError.class);
    }

    @Test
    void one_of_several_names_is_told_with_all_of_them() {
        vm.sends("Y");

        assertThat(failureOf(() -> assertThat(vm.qmp).within(SHORT).awaitEvent(anyOf(STOP, RESUME))))
                .isEqualTo("""

                        Expecting QMP client "vm":
                          to receive STOP or RESUME
                        within 60 ms, but no event of that name came.
                        All events, in order:
                          T  Y
                        The machine's status is "running".""");
    }

    @Test
    void nothing_at_all_is_told_as_that() {
        assertThat(failureOf(() -> assertThat(vm.qmp).within(SHORT).awaitEvent(STOP)))
                .isEqualTo("""

                        Expecting QMP client "vm":
                          to receive STOP
                        within 60 ms, but it has received no event at all.
                        The machine's status is "running".""");
    }

    @Test
    void near_misses_are_marked_where_they_stand_in_the_order_of_all_events() {
        vm.sends("X", Map.of("a", 1)).sends("Y").sends("X", Map.of("a", 0, "n", 1));

        assertThat(failureOf(() -> assertThat(vm.qmp)
                        .within(SHORT)
                        .awaitEvent(event("X").withData("a", 1).withData("n", 9))))
                .contains("> T  X {a: 1}    <- n is missing\n  T  Y\n> T  X {")
                .contains("    <- a differs, n differs\n");
    }

    @Test
    void of_many_events_the_last_fifty_are_listed() {
        for (int n = 1; n <= 50; n++) {
            vm.server.sendEvent("X", Map.of("n", n));
        }
        vm.qmp.execute("query-version");

        assertThat(failureOf(() -> assertThat(vm.qmp).within(SHORT).awaitEvent(STOP)))
                .contains("\nAll events, in order:\n  T  X {n: 1}\n");
        vm.sends("X", Map.of("n", 51));
        assertThat(failureOf(() -> assertThat(vm.qmp).within(SHORT).awaitEvent(STOP)))
                .contains("\nThe last 50 of 51 events, in order:\n  T  X {n: 2}\n")
                .contains("\n  T  X {n: 51}\nThe machine's");
    }

    @Test
    void times_are_told_in_words_from_the_beginning_of_the_wait() {
        vm.sends("X", Map.of("n", 1)).whileSomebodyWaits(() -> vm.server.sendEvent("X", Map.of("n", 2)));

        AssertionError failure = catchThrowableOfType(
                AssertionError.class,
                () -> assertThat(vm.qmp).within(Duration.ofMillis(400)).awaitEvent(STOP));

        assertThat(failure)
                .hasMessageMatching(
                        "(?s).*\n  [\\d.]+ (us|ms|s) before the wait  X \\{n: 1}\n  [\\d.]+ (us|ms|s) into the wait  X \\{n: 2}\n.*");
    }

    @Test
    void a_then_comes_after_the_event_before_and_both_are_consumed() {
        vm.sends("B").sends("A").sends("B");

        assertThat(assertThat(vm.qmp).awaitEvent("A").thenEvent("B").event().sequence())
                .isEqualTo(3);
        assertThat(assertThat(vm.qmp).awaitEvent("B").event().sequence()).isEqualTo(1);
        assertThat(failureOf(() -> {
                    vm.sends("A");
                    assertThat(vm.qmp).within(SHORT).awaitEvent("A").thenEvent(event("B"));
                }))
                .isEqualTo("""

                        Expecting QMP client "vm":
                          to receive B after A
                        within 60 ms, but no such event came.
                        All events, in order; > marks near misses:
                        > T  B    <- matches, but an earlier assertion has consumed it
                          T  A
                        > T  B    <- matches, but an earlier assertion has consumed it
                          T  A
                        The machine's status is "running".""");
    }

    @Test
    void a_then_may_be_narrowed_too() {
        vm.sends("STOP").sends("RESUME", Map.of("n", 1)).sends("RESUME", Map.of("n", 2));

        assertThat(assertThat(vm.qmp)
                        .awaitEvent(STOP)
                        .thenEvent(RESUME)
                        .withData("n", 2)
                        .event()
                        .sequence())
                .isEqualTo(3);
    }

    @Test
    void events_in_order() {
        vm.sends("RESUME").sends("STOP").sends("RESUME");
        assertThat(vm.qmp)
                .awaitEventsInOrder(STOP, RESUME)
                .awaitReply("query-status")
                .with("status", "running");
        assertThat(ClientView.of(vm.qmp).assertionEvents(QmpEventListener.class).pending())
                .as("consumed are just those two")
                .extracting(QmpEvent::sequence)
                .containsExactly(1L);
        assertThat(failureOf(() -> assertThat(vm.qmp).within(SHORT).awaitEventsInOrder(RESUME, STOP)))
                .isEqualTo("""

                        Expecting QMP client "vm":
                          to receive STOP after RESUME
                        within 60 ms, but no further such event came.
                        All events, in order; > marks near misses:
                          T  RESUME
                        > T  STOP    <- matches, but an earlier assertion has consumed it
                          T  RESUME
                        The machine's status is "running".""");
    }

    @Test
    void since_a_mark_earlier_events_do_not_count() {
        vm.sends("STOP");
        var mark = vm.qmp.mark();

        assertThat(failureOf(() -> assertThat(vm.qmp).since(mark).within(SHORT).awaitEvent(STOP)))
                .contains("""
                        to receive STOP after the mark
                        within 60 ms, but no such event came.
                        All events, in order; > marks near misses:
                        > T  STOP    <- it came before the mark
                        """);
        assertThatThrownBy(() -> assertThat(vm.qmp).since(mark).within(SHORT).awaitEventsInOrder(STOP))
                .isInstanceOf(AssertionError.class);
        vm.sends("STOP");
        assertThat(assertThat(vm.qmp).since(mark).awaitEvent(STOP).event().sequence())
                .isEqualTo(2);
        vm.sends("STOP");
        assertThat(vm.qmp).since(mark).awaitEventsInOrder(STOP);
        assertThat(ClientView.of(vm.qmp).assertionEvents(QmpEventListener.class).pending())
                .hasSize(1);
    }

    @Test
    void at_least_so_many_are_consumed() {
        vm.sends("X").sends("X").sends("X");

        assertThat(assertThat(vm.qmp).awaitEvent("X").atLeast(2).event().sequence())
                .isEqualTo(2);
        assertThat(failureOf(
                        () -> assertThat(vm.qmp).within(SHORT).awaitEvent("X").atLeast(2)))
                .isEqualTo("""

                        Only 1 of at least 2 such events came.
                        Expecting QMP client "vm":
                          to receive X
                        within 60 ms, but no further such event came.
                        All events, in order; > marks near misses:
                        > T  X    <- matches, but an earlier assertion has consumed it
                        > T  X    <- matches, but an earlier assertion has consumed it
                        > T  X    <- matches, but an earlier assertion has consumed it
                        The machine's status is "running".""");
    }

    @Test
    void exactly_so_many_with_the_surplus_left_for_the_next() {
        vm.sends("X").sends("X").sends("X");

        assertThat(failureOf(() -> assertThat(vm.qmp).awaitEvent("X").exactly(2)))
                .isEqualTo("""

                        Expecting exactly 2 times X
                        but there is one more:
                          X
                        All events, in order:
                          T  X
                          T  X
                          T  X""");
        assertThat(assertThat(vm.qmp).awaitEvent("X").exactly(1).event().sequence())
                .isEqualTo(3);
    }

    @Test
    void a_surplus_that_is_still_on_its_way_is_waited_for_by_a_round_trip() {
        vm.sends("X");
        vm.server
                .whenExecuted("query-version")
                .does(command -> command.sendEvent("X").reply());

        assertThat(failureOf(() -> assertThat(vm.qmp).awaitEvent("X").exactly(1)))
                .startsWith("\nExpecting exactly 1 times X\nbut there is one more:\n  X\n");
    }

    @Test
    void none_is_no_number_of_events() {
        vm.sends("X").sends("X");

        assertThatThrownBy(() -> assertThat(vm.qmp).awaitEvent("X").exactly(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "The event of this assertion has come already, so 0 times cannot be; use receivesNoEvent(...)");
        assertThatThrownBy(() -> assertThat(vm.qmp).awaitEvent("X").atLeast(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "The event of this assertion has come already, so -1 times cannot be; use receivesNoEvent(...)");
    }

    @Test
    void an_event_that_the_schema_does_not_know_ends_the_wait() {
        vm.server
                .whenExecuted("query-qmp-schema")
                .replies(List.of(
                        Map.of("name", "STOP", "meta-type", "event", "arg-type", "0"),
                        Map.of("name", "0", "meta-type", "object", "members", List.of())));

        assertThat(failureOf(() -> assertThat(vm.qmp).within(Duration.ofDays(1)).awaitEvent("STOPP")))
                .isEqualTo("""

                        Expecting QMP client "vm":
                          to receive STOPP
                        but that cannot happen:
                          No event STOPP; did you mean STOP?
                        If this QEMU sends it all the same, declare it for the machine with @Vm(ownEvents = ...) or ownEvents(...) of its builder, or call withoutSchemaCheck() before this assertion""");
        assertThat(failureOf(() -> assertThat(vm.qmp)
                        .withoutSchemaCheck()
                        .within(Duration.ofMillis(200))
                        .awaitEvent("STOPP")))
                .contains("within 200 ms, but it has received no event at all.");
        assertThat(failureOf(() -> assertThat(vm.qmp)
                        .withoutSchemaCheck()
                        .within(Duration.ofMillis(200))
                        .awaitEventsInOrder(new EventType("STOPP"))))
                .contains("within 200 ms, but it has received no event at all.");
    }

    @Test
    void a_short_wait_does_not_ask_for_the_schema() {
        assertThat(failureOf(() -> assertThat(vm.qmp).within(SHORT).awaitEvent("STOPP")))
                .contains("within 60 ms");

        assertThat(vm.server.received()).extracting(command -> command.name()).doesNotContain("query-qmp-schema");
    }

    @Test
    void concluded_is_not_success() {
        vm.server
                .whenExecuted("query-jobs")
                .replies(List.of(Map.of("id", "job0", "status", "concluded", "error", "No space left")));
        vm.sendsJobStatus("job0", "created", "running", "aborting", "concluded");

        assertThat(failureOf(() -> assertThat(vm.qmp)
                        .awaitEvent(JOB_STATUS_CHANGE)
                        .withData("id", "job0")
                        .withData("status", "concluded")))
                .isEqualTo("""

                        Expecting QMP client "vm":
                          to receive JOB_STATUS_CHANGE with data id = "job0", status = "concluded"
                        and it did, but the job has failed:
                          Job "job0": No space left
                        If it is meant to: job(id).failsWithErrorContaining(...), or allowingFailedJobs()""");
        vm.sendsJobStatus("job1", "created", "running", "aborting", "concluded");
        assertThat(vm.qmp).allowingFailedJobs().awaitEvent(JOB_STATUS_CHANGE).withData("status", "concluded");
        vm.sendsJobStatus("job2", "created", "running", "waiting", "pending", "concluded");
        assertThat(vm.qmp).awaitEvent(JOB_STATUS_CHANGE).withData("id", "job2").withData("status", "concluded");
    }

    @Test
    void a_description_is_kept_through_the_chain() {
        vm.sends("X");

        assertThat(failureOf(() -> assertThat(vm.qmp)
                        .as("the %s", "lamp")
                        .within(SHORT)
                        .awaitEvent("X")
                        .withData("on", true)))
                .startsWith("[the lamp] \nExpecting QMP client \"vm\":\n  to receive X with data on = true\n");
        assertThat(failureOf(() -> assertThat(vm.qmp)
                        .as("order")
                        .within(SHORT)
                        .awaitEvent("X")
                        .thenEvent("Y")))
                .startsWith("[order] \nExpecting");
        vm.sends("X");
        assertThat(failureOf(() -> assertThat(vm.qmp)
                        .as("number")
                        .within(SHORT)
                        .awaitEvent("X")
                        .atLeast(2)))
                .startsWith("[number] \nOnly 1");
        vm.sends("X");
        assertThat(failureOf(() -> assertThat(vm.qmp)
                        .overridingErrorMessage("dark")
                        .within(SHORT)
                        .awaitEvent("X")
                        .withData("on", true)))
                .isEqualTo("dark");
    }

    @Test
    void a_failure_begins_at_the_line_of_the_test_wherever_in_the_chain() {
        vm.sends("X").sends("X").sends("X");

        for (ThrowingCallable assertion : Arrays.<ThrowingCallable>asList(
                () -> assertThat(vm.qmp).within(SHORT).awaitEvent("Y"),
                () -> assertThat(vm.qmp).within(SHORT).awaitEventsInOrder(STOP),
                () -> assertThat(vm.qmp).within(SHORT).awaitEvent("X").withData("n", 1),
                () -> assertThat(vm.qmp).within(SHORT).awaitEvent("X").thenEvent("Y"),
                () -> assertThat(vm.qmp).within(SHORT).awaitEvent("X").atLeast(5))) {
            AssertionError failure = catchThrowableOfType(AssertionError.class, assertion);

            assertThat(failure.getStackTrace()[0].getClassName()).isEqualTo(NarrowingTest.class.getName());
        }
    }

    @Test
    void the_found_event_is_checked_further_with_its_description() {
        vm.sends("X", Map.of("n", 5, "s", "t"));

        assertThat(vm.qmp)
                .as("a reading")
                .awaitEvent("X")
                .satisfies(event -> assertThat(event).hasData("n", 5))
                .extracting(event -> event.data("s").asString(), STRING)
                .isEqualTo("t");
        vm.sends("X", Map.of("n", 5));
        assertThat(failureOf(() -> assertThat(vm.qmp)
                        .as("a reading")
                        .awaitEvent("X")
                        .extracting(NarrowingTest::number, LONG)
                        .isEqualTo(6)))
                .startsWith("[a reading] ")
                .contains("expected: 6");
    }

    @Test
    void a_matcher_that_throws_is_no_missing_event() {
        vm.sends("X");

        assertThatThrownBy(() -> assertThat(vm.qmp).awaitEvent(event("X").where("it is broken", event -> {
                    throw new IllegalStateException("oops");
                })))
                .isInstanceOf(QmpListenerException.class)
                .hasMessageContaining("oops");
    }
}
