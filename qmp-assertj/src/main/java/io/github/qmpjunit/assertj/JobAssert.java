package io.github.qmpjunit.assertj;

import static java.util.Objects.requireNonNull;

import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.qmp.EventMatcher;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpCommand;
import io.github.qmpjunit.qmp.QmpDisconnectedException;
import io.github.qmpjunit.qmp.QmpErrorException;
import io.github.qmpjunit.qmp.QmpTimeoutException;
import io.github.qmpjunit.qmp.job.QmpJobListener;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.apiguardian.api.API;
import org.assertj.core.api.WritableAssertionInfo;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Assertions about a job: what becomes of it, not only that it ends.
 *
 * <pre>{@code
 * assertThat(qmp).job("backup0").failsWithErrorContaining("Input/output error");
 * }</pre>
 *
 * <p>Those about its outcome drive it: they complete it when it is ready, finalize it when it is pending, and dismiss it when it is
 * concluded. They work as well for jobs that do one or the other by themselves, and consume no events.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public class JobAssert extends AbstractWaitingAssert<JobAssert, String> {

    private final QmpClient client;

    JobAssert(QmpClient client, String id, Duration timeout, WritableAssertionInfo before) {
        super(id, JobAssert.class, timeout, before);
        this.client = client;
    }

    /**
     * Drive the job to its end and verify that it succeeded: concluded, <em>and</em> without error.
     *
     * @return this assertion
     * @throws AssertionError if it fails, with QEMU's own reason, or is not over in time
     */
    public JobAssert succeeds() {
        JobProgress progress = driveToEnd("to succeed");
        if (progress.error().isPresent() || !progress.isOutcomeKnown()) {
            throw failure("%s", message("to succeed") + "but " + progress.describe() + PeerState.artefacts(client));
        }
        return this;
    }

    /**
     * Drive the job to its end and verify that it failed, and why.
     *
     * @param part a part of QEMU's error text
     * @return this assertion
     * @throws AssertionError if it succeeds, fails for another reason, or is not over in time
     */
    public JobAssert failsWithErrorContaining(String part) {
        requireNonNull(part, "part must not be null");
        String what = "to fail with an error containing \"%s\"".formatted(part);
        JobProgress progress = driveToEnd(what);
        String error = progress.error().orElse(null);
        if (error == null) {
            throw failure("%s", message(what) + "but " + progress.describe() + PeerState.artefacts(client));
        }
        if (!error.contains(part)) {
            throw failureWithActualExpected(
                    error, part, "%s", message(what) + "but its error is: " + error + PeerState.artefacts(client));
        }
        return this;
    }

    /**
     * Verify that the job ends by being cancelled. This does not cancel it, nor complete it.
     *
     * @return this assertion
     * @throws AssertionError if it ends in another way, or is not over in time
     */
    public JobAssert endsCancelled() {
        String what = "to be cancelled";
        JobProgress progress = follow(what, JobProgress::isOver, false);
        if (!progress.isCancelled()) {
            throw failure("%s", message(what) + "but " + progress.describe() + PeerState.artefacts(client));
        }
        dismiss();
        return this;
    }

    /**
     * Verify that the job reaches a status, or has been in it since it was created. This does not drive the job.
     *
     * @param status such as {@code running}, {@code ready}, {@code pending} or {@code concluded}
     * @return this assertion
     * @throws AssertionError if the job ends without it, or does not get there in time; also if it is to be {@code concluded} and
     *     has failed
     */
    public JobAssert reaches(String status) {
        requireNonNull(status, "status must not be null");
        String what = "to reach \"%s\"".formatted(status);
        JobProgress progress = follow(what, job -> job.hasReached(status) || job.isOver(), false);
        boolean failedAtTheEnd = status.equals("concluded") && progress.error().isPresent();
        if (!progress.hasReached(status) || failedAtTheEnd) {
            throw failure("%s", message(what) + "but " + progress.describe() + PeerState.artefacts(client));
        }
        return this;
    }

    /**
     * Verify that the job has done some of its work, or does so in time. This does not drive the job.
     *
     * @param percent how much, from 0 to 100
     * @return this assertion
     * @throws AssertionError if it does not get that far in time
     */
    public JobAssert progressesTo(int percent) {
        if (percent < 0 || percent > 100) {
            throw new IllegalArgumentException("A job progresses from 0 to 100 percent, not to " + percent);
        }
        Polling polling = new Polling(deadline(), this::query);
        if (!polling.until(job -> isAt(job, percent))) {
            throw failure(
                    "%s",
                    message("to progress to %d %%".formatted(percent))
                            + polling.ending()
                            + Message.indented(polling.lastAsText())
                            + PeerState.artefacts(client));
        }
        return this;
    }

    private static boolean isAt(JsonNode job, int percent) {
        long total = job.path("total-progress").asLong(0);
        return job.path("current-progress").asLong(0) * 100 >= total * percent && total > 0;
    }

    private JsonNode query(Duration within) {
        JsonNode jobs = client.execute(QmpCommand.of("query-jobs").withTimeout(within));
        return jobs.valueStream()
                .filter(job -> job.path("id").asString("").equals(actual))
                .findFirst()
                .orElse(jobs);
    }

    private JobProgress driveToEnd(String what) {
        JobProgress progress = follow(what, JobProgress::isOver, true);
        dismiss();
        return progress;
    }

    /** Follow the job until it is as wanted; fail if that is not in time. */
    private JobProgress follow(String what, Predicate<JobProgress> wanted, boolean drive) {
        if (!client.hasEverConnected()) {
            throw failure("%s", message(what) + Message.NEVER_CONNECTED);
        }
        Deadline deadline = deadline();
        JobProgress progress = new JobProgress(client, actual);
        Set<String> driven = new HashSet<>();
        try (QmpJobListener listener = new QmpJobListener(actual)) {
            client.registerWithHistory(listener);
            progress.learnOutcome(listener);
            while (true) {
                if (progress.isOver() && !progress.isOutcomeKnown()) {
                    progress.learnOutcome(listener);
                }
                if (wanted.test(progress)) {
                    return progress;
                }
                if (drive) {
                    drive(progress.status(), driven);
                }
                progress.take(listener.next(EventMatcher.anyEvent(), deadline));
                progress.takeAll(listener);
            }
        } catch (QmpTimeoutException e) {
            throw failure(
                    "%s",
                    message(what)
                            + "%s, but %s%s"
                                    .formatted(
                                            Message.within(timeout()),
                                            progress.describe(),
                                            PeerState.describe(client)));
        } catch (QmpDisconnectedException e) {
            throw failure(
                    "%s",
                    message(what)
                            + "but the connection ended:%n%s".formatted(Message.indented(e.getMessage()))
                            + PeerState.artefacts(client));
        }
    }

    /** Do what the job waits for, once for each status. */
    private void drive(@Nullable String status, Set<String> driven) {
        if (status == null || !driven.add(status)) {
            return;
        }
        switch (status) {
            case "ready" -> tryTo("job-complete");
            case "pending" -> tryTo("job-finalize");
            default -> {
                // it goes on by itself
            }
        }
    }

    private void dismiss() {
        tryTo("job-dismiss");
    }

    /** The job may have gone on by itself meanwhile; then there is nothing to do. */
    private void tryTo(String command) {
        try {
            client.execute(command, Map.of("id", actual));
        } catch (QmpErrorException e) {
            // See above: what counts is where the job comes to.
        } catch (QmpDisconnectedException e) {
            // The wait that follows tells it.
        }
    }

    private String message(String what) {
        return Message.expecting("job \"%s\" of QMP client \"%s\"".formatted(actual, client.name()), what);
    }
}
