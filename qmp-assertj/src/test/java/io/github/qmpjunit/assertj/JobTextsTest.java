package io.github.qmpjunit.assertj;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.qmpjunit.json.JsonValues;
import io.github.qmpjunit.qmp.scripted.ReceivedCommand;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.opentest4j.AssertionFailedError;

/** What job assertions make of every order of events, and what they send. What QEMU's own jobs do is in {@link JobAssertTest}. */
class JobTextsTest {

    private static final Duration SHORT = Duration.ofMillis(60);

    private final ScriptedVm vm = new ScriptedVm();

    @AfterEach
    void close() {
        vm.close();
    }

    private static void assertFails(ThrowingCallable assertion, String message) {
        AssertionError failure = catchThrowableOfType(AssertionError.class, assertion);

        assertThat(failure).hasMessage(message);
        assertThat(failure.getStackTrace()[0].getClassName()).isEqualTo(JobTextsTest.class.getName());
    }

    private void knowsJob(Map<String, ?> job) {
        Map<String, String> other = Map.of("id", "other", "status", "concluded", "error", "another's");
        vm.server.whenExecuted("query-jobs").replies(List.of(other, job, other));
    }

    private List<String> sentToTheJob() {
        return vm.server.received().stream()
                .filter(command -> command.arguments().path("id").asString("").equals("job0"))
                .map(ReceivedCommand::name)
                .toList();
    }

    @Test
    void success_of_a_job_that_waits_to_be_dismissed() {
        knowsJob(Map.of("id", "job0", "status", "concluded"));
        vm.sendsJobStatus("job0", "created", "running", "waiting", "pending", "concluded");

        assertThat(vm.qmp).job("job0").succeeds();

        assertThat(sentToTheJob()).containsExactly("job-dismiss");
        assertFails(() -> assertThat(vm.qmp).as("copy").job("job0").failsWithErrorContaining("x"), """
                [copy]\s
                Expecting job "job0" of QMP client "vm":
                  to fail with an error containing "x"
                but it went through created, running, waiting, pending, concluded, without error""");
        assertFails(() -> assertThat(vm.qmp).job("job0").endsCancelled(), """

                Expecting job "job0" of QMP client "vm":
                  to be cancelled
                but it went through created, running, waiting, pending, concluded, without error""");
    }

    @Test
    void one_assertion_can_follow_another() {
        knowsJob(Map.of("id", "job0", "status", "concluded"));
        vm.sendsJobStatus("job0", "created", "running", "concluded");
        assertThat(vm.qmp)
                .job("job0")
                .reaches("running")
                .succeeds()
                .within(Duration.ofSeconds(9))
                .succeeds();

        knowsJob(Map.of("id", "job1", "status", "concluded", "error", "Operation canceled"));
        vm.sendsJobStatus("job1", "created", "aborting", "concluded");
        assertThat(vm.qmp)
                .job("job1")
                .endsCancelled()
                .failsWithErrorContaining("canceled")
                .endsCancelled();
    }

    @Test
    void failure_by_what_query_jobs_says() {
        knowsJob(Map.of("id", "job0", "status", "concluded", "error", "No space left on device"));
        vm.sendsJobStatus("job0", "created", "running", "aborting", "concluded");

        assertThat(vm.qmp).job("job0").failsWithErrorContaining("No space");
        assertFails(() -> assertThat(vm.qmp).job("job0").succeeds(), """

                Expecting job "job0" of QMP client "vm":
                  to succeed
                but it went through created, running, aborting, concluded, and has failed: No space left on device""");
        assertFails(() -> assertThat(vm.qmp).job("job0").reaches("concluded"), """

                Expecting job "job0" of QMP client "vm":
                  to reach "concluded"
                but it went through created, running, aborting, concluded, and has failed: No space left on device""");
        AssertionFailedError failure = catchThrowableOfType(
                AssertionFailedError.class, () -> assertThat(vm.qmp).job("job0").failsWithErrorContaining("the moon"));
        assertThat(failure).hasMessage("""

                Expecting job "job0" of QMP client "vm":
                  to fail with an error containing "the moon"
                but its error is: No space left on device""");
        assertThat(failure.getActual().getValue()).isEqualTo("No space left on device");
        assertThat(failure.getExpected().getValue()).isEqualTo("the moon");
    }

    @Test
    void failure_by_what_the_block_jobs_event_says() {
        vm.sendsJobStatus("job0", "created", "running", "aborting");
        vm.sends("BLOCK_JOB_COMPLETED", Map.of("device", "job0", "error", "Input/output error"));
        vm.sendsJobStatus("job0", "concluded", "null");

        assertThat(vm.qmp).job("job0").failsWithErrorContaining("Input/output");
        assertFails(() -> assertThat(vm.qmp).job("job0").succeeds(), """

                Expecting job "job0" of QMP client "vm":
                  to succeed
                but it went through created, running, aborting, concluded, null, and has failed: Input/output error""");
    }

    @Test
    void success_by_what_the_block_jobs_event_says() {
        vm.sendsJobStatus("job0", "created", "running");
        vm.sends("BLOCK_JOB_COMPLETED", Map.of("device", "job0"));
        vm.sendsJobStatus("job0", "concluded", "null");

        assertThat(vm.qmp).job("job0").succeeds();
    }

    @Test
    void an_outcome_that_nobody_has_told_is_no_success() {
        vm.sendsJobStatus("job0", "created", "running", "concluded", "null");

        assertFails(() -> assertThat(vm.qmp).job("job0").succeeds(), """

                Expecting job "job0" of QMP client "vm":
                  to succeed
                but it went through created, running, concluded, null, and its outcome is lost: it was dismissed before""");
    }

    @Test
    void cancellation() {
        vm.sendsJobStatus("job0", "created", "running", "aborting");
        vm.sends("BLOCK_JOB_CANCELLED", Map.of("device", "job0"));
        vm.sendsJobStatus("job0", "concluded", "null");

        assertThat(vm.qmp).job("job0").endsCancelled();
        assertThat(sentToTheJob()).containsExactly("job-dismiss");
        assertFails(() -> assertThat(vm.qmp).job("job0").succeeds(), """

                Expecting job "job0" of QMP client "vm":
                  to succeed
                but it went through created, running, aborting, concluded, null, and has failed: Operation canceled""");
    }

    @Test
    void a_second_job_of_the_name_begins_anew() {
        vm.sendsJobStatus("job0", "created", "running", "aborting");
        vm.sends("BLOCK_JOB_COMPLETED", Map.of("device", "job0", "error", "Input/output error"));
        vm.sendsJobStatus("job0", "concluded", "null", "created", "running");
        vm.sends("BLOCK_JOB_COMPLETED", Map.of("device", "job0"));
        vm.sendsJobStatus("job0", "concluded", "null");

        assertThat(vm.qmp).job("job0").succeeds();
        assertFails(() -> assertThat(vm.qmp).job("job0").reaches("aborting"), """

                Expecting job "job0" of QMP client "vm":
                  to reach "aborting"
                but it went through created, running, concluded, null, without error""");
    }

    @Test
    void it_is_driven_where_it_waits_and_once_for_each_status() {
        vm.sendsJobStatus("job0", "created", "running", "ready");
        vm.server.whenExecuted("job-complete").does(command -> {
            command.reply();
            status(command, "ready");
            status(command, "waiting");
            status(command, "pending");
        });
        vm.server.whenExecuted("job-finalize").does(command -> {
            command.reply();
            status(command, "pending");
            knowsJob(Map.of("id", "job0", "status", "concluded"));
            status(command, "concluded");
        });

        assertThat(vm.qmp).job("job0").succeeds();

        assertThat(sentToTheJob()).containsExactly("job-complete", "job-finalize", "job-dismiss");
    }

    @Test
    void it_is_followed_event_by_event() {
        vm.sendsJobStatus("job0", "created", "ready");
        vm.server.whenExecuted("job-complete").does(command -> {
            knowsJob(Map.of("id", "job0", "status", "concluded"));
            command.reply();
            status(command, "concluded");
        });

        assertThat(vm.qmp).job("job0").succeeds();
    }

    @Test
    void what_is_past_is_not_driven() {
        vm.server.whenExecuted("query-jobs").repliesWithError("GenericError", "not now");
        vm.sendsJobStatus("job0", "created", "ready", "pending");
        vm.sends("BLOCK_JOB_COMPLETED", Map.of("device", "job0"));
        vm.sendsJobStatus("job0", "concluded");

        assertThat(vm.qmp).job("job0").succeeds();

        assertThat(sentToTheJob()).containsExactly("job-dismiss");
    }

    @Test
    void events_that_came_with_query_jobs_reply_are_older_than_it() {
        vm.server
                .whenExecuted("query-jobs")
                .does(command -> {
                    status(command, "created");
                    status(command, "aborting");
                    status(command, "concluded");
                    command.reply(List.of(Map.of("id", "job0", "status", "concluded", "error", "No space left")));
                })
                .replies(List.of());

        assertThat(vm.qmp).job("job0").failsWithErrorContaining("No space");
    }

    @Test
    void what_query_jobs_says_may_be_older_than_the_last_event() {
        knowsJob(Map.of("id", "job0", "status", "paused"));
        vm.sendsJobStatus("job0", "created", "running");

        assertFails(() -> assertThat(vm.qmp).job("job0").within(SHORT).reaches("paused"), """

                Expecting job "job0" of QMP client "vm":
                  to reach "paused"
                within 60 ms, but it went through created, running
                Job "other" has failed: another's
                Job "other" has failed: another's
                The machine's status is "running".""");
    }

    private static void status(ReceivedCommand command, String status) {
        command.sendEvent("JOB_STATUS_CHANGE", Map.of("id", "job0", "status", status));
    }

    @Test
    void reaching_and_cancellation_drive_nothing() {
        vm.sendsJobStatus("job0", "created", "running", "ready", "pending");

        assertThat(vm.qmp).job("job0").reaches("ready");
        assertFails(() -> assertThat(vm.qmp).job("job0").within(SHORT).endsCancelled(), """

                Expecting job "job0" of QMP client "vm":
                  to be cancelled
                within 60 ms, but it went through created, running, ready, pending, and now waits for the command job-finalize
                The machine's status is "running".""");

        assertThat(sentToTheJob()).isEmpty();
    }

    @Test
    void a_block_jobs_readiness_is_a_status_too() {
        vm.sends("BLOCK_JOB_READY", Map.of("device", "job0"));

        assertThat(vm.qmp).job("job0").reaches("ready");
    }

    @Test
    void what_no_event_tells_query_jobs_does() {
        knowsJob(Map.of("id", "job0", "status", "running"));

        assertThat(vm.qmp).job("job0").reaches("running");
        assertFails(() -> assertThat(vm.qmp).job("job0").within(SHORT).reaches("ready"), """

                Expecting job "job0" of QMP client "vm":
                  to reach "ready"
                within 60 ms, but it went through running
                Job "other" has failed: another's
                Job "other" has failed: another's
                The machine's status is "running".""");
    }

    @Test
    void a_job_that_never_was() {
        assertFails(() -> assertThat(vm.qmp).job("job0").within(SHORT).succeeds(), """

                Expecting job "job0" of QMP client "vm":
                  to succeed
                within 60 ms, but there is no job "job0"; there are none
                The machine's status is "running".""");
    }

    @Test
    void a_job_that_does_not_get_there() {
        knowsJob(Map.of("id", "job0", "status", "concluded"));
        vm.sendsJobStatus("job0", "created", "running", "concluded");

        assertThat(vm.qmp).job("job0").reaches("concluded");
        assertFails(
                () -> assertThat(vm.qmp).job("job0").within(Duration.ofDays(1)).reaches("ready"), """

                Expecting job "job0" of QMP client "vm":
                  to reach "ready"
                but it went through created, running, concluded, without error""");
    }

    @Test
    void progress() {
        knowsJob(Map.of("id", "job0", "current-progress", 5, "total-progress", 10));

        assertThat(vm.qmp).job("job0").progressesTo(0).progressesTo(50);
        knowsJob(Map.of("id", "job0", "current-progress", 10, "total-progress", 10));
        assertThat(vm.qmp).job("job0").progressesTo(100);
        knowsJob(Map.of("id", "job0", "current-progress", 5, "total-progress", 10));
        assertFails(() -> assertThat(vm.qmp).job("job0").within(SHORT).progressesTo(51), message(51));
        knowsJob(Map.of("id", "job0", "current-progress", 0, "total-progress", 0));
        assertFails(() -> assertThat(vm.qmp).job("job0").within(SHORT).progressesTo(0), """

                Expecting job "job0" of QMP client "vm":
                  to progress to 0 %%
                within 60 ms, but the last answer was:
                  %s""".formatted(lastAnswer()));
    }

    private String message(int percent) {
        return """

                Expecting job "job0" of QMP client "vm":
                  to progress to %s %%
                within 60 ms, but the last answer was:
                  %s""".formatted(percent, lastAnswer());
    }

    private String lastAnswer() {
        return JsonValues.brief(vm.qmp.execute("query-jobs").path(1));
    }

    @Test
    void progress_of_a_job_that_is_not_there() {
        knowsJob(Map.of("id", "job1"));

        assertFails(() -> assertThat(vm.qmp).job("job0").within(SHORT).progressesTo(1), """

                Expecting job "job0" of QMP client "vm":
                  to progress to 1 %%
                within 60 ms, but the last answer was:
                  %s""".formatted(
                        JsonValues.brief(vm.qmp.execute("query-jobs"))));
    }

    @Test
    void the_connections_end_ends_the_wait() {
        vm.sendsJobStatus("job0", "created", "ready");
        vm.server.whenExecuted("job-complete").disconnects();

        assertFails(
                () -> assertThat(vm.qmp).job("job0").within(Duration.ofDays(1)).succeeds(), """

                Expecting job "job0" of QMP client "vm":
                  to succeed
                but the connection ended:
                  No further event can arrive: the peer closed the connection (QMP client "vm")""");
    }

    @Test
    void concluded_without_a_known_error_is_told_as_that() {
        vm.sendsJobStatus("job0", "created", "running", "aborting", "concluded");

        assertFails(() -> assertThat(vm.qmp).awaitEvent("JOB_STATUS_CHANGE").withData("status", "concluded"), """

                Expecting QMP client "vm":
                  to receive JOB_STATUS_CHANGE with data status = "concluded"
                and it did, but the job has failed:
                  Job "job0": it went through "aborting"; its error is lost
                If it is meant to: job(id).failsWithErrorContaining(...), or allowingFailedJobs()""");
    }
}
