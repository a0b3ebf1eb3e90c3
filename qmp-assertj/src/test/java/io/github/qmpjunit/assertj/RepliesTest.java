package io.github.qmpjunit.assertj;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.qmpjunit.qmp.QmpCommand;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.opentest4j.AssertionFailedError;

/** What commands return, at once or at last. */
class RepliesTest {

    private static final Duration SHORT = Duration.ofMillis(60);

    private final ScriptedVm vm = new ScriptedVm();

    @AfterEach
    void close() {
        vm.close();
    }

    private static void assertFails(ThrowingCallable assertion, String message) {
        AssertionError failure = catchThrowableOfType(AssertionError.class, assertion);

        assertThat(failure).hasMessage(message);
        assertThat(failure.getStackTrace()[0].getClassName()).isEqualTo(RepliesTest.class.getName());
    }

    private long timesExecuted(String command) {
        return vm.server.received().stream()
                .filter(received -> received.name().equals(command))
                .count();
    }

    @Test
    void a_command_succeeds() {
        assertThat(vm.qmp).executing("query-status").succeeds();
        assertFails(
                () -> assertThat(vm.qmp)
                        .as("try")
                        .executing("nope", Map.of("a", 1))
                        .succeeds(),
                """
                [try]\s
                Expecting command {"execute":"nope","arguments":{"a":1}} of QMP client "vm":
                  to succeed
                but it failed with CommandNotFound: The command nope has not been found""");
    }

    @Test
    void a_command_is_executed_once_whatever_is_asserted_of_it() {
        assertThat(vm.qmp)
                .executing("query-status")
                .succeeds()
                .returns("status", "running")
                .returnsSatisfying(value -> assertThat(value.size()).isEqualTo(1))
                .succeeds();
        assertThat(vm.qmp)
                .executing("nope")
                .failsWith("CommandNotFound")
                .failsWithDescriptionContaining("not been")
                .failsWith("CommandNotFound");
        assertThat(timesExecuted("query-status")).isEqualTo(1);
        assertThat(timesExecuted("nope")).isEqualTo(1);
    }

    @Test
    void a_command_returns_a_value() {
        vm.server.whenExecuted("q").replies(Map.of("a", List.of(1, 2)));

        assertThat(vm.qmp).executing("q").returns("a[1]", 2);
        assertFails(() -> assertThat(vm.qmp).executing("q").returns("a[1]", 3), """

                Expecting command {"execute":"q"} of QMP client "vm":
                  to return a[1] = 3
                but it is 2 in:
                  {a: [1, 2]}""");
        assertFails(() -> assertThat(vm.qmp).executing("q").returns("b", null), """

                Expecting command {"execute":"q"} of QMP client "vm":
                  to return b = null
                but there is nothing at b. It returned:
                  {a: [1, 2]}""");
        assertFails(() -> assertThat(vm.qmp).executing("nope").returns("b", 1), """

                Expecting command {"execute":"nope"} of QMP client "vm":
                  to return b = 1
                but it failed with CommandNotFound: The command nope has not been found""");
    }

    @Test
    void a_diff_shows_the_value_and_not_the_message() {
        AssertionFailedError failure = catchThrowableOfType(
                AssertionFailedError.class,
                () -> assertThat(vm.qmp).executing("query-status").returns("status", "paused"));

        assertThat(failure.getActual().getValue()).isEqualTo("\"running\"");
        assertThat(failure.getExpected().getValue()).isEqualTo("\"paused\"");
    }

    @Test
    void a_commands_value_satisfies_requirements() {
        assertThat(vm.qmp)
                .executing("query-status")
                .returnsSatisfying(value -> assertThat(value.has("status")).isTrue());
        assertThatThrownBy(() -> assertThat(vm.qmp).executing("query-status").returnsSatisfying(value -> {
                    throw new AssertionError("mine");
                }))
                .hasMessage("mine");
        assertFails(() -> assertThat(vm.qmp).executing("nope").returnsSatisfying(value -> {}), """

                Expecting command {"execute":"nope"} of QMP client "vm":
                  to succeed
                but it failed with CommandNotFound: The command nope has not been found""");
    }

    @Test
    void a_command_fails_with_a_class() {
        vm.server.whenExecuted("q").repliesWithError("GenericError", "It is Sunday");

        assertThat(vm.qmp).executing("q").failsWith("GenericError");
        assertFails(() -> assertThat(vm.qmp).executing("q").failsWith("DeviceNotFound"), """

                Expecting command {"execute":"q"} of QMP client "vm":
                  to fail with DeviceNotFound
                but it failed with GenericError: It is Sunday""");
        assertFails(() -> assertThat(vm.qmp).executing("query-status").failsWith("GenericError"), """

                Expecting command {"execute":"query-status"} of QMP client "vm":
                  to fail with GenericError
                but it returned:
                  {status: "running"}""");
    }

    @Test
    void a_command_fails_with_a_description() {
        vm.server.whenExecuted("q").repliesWithError("GenericError", "It is Sunday");

        assertThat(vm.qmp).executing("q").failsWithDescriptionContaining("Sun");
        assertFails(() -> assertThat(vm.qmp).executing("q").failsWithDescriptionContaining("Mon"), """

                Expecting command {"execute":"q"} of QMP client "vm":
                  to fail with a description containing "Mon"
                but it failed with GenericError: It is Sunday""");
        assertFails(() -> assertThat(vm.qmp).executing("query-status").failsWithDescriptionContaining("Sun"), """

                Expecting command {"execute":"query-status"} of QMP client "vm":
                  to fail with a description containing "Sun"
                but it returned:
                  {status: "running"}""");
    }

    @Test
    void a_reply_is_asked_for_until_it_is_right() {
        vm.server
                .whenExecuted("q")
                .replies(Map.of("n", 1))
                .replies(Map.of("n", 2))
                .replies(Map.of("n", 3));

        assertThat(vm.qmp).awaitReply("q").with("n", 3);

        assertThat(timesExecuted("q")).isEqualTo(3);
    }

    @Test
    void a_reply_that_is_right_is_asked_for_once() {
        assertThat(vm.qmp).within(Duration.ZERO).awaitReply("query-status").with("status", "running");

        assertThat(timesExecuted("query-status")).isEqualTo(1);
    }

    @Test
    void one_reply_must_meet_all_demands() {
        vm.server
                .whenExecuted("q")
                .replies(Map.of("a", 1))
                .replies(Map.of("b", 1))
                .replies(Map.of("a", 1, "b", 1));

        assertThat(vm.qmp)
                .awaitReply("q")
                .with("a", 1)
                .withMatching("with b", reply -> reply.has("b"))
                .with("a", 1);
        assertThat(timesExecuted("q")).isEqualTo(4);
    }

    @Test
    void a_reply_that_does_not_come_to_be_right_is_told() {
        vm.server.whenExecuted("q").replies(Map.of("status", "running"));
        assertFails(
                () -> assertThat(vm.qmp)
                        .as("it rests")
                        .within(SHORT)
                        .awaitReply("q")
                        .with("status", "running")
                        .with("status.x", null)
                        .withMatching("and whatever", reply -> true),
                """
                [it rests]\s
                Expecting QMP client "vm":
                  to reply to q with status = "running", status.x = null
                within 60 ms, but there is nothing at status.x. The last answer was:
                  {status: "running"}
                The machine's status is "running".""");
        assertThat(timesExecuted("q")).as("more than one attempt").isGreaterThan(2);
    }

    @Test
    void a_reply_that_never_comes_is_told() {
        vm.server.whenExecuted("q").staysSilent();

        assertFails(() -> assertThat(vm.qmp).within(SHORT).awaitReply("q").with("a", 1), """

                Expecting QMP client "vm":
                  to reply to q with a = 1
                within 60 ms, but the last answer was:
                  (none: it does not answer)
                The machine's status is "running".""");
    }

    @Test
    void a_query_with_a_time_out_of_its_own_keeps_it() {
        vm.server.whenExecuted("q").staysSilent();
        long started = System.nanoTime();

        assertThatThrownBy(() -> assertThat(vm.qmp)
                        .within(Duration.ofDays(1))
                        .awaitReply(QmpCommand.of("q").withTimeout(SHORT))
                        .with("a", 1))
                .isInstanceOf(AssertionError.class);

        assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(30));
    }

    @Test
    void a_reply_that_cannot_come_any_more_is_told_at_once() {
        vm.server.whenExecuted("q").replies(Map.of("n", 1)).disconnects();

        assertFails(
                () -> assertThat(vm.qmp)
                        .within(Duration.ofDays(1))
                        .awaitReply("q")
                        .with("n", 2),
                """

                Expecting QMP client "vm":
                  to reply to q with n = 2
                but its connection ended:
                  The connection ended before {"execute":"q"} arrived: the peer closed the connection (QMP client "vm")
                and the answer before that was:
                  {n: 1}
                The client is DISCONNECTING.""");
    }

    @Test
    void no_jobs() {
        vm.server.whenExecuted("query-jobs").replies(List.of(Map.of("id", "a"))).replies(List.of());
        assertThat(vm.qmp).awaitNoJobs().awaitNoJobs();
        vm.server.whenExecuted("query-jobs").replies(List.of(Map.of("id", "a")));
        assertFails(() -> assertThat(vm.qmp).within(SHORT).awaitNoJobs(), """

                Expecting QMP client "vm":
                  to have no jobs
                within 60 ms, but the last answer was:
                  [{id: "a"}]""");
    }

    @Test
    void what_can_be_told_of_a_peer_is_told_whatever_it_does_not_answer() {
        vm.server.whenExecuted("query-status").repliesWithError("GenericError", "no guest");
        vm.server
                .whenExecuted("query-jobs")
                .replies(List.of(Map.of("id", "a"), Map.of("id", "b", "error", "No space left")));

        assertThatThrownBy(() -> assertThat(vm.qmp).within(SHORT).awaitEvent("STOP"))
                .hasMessageEndingWith(
                        "event at all.\nJob \"b\" has failed: No space left\nIt does not report its status: GenericError: no guest\n  in reply to QMP client \"vm\": {\"execute\":\"query-status\"}");
    }
}
