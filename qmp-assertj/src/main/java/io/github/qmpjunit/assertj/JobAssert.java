package io.github.qmpjunit.assertj;

import static java.util.Objects.requireNonNull;

import io.github.qmpjunit.internal.ClientView;
import io.github.qmpjunit.internal.Waiting;
import io.github.qmpjunit.json.JsonValues;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpCommand;
import io.github.qmpjunit.qmp.QmpDisconnectedException;
import io.github.qmpjunit.qmp.QmpErrorException;
import io.github.qmpjunit.qmp.QmpTimeoutException;
import io.github.qmpjunit.qmp.job.QmpJob;
import io.github.qmpjunit.qmp.job.QmpJobException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
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
        String what = "to succeed";
        return with(what, job -> {
            job.driveToEnd(timeout());
            if (job.error().isPresent() || !job.isOutcomeKnown()) {
                throw butIs(what, job);
            }
            return this;
        });
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
        return with(what, job -> {
            String error = job.driveToEnd(timeout()).error().orElse(null);
            if (error == null) {
                throw butIs(what, job);
            }
            if (!error.contains(part)) {
                throw failureWithActualExpected(
                        error,
                        part,
                        "%s",
                        Message.fit(message(what) + "but its error is: " + error + PeerState.artefacts(client)));
            }
            return this;
        });
    }

    /**
     * Verify that the job ends by being cancelled. This does not cancel it, nor complete it.
     *
     * @return this assertion
     * @throws AssertionError if it ends in another way, or is not over in time
     */
    public JobAssert endsCancelled() {
        String what = "to be cancelled";
        return with(what, job -> {
            if (!job.awaitEnd(timeout()).isCancelled()) {
                throw butIs(what, job);
            }
            job.dismiss();
            return this;
        });
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
        return with(what, job -> {
            try {
                job.awaitStatus(status, timeout());
            } catch (IllegalArgumentException e) {
                throw failure("%s", Message.fit(message(what) + "but that cannot happen: " + e.getMessage()));
            }
            if (status.equals("concluded") && job.error().isPresent()) {
                throw butIs(what, job);
            }
            return this;
        });
    }

    /**
     * Wait until the job has done some of its work. This does not drive the job. A job that is ready or has succeeded has done all.
     *
     * @param percent how much, from 0 to 100
     * @return this assertion
     * @throws AssertionError if it does not get that far in time, or ends before; the message then holds its error
     */
    public JobAssert progressesTo(int percent) {
        if (percent < 0 || percent > 100) {
            throw new IllegalArgumentException("A job progresses from 0 to 100 percent, not to " + percent);
        }
        String what = "to progress to %s %%".formatted(percent);
        return with(what, job -> {
            Polling polling = new Polling(deadline(), () -> job + " " + what, job::query);
            boolean ended = polling.until(answer -> job.hasProgressedTo(percent) || job.isOver());
            if (!ended) {
                throw failure(
                        "%s",
                        Message.fit(message(what)
                                + polling.ending()
                                + Message.indented(polling.lastAsText())
                                + PeerState.artefacts(client)));
            }
            if (!job.hasProgressedTo(percent)) {
                throw butIs(what, job);
            }
            return this;
        });
    }

    /**
     * Verify the speed limit of the block job now, as {@code query-block-jobs} reports it.
     *
     * @param bytesPerSecond the limit; zero for none
     * @return this assertion
     * @throws AssertionError if it has another one, or there is no such block job
     */
    public JobAssert hasSpeed(long bytesPerSecond) {
        return hasMember("speed", bytesPerSecond);
    }

    /**
     * Verify the I/O status of the block job now, as {@code query-block-jobs} reports it.
     *
     * @param status {@code ok}, {@code failed} or {@code nospace}
     * @return this assertion
     * @throws AssertionError if it has another one, or there is no such block job
     */
    public JobAssert hasIoStatus(String status) {
        requireNonNull(status, "status must not be null");
        return hasMember("io-status", status);
    }

    /**
     * Wait until the block job has an I/O status. This does not drive the job.
     *
     * @param status {@code ok}, {@code failed} or {@code nospace}
     * @return this assertion
     * @throws AssertionError if it does not get it in time, or ends before
     */
    public JobAssert awaitIoStatus(String status) {
        requireNonNull(status, "status must not be null");
        String what = "to have io-status = \"%s\"".formatted(status);
        return with(what, job -> {
            Polling polling = new Polling(deadline(), () -> job + " " + what, this::blockJobs);
            boolean decided = polling.until(jobs -> blockJob(jobs).isEmpty()
                    || blockJob(jobs).get().path("io-status").asString("").equals(status));
            JsonNode last = polling.last();
            if (!decided) {
                throw failure(
                        "%s",
                        Message.fit(message(what)
                                + polling.ending()
                                + Message.indented(polling.lastAsText())
                                + PeerState.artefacts(client)));
            }
            if (last == null || blockJob(last).isEmpty()) {
                throw noBlockJob(what, job, last);
            }
            return this;
        });
    }

    /**
     * Verify how far the block job is now, as {@code query-block-jobs} reports it.
     *
     * @param offset how much is done, in bytes for most jobs
     * @param length how much is to be done
     * @return this assertion
     * @throws AssertionError if it is elsewhere, or there is no such block job
     */
    public JobAssert hasProgress(long offset, long length) {
        return hasMember("offset", offset).hasMember("len", length);
    }

    private JobAssert hasMember(String name, Object expected) {
        JsonNode wanted = JsonValues.treeOf(expected, name);
        String what = "to have %s = %s".formatted(name, JsonValues.brief(wanted));
        return with(what, job -> {
            JsonNode jobs = blockJobs(timeout());
            JsonNode found = blockJob(jobs).orElseThrow(() -> noBlockJob(what, job, jobs));
            if (!JsonValues.equal(found.path(name), wanted)) {
                throw failureWithActualExpected(
                        JsonValues.brief(found.path(name)),
                        JsonValues.brief(wanted),
                        "%s",
                        Message.fit(message(what)
                                + "but it is %s in:%n%s"
                                        .formatted(
                                                JsonValues.brief(found.path(name)),
                                                Message.indented(JsonValues.brief(found)))
                                + PeerState.artefacts(client)));
            }
            return this;
        });
    }

    private JsonNode blockJobs(Duration within) {
        return client.execute(QmpCommand.of("query-block-jobs").withTimeout(within));
    }

    private Optional<JsonNode> blockJob(JsonNode jobs) {
        return jobs.valueStream()
                .filter(job -> job.path("device").asString("").equals(actual))
                .findFirst();
    }

    private AssertionError noBlockJob(String what, QmpJob job, @Nullable JsonNode jobs) {
        job.query(timeout());
        String others = jobs == null
                ? ""
                : jobs.valueStream()
                        .map(other -> other.path("device").asString(""))
                        .collect(Collectors.joining(", "));
        return failure(
                "%s",
                Message.fit(message(what)
                        + "but there is no such block job; %s. The block jobs are: %s"
                                .formatted(job.describe(), others.isEmpty() ? "none" : others)
                        + PeerState.artefacts(client)));
    }

    /** Do something with the job, and turn what goes wrong into a failure that describes the job. */
    private <T> T with(String what, Function<QmpJob, T> action) {
        if (!ClientView.of(client).hasEverConnected()) {
            throw failure("%s", Message.fit(message(what) + Message.NEVER_CONNECTED));
        }
        Waiting waiting = Waiting.step(() -> "job \"%s\" %s".formatted(actual, what));
        try (QmpJob job = QmpJob.follow(client, actual)) {
            try {
                T result = action.apply(job);
                waiting.fulfilled();
                return result;
            } catch (QmpJobException e) {
                throw butIs(what, job);
            } catch (QmpTimeoutException e) {
                throw failure(
                        "%s",
                        Message.fit(message(what)
                                + "%s, but %s%s"
                                        .formatted(
                                                Message.within(timeout()),
                                                job.describe(),
                                                PeerState.describe(client))));
            } catch (QmpErrorException e) {
                throw failure(
                        "%s",
                        Message.fit(message(what)
                                + "but %s, and QEMU refuses %s:%n%s"
                                        .formatted(
                                                job.describe(),
                                                e.command().name(),
                                                Message.indented(
                                                        client.secrets().mask(e.description())))
                                + PeerState.artefacts(client)));
            } catch (QmpDisconnectedException e) {
                throw failure(
                        "%s",
                        Message.fit(message(what)
                                + "but the connection ended:%n%s".formatted(Message.indented(e.getMessage()))
                                + PeerState.artefacts(client)));
            }
        } finally {
            waiting.end();
        }
    }

    private AssertionError butIs(String what, QmpJob job) {
        return failure("%s", Message.fit(message(what) + "but " + job.describe() + PeerState.artefacts(client)));
    }

    private String message(String what) {
        return Message.expecting("job \"%s\" of QMP client \"%s\"".formatted(actual, client.name()), what);
    }
}
