package io.github.qmpjunit.assertj;

import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpCommand;
import io.github.qmpjunit.qmp.QmpEvent;
import io.github.qmpjunit.qmp.QmpException;
import io.github.qmpjunit.qmp.job.QmpJobListener;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What has become of a job, told from its events, and from {@code query-jobs} where only that knows.
 *
 * <p>A job that fails concludes too. Why it failed stands in {@code query-jobs} until the job is dismissed; of a block job that
 * dismisses itself only BLOCK_JOB_COMPLETED has told, before. When a job is created anew under the same id, all begins anew.
 */
final class JobProgress {

    private static final String CANCELLED = "Operation canceled";

    private final QmpClient client;
    private final String id;
    private final Set<String> reached = new LinkedHashSet<>();
    private @Nullable String status;
    private @Nullable String error;
    private boolean outcomeKnown;

    JobProgress(QmpClient client, String id) {
        this.client = client;
        this.id = id;
    }

    /** Return why the job failed, if it has; from what has happened up to now. */
    static Optional<String> failureOf(QmpClient client, String id) {
        JobProgress progress = new JobProgress(client, id);
        try (QmpJobListener listener = new QmpJobListener(id)) {
            client.registerWithHistory(listener);
            progress.takeAll(listener);
            if (!progress.reached.contains("aborting")) {
                return Optional.empty();
            }
            progress.learnOutcome(listener);
        }
        String why = progress.error == null ? "it went through \"aborting\"; its error is lost" : progress.error;
        return Optional.of("Job \"%s\": %s".formatted(id, why));
    }

    /** Take an event of this job in. */
    void take(QmpEvent event) {
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
            default -> {
                // BLOCK_JOB_PENDING and BLOCK_JOB_ERROR say nothing that the others do not
            }
        }
    }

    private void begin() {
        reached.clear();
        error = null;
        outcomeKnown = false;
    }

    /** Take in all events that have come. */
    void takeAll(QmpJobListener listener) {
        listener.clear().forEach(this::take);
    }

    /** Ask {@code query-jobs} for the job's error, if it is still there; the events before the reply are taken in first. */
    void learnOutcome(QmpJobListener listener) {
        try {
            JsonNode jobs = client.execute(QmpCommand.of("query-jobs").withTimeout(Duration.ofSeconds(5)));
            takeAll(listener);
            jobs.valueStream()
                    .filter(job -> job.path("id").asString("").equals(id))
                    .forEach(this::learnFrom);
        } catch (QmpException e) {
            // What the events have told stands.
        }
    }

    /** The reply may be older than the last event by now; only where there is no event, or it is the end, does it count. */
    private void learnFrom(JsonNode job) {
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

    @Nullable
    String status() {
        return status;
    }

    boolean hasReached(String wanted) {
        return reached.contains(wanted);
    }

    /** Return whether the job is over: concluded, or gone. */
    boolean isOver() {
        return "concluded".equals(status) || "null".equals(status);
    }

    boolean isOutcomeKnown() {
        return outcomeKnown;
    }

    /** Return the job's error; empty if it has none, or it is not known. */
    Optional<String> error() {
        return Optional.ofNullable(error);
    }

    boolean isCancelled() {
        return CANCELLED.equals(error);
    }

    /** Return what has become of the job so far, in a sentence. */
    String describe() {
        if (status == null) {
            return "no event of it came, and query-jobs does not know it";
        }
        String outcome = error != null
                ? ", and has failed: " + client.secrets().mask(error)
                : isOver()
                        ? (outcomeKnown ? ", without error" : ", and its outcome is lost: it was dismissed before")
                        : "";
        return "it went through %s%s".formatted(String.join(", ", reached), outcome);
    }
}
