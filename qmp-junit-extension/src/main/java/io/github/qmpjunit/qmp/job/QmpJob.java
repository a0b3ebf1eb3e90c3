package io.github.qmpjunit.qmp.job;

import static java.util.Objects.requireNonNull;

import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.internal.DidYouMean;
import io.github.qmpjunit.qmp.EventMatcher;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpCommand;
import io.github.qmpjunit.qmp.QmpDisconnectedException;
import io.github.qmpjunit.qmp.QmpErrorException;
import io.github.qmpjunit.qmp.QmpEvent;
import io.github.qmpjunit.qmp.QmpException;
import io.github.qmpjunit.qmp.QmpTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Follows a QEMU job: its statuses, its way to the end, and its outcome.
 *
 * <pre>{@code
 * try (QmpJob job = QmpJob.follow(qmp, "backup0")) {
 *     job.driveToEnd(SOON);
 *     assertThat(job.error()).isEmpty();
 * }
 * }</pre>
 *
 * <p>A failed job also concludes. The reason is in {@code query-jobs} until the job is dismissed; a block job that dismisses itself
 * reports the reason only in BLOCK_JOB_COMPLETED. A job that is created again under the same id starts from the beginning.
 *
 * <p>It uses all events since {@link QmpClient#events() the client} was created, and asks {@code query-jobs} for
 * the rest. It consumes no events of other listeners. Not thread-safe.
 *
 * @see <a href="https://www.qemu.org/docs/master/interop/qemu-qmp-ref.html#jobs">QEMU's description of jobs</a>
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public final class QmpJob implements AutoCloseable {

    private static final String CANCELLED = "Operation canceled";
    private static final Duration ONE_ANSWER = Duration.ofSeconds(5);

    /** Progress has no event. */
    private static final Duration PROGRESS_INTERVAL = Duration.ofMillis(50);

    /** In these statuses, a job has done all of its work. */
    private static final Set<String> WORK_IS_DONE =
            Set.of("ready", "standby", "waiting", "pending", "concluded", "null");

    /** A job in one of these waits for a command. */
    private static final Map<String, String> DRIVEN_BY = Map.of("ready", "job-complete", "pending", "job-finalize");

    /** What QEMU has had since there are jobs (qapi/job.json); about others its schema is asked. */
    private static final Set<String> STATUSES = Set.of(
            "undefined",
            "created",
            "running",
            "paused",
            "ready",
            "standby",
            "waiting",
            "pending",
            "aborting",
            "concluded",
            "null");

    /** For a message, after a wait that has taken long already. */
    private static final Duration AT_ONCE = Duration.ofSeconds(1);

    private final QmpClient client;
    private final QmpJobListener listener;
    private final Set<String> reached = new LinkedHashSet<>();
    private @Nullable String status;
    private @Nullable String error;
    private @Nullable QmpEvent stoppedBy;
    private boolean outcomeKnown;
    private long current;
    private long total;

    private QmpJob(QmpClient client, String id) {
        this.client = client;
        this.listener = new QmpJobListener(id);
    }

    /**
     * Follow a job, including its events so far. It need not exist yet.
     *
     * @param client the client of the monitor
     * @param id the job's id; for a block job without its own id, the device's name
     * @return the job; close it after use
     */
    public static QmpJob follow(QmpClient client, String id) {
        QmpJob job = new QmpJob(
                requireNonNull(client, "client must not be null"), requireNonNull(id, "id must not be null"));
        client.registerWithHistory(job.listener);
        job.takeEvents();
        return job;
    }

    /** {@return the job's id} */
    public String id() {
        return listener.jobId();
    }

    /** {@return the last known status, such as {@code running} or {@code concluded}; empty before the first} */
    public Optional<String> status() {
        return Optional.ofNullable(status);
    }

    /**
     * Return whether the job is, or was, in a status since it was created.
     *
     * @param wanted the status
     * @return whether it is known to have reached it
     */
    public boolean hasReached(String wanted) {
        return reached.contains(wanted);
    }

    /** {@return whether the job is over: concluded, or gone} */
    public boolean isOver() {
        return "concluded".equals(status) || "null".equals(status);
    }

    /** {@return whether it is known if the job succeeded; it is unknown if the job was dismissed unseen} */
    public boolean isOutcomeKnown() {
        return outcomeKnown;
    }

    /** {@return why the job failed, in QEMU's words; empty if it did not fail or the reason is unknown} */
    public Optional<String> error() {
        return Optional.ofNullable(error);
    }

    /**
     * Find out whether the job has failed so far, and why. Asks {@code query-jobs} if its events report a failure.
     *
     * @return QEMU's reason, or a note that it is lost; empty if the job has not failed
     */
    public Optional<String> whyFailed() {
        takeEvents();
        if (!hasReached("aborting")) {
            return Optional.empty();
        }
        learnOutcome();
        return Optional.of(error == null ? "it went through \"aborting\"; its error is lost" : error);
    }

    /** {@return whether the job was cancelled} */
    public boolean isCancelled() {
        return CANCELLED.equals(error);
    }

    /**
     * Return whether the job has done a part of its work. A job without any work, and a job that is ready or past it, counts as complete.
     *
     * @param percent how much, from 0 to 100
     * @return whether it is known to have reached that point
     */
    public boolean hasProgressedTo(int percent) {
        if (error != null) {
            return false; // some jobs count their work as done although it failed
        }
        boolean done = status != null && WORK_IS_DONE.contains(status) && (outcomeKnown || !isOver());
        return done || (total > 0 && current * 100 >= total * percent);
    }

    /**
     * Ask {@code query-jobs} for the job.
     *
     * @param timeout how long to wait for the answer
     * @return the job's entry; the whole reply if it has none
     * @throws QmpException if there is no answer
     */
    public JsonNode query(Duration timeout) {
        JsonNode jobs = client.execute(QmpCommand.of("query-jobs").withTimeout(timeout));
        takeEvents(); // events before the reply; later events may be newer than it
        for (JsonNode job : jobs) {
            if (job.path("id").asString("").equals(id())) {
                learnFrom(job);
                return job;
            }
        }
        return jobs;
    }

    /**
     * Wait until the job is, or was, in a status since it was created. Does not drive the job.
     *
     * @param wanted the status, such as {@code running}, {@code ready} or {@code concluded}
     * @param timeout how long to wait at most
     * @return this
     * @throws QmpJobException if the job ends without it
     * @throws QmpTimeoutException if it takes longer; the message describes the job
     * @throws QmpDisconnectedException if the connection ends
     * @throws IllegalArgumentException if jobs have no such status; the message suggests one
     */
    public QmpJob awaitStatus(String wanted, Duration timeout) {
        requireNonNull(wanted, "wanted must not be null");
        requireStatus(wanted);
        follow(job -> job.hasReached(wanted) || job.isOver(), false, timeout);
        if (!hasReached(wanted)) {
            throw new QmpJobException(
                    "Job \"%s\" ended without reaching \"%s\": %s".formatted(id(), wanted, describe()));
        }
        return this;
    }

    private void requireStatus(String wanted) {
        if (!STATUSES.contains(wanted) && !problemsOf(wanted).isEmpty()) {
            throw new IllegalArgumentException(
                    "jobs have no status \"%s\"%s".formatted(wanted, DidYouMean.hint(wanted, new TreeSet<>(STATUSES))));
        }
    }

    private List<String> problemsOf(String wanted) {
        try {
            return EventMatcher.event("JOB_STATUS_CHANGE")
                    .withData("status", wanted)
                    .problemsIn(client.schema());
        } catch (QmpException e) {
            return List.of(); // without a schema, nobody can tell
        }
    }

    /**
     * Wait until the job is over. Does not drive the job: {@link #error()} is its outcome.
     *
     * @param timeout how long to wait at most
     * @return this
     * @throws QmpTimeoutException if it takes longer; the message describes the job
     * @throws QmpDisconnectedException if the connection ends
     */
    public QmpJob awaitEnd(Duration timeout) {
        follow(QmpJob::isOver, false, timeout);
        return this;
    }

    /**
     * Drive the job to its end: complete it when it is ready, finalize it when it is pending, and dismiss it when it is concluded. Steps
     * that the job takes by itself are left to it. {@link #error()} is the outcome.
     *
     * @param timeout how long it may take
     * @return this
     * @throws QmpErrorException if QEMU refuses to complete or finalize the job, so that it cannot end
     * @throws QmpTimeoutException if it takes longer; the message describes the job
     * @throws QmpDisconnectedException if the connection ends
     */
    public QmpJob driveToEnd(Duration timeout) {
        follow(QmpJob::isOver, true, timeout);
        dismiss();
        return this;
    }

    /**
     * Wait until the job has done a part of its work. Does not drive the job.
     *
     * @param percent how much, from 0 to 100
     * @param timeout how long to wait at most
     * @return this
     * @throws QmpJobException if the job ends before
     * @throws QmpTimeoutException if it takes longer; the message describes the job
     * @throws QmpDisconnectedException if the connection ends
     */
    public QmpJob awaitProgress(int percent, Duration timeout) {
        Deadline deadline = Deadline.in(timeout);
        query(deadline.remaining());
        while (!hasProgressedTo(percent)) {
            if (isOver()) {
                throw new QmpJobException(
                        "Job \"%s\" ended before it had progressed to %s %%: %s".formatted(id(), percent, describe()));
            }
            if (deadline.isOver()) {
                throw tooLate(timeout);
            }
            awaitEvent(shorter(deadline.remaining(), PROGRESS_INTERVAL));
            query(deadline.remaining());
        }
        return this;
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private void awaitEvent(Duration limit) {
        try {
            take(listener.next(EventMatcher.anyEvent(), limit));
        } catch (QmpTimeoutException e) {
            // Then query-jobs is asked again.
        }
    }

    private void follow(Predicate<QmpJob> wanted, boolean drive, Duration timeout) {
        Deadline deadline = Deadline.in(timeout);
        Set<String> driven = new HashSet<>();
        takeEvents();
        learnOutcome();
        while (true) {
            if (isOver() && !outcomeKnown) {
                learnOutcome();
            }
            if (wanted.test(this)) {
                return;
            }
            if (drive && drive(driven)) {
                continue; // the answer may have reported the end
            }
            try {
                take(listener.next(EventMatcher.anyEvent(), deadline.remaining()));
            } catch (QmpTimeoutException e) {
                throw tooLate(timeout);
            }
            takeEvents();
        }
    }

    private QmpTimeoutException tooLate(Duration timeout) {
        return new QmpTimeoutException(
                "Job \"%s\" took longer than %s: %s".formatted(id(), Deadline.formatTimeout(timeout), describe()),
                timeout);
    }

    /** Send the command that the job waits for, once for each status; return whether one was sent. */
    private boolean drive(Set<String> driven) {
        String now = status;
        String command = now == null ? null : DRIVEN_BY.get(now);
        if (now == null || command == null || !driven.add(now)) {
            return false;
        }
        send(command, now);
        takeEvents();
        return true;
    }

    /** A refusal does not matter if the job has continued by itself. Otherwise the job would wait for ever. */
    private void send(String command, String when) {
        try {
            client.execute(command, Map.of("id", id()));
        } catch (QmpErrorException refusal) {
            JsonNode job = query(ONE_ANSWER);
            if (when.equals(status) && job.path("status").asString("").equals(when)) {
                throw refusal;
            }
        } catch (QmpDisconnectedException e) {
            // The wait that follows reports it.
        }
    }

    /** Dismiss the job, unless it dismisses itself. */
    public void dismiss() {
        try {
            client.execute("job-dismiss", Map.of("id", id()));
        } catch (QmpErrorException | QmpDisconnectedException e) {
            // It is gone already.
        }
    }

    private void learnOutcome() {
        try {
            query(ONE_ANSWER);
        } catch (QmpException e) {
            // Facts from events stay known.
        }
    }

    private void takeEvents() {
        listener.clear().forEach(this::take);
    }

    private void take(QmpEvent event) {
        switch (event.name()) {
            case "JOB_STATUS_CHANGE" -> {
                String now = event.data().path("status").asString("");
                if (now.equals("created")) {
                    begin();
                }
                status = now;
                reached.add(now);
            }
            case "BLOCK_JOB_READY" -> {
                status = "ready";
                reached.add("ready");
            }
            case "BLOCK_JOB_COMPLETED" -> {
                outcomeKnown = true;
                error = event.data().has("error") ? event.data().path("error").asString("") : null;
            }
            case "BLOCK_JOB_CANCELLED" -> {
                outcomeKnown = true;
                error = CANCELLED;
            }
            case "BLOCK_JOB_ERROR" -> stoppedBy = event;
            default -> {
                // BLOCK_JOB_PENDING says nothing that JOB_STATUS_CHANGE does not
            }
        }
    }

    private void begin() {
        reached.clear();
        error = null;
        stoppedBy = null;
        outcomeKnown = false;
    }

    /** The reply may be older than the last event. It counts only if there was no event, or if it reports the end. */
    private void learnFrom(JsonNode job) {
        current = job.path("current-progress").asLong(0);
        total = job.path("total-progress").asLong(0);
        String now = job.path("status").asString("");
        if (status == null || now.equals("concluded")) {
            status = now;
            reached.add(now);
        }
        if (now.equals("concluded")) {
            outcomeKnown = true;
            error = job.has("error") ? job.path("error").asString("") : null;
        }
    }

    /**
     * {@return why a paused job has stopped, such as {@code a write error (io-status "nospace")}; empty if no error has stopped it}
     */
    public Optional<String> pauseReason() {
        QmpEvent stop = stoppedBy;
        if (stop == null
                || !"paused".equals(status)
                || !stop.data().path("action").asString("").equals("stop")) {
            return Optional.empty();
        }
        String operation = stop.data().path("operation").asString("I/O");
        return Optional.of("a %s error%s".formatted(operation, ioStatus()));
    }

    private String ioStatus() {
        try {
            for (JsonNode job : client.execute(QmpCommand.of("query-block-jobs").withTimeout(ONE_ANSWER))) {
                if (job.path("device").asString("").equals(id())) {
                    return " (io-status \"%s\")".formatted(job.path("io-status").asString("?"));
                }
            }
        } catch (QmpException e) {
            // Only the event is available.
        }
        return "";
    }

    /** {@return the job's history so far, as a clause: {@code it went through created, running}; secrets are masked} */
    public String describe() {
        if (status == null) {
            return "there is no job \"%s\"%s".formatted(id(), otherJobs());
        }
        return "it went through %s%s".formatted(String.join(", ", reached), circumstances());
    }

    private String circumstances() {
        String now = requireNonNull(status);
        if (error != null) {
            return ", and has failed: " + client.secrets().mask(error);
        }
        if (isOver()) {
            return outcomeKnown ? ", without error" : ", and its outcome is lost: it was dismissed before";
        }
        String command = DRIVEN_BY.get(now);
        if (command != null) {
            return ", and now waits for the command %s".formatted(command);
        }
        return pauseReason()
                .map(reason ->
                        ", and was stopped by %s. Remove the cause, then execute block-job-resume".formatted(reason))
                .orElse("");
    }

    /** Return a sentence on the jobs there are, perhaps one that was meant. */
    private String otherJobs() {
        try {
            List<String> ids = new ArrayList<>();
            for (JsonNode job : client.execute(QmpCommand.of("query-jobs").withTimeout(AT_ONCE))) {
                ids.add(job.path("id").asString(""));
            }
            return DidYouMean.hint(id(), ids);
        } catch (QmpException e) {
            return "";
        }
    }

    /** Stop following the job. The job itself continues. */
    @Override
    public void close() {
        listener.close();
    }

    @Override
    public String toString() {
        return "job \"%s\" of QMP client \"%s\"".formatted(id(), client.name());
    }
}
