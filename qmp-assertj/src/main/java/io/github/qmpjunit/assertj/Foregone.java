package io.github.qmpjunit.assertj;

import io.github.qmpjunit.qmp.EventMatcher;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpCommand;
import io.github.qmpjunit.qmp.QmpEvents;
import io.github.qmpjunit.qmp.QmpException;
import io.github.qmpjunit.qmp.job.QmpJob;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * Finds out why an event cannot come any more: its job is over, or its migration has failed. What this client sent before is executed before
 * the question, so a job or migration that was begun meanwhile is known.
 */
final class Foregone {

    private static final Duration ONE_ANSWER = Duration.ofSeconds(1);

    /** A migration in one of these does nothing more. */
    private static final Set<String> FAILED = Set.of("failed", "cancelled");

    private static final Set<String> NAMED_BY_DEVICE =
            Set.of("BLOCK_JOB_READY", "BLOCK_JOB_COMPLETED", "BLOCK_JOB_CANCELLED", "BLOCK_JOB_ERROR");

    private Foregone() {}

    /** Return the reason; empty if the event may still come. */
    static Optional<String> reason(QmpClient client, EventMatcher matcher) {
        if (matcher.names().size() != 1) {
            return Optional.empty();
        }
        String name = matcher.names().iterator().next();
        try {
            if (name.equals(QmpEvents.MIGRATION.name())) {
                return matcher.demandedData("status").flatMap(wanted -> failedMigration(client, wanted.asString("")));
            }
            return jobOf(matcher).flatMap(id -> jobThatIsOver(client, id, mayBeDismissal(name, matcher)));
        } catch (QmpException e) {
            return Optional.empty(); // whatever it is, the wait meets it
        }
    }

    /** Return the id of the job whose event is meant; empty if it may be that of any job. */
    static Optional<String> jobOf(EventMatcher matcher) {
        if (matcher.names().size() != 1) {
            return Optional.empty();
        }
        String name = matcher.names().iterator().next();
        if (NAMED_BY_DEVICE.contains(name)) {
            return matcher.demandedData("device").map(id -> id.asString(""));
        }
        return name.equals(QmpEvents.JOB_STATUS_CHANGE.name())
                ? matcher.demandedData("id").map(id -> id.asString(""))
                : Optional.empty();
    }

    private static Optional<String> failedMigration(QmpClient client, String wanted) {
        return FAILED.contains(wanted)
                ? Optional.empty()
                : failureIn(client.execute(QmpCommand.of("query-migrate").withTimeout(ONE_ANSWER)));
    }

    /** Return why a migration has failed, from its reply to {@code query-migrate}; empty if it has not. */
    static Optional<String> failureIn(JsonNode migration) {
        String status = migration.path("status").asString("");
        return FAILED.contains(status)
                ? Optional.of("The migration is \"%s\"%s"
                        .formatted(
                                status,
                                migration
                                        .path("error-desc")
                                        .asStringOpt()
                                        .map(why -> ": " + why)
                                        .orElse("")))
                : Optional.empty();
    }

    /** A job that has concluded sends one more event, when it is dismissed. */
    private static boolean mayBeDismissal(String name, EventMatcher matcher) {
        return name.equals(QmpEvents.JOB_STATUS_CHANGE.name())
                && matcher.demandedData("status")
                        .map(status -> status.asString("").equals("null"))
                        .orElse(true);
    }

    /** A job that was created again under its id is not over. */
    private static Optional<String> jobThatIsOver(QmpClient client, String id, boolean dismissalCounts) {
        try (QmpJob job = QmpJob.follow(client, id)) {
            job.query(ONE_ANSWER);
            return job.status()
                    .filter(status -> job.isOver() && !(dismissalCounts && status.equals("concluded")))
                    .map(status -> "Job \"%s\" is over: %s".formatted(id, job.describe()));
        }
    }
}
