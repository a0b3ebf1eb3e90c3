package io.github.qmpjunit.assertj;

import io.github.qmpjunit.internal.ClientView;
import io.github.qmpjunit.internal.Companions;
import io.github.qmpjunit.json.JsonValues;
import io.github.qmpjunit.qmp.EventMatcher;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpCommand;
import io.github.qmpjunit.qmp.QmpException;
import io.github.qmpjunit.qmp.QmpState;
import io.github.qmpjunit.qmp.job.QmpJob;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** Tells at the end of a failure's message how QEMU is now: its status, failed jobs, its process. */
final class PeerState {

    /** A QEMU that does not answer at once is described without it. */
    private static final Duration AT_ONCE = Duration.ofSeconds(1);

    private PeerState() {}

    static String describe(QmpClient client) {
        List<String> lines = new ArrayList<>();
        if (client.state() == QmpState.RUNNING) {
            addJobErrors(client, lines);
            addStatus(client, lines);
        } else {
            lines.add("The client is %s.".formatted(client.state()));
        }
        String peer = ClientView.of(client).describePeer();
        if (!peer.isEmpty()) {
            lines.add(peer);
        }
        return (lines.isEmpty() ? "" : "\n" + String.join("\n", lines)) + artefacts(client);
    }

    /** Return how other machines of the test have ended, if they have: that may be the reason. */
    static String ended(QmpClient client) {
        return Companions.of(client, QmpClient.class).stream()
                .filter(PeerState::hasEnded)
                .map(other -> ClientView.of(other).describePeer())
                .filter(description -> !description.isEmpty())
                .map("\n"::concat)
                .collect(Collectors.joining());
    }

    /** One that is ending just now tells so when it is asked something. */
    private static boolean hasEnded(QmpClient other) {
        try {
            other.execute(QmpCommand.of("query-version").withTimeout(AT_ONCE));
            return false;
        } catch (QmpException e) {
            return other.state() != QmpState.RUNNING;
        }
    }

    /** Return what has become of the job whose event was awaited; empty if the event was not one of a certain job. */
    static String ofJob(QmpClient client, EventMatcher matcher) {
        Optional<String> id = Foregone.jobOf(matcher);
        if (id.isEmpty() || client.state() != QmpState.RUNNING) {
            return "";
        }
        try (QmpJob job = QmpJob.follow(client, id.get())) {
            job.query(AT_ONCE);
            return "%nJob \"%s\": %s".formatted(id.get(), job.describe());
        } catch (QmpException e) {
            return "";
        }
    }

    /** Return the line that tells where to look further; empty if nobody has said it. */
    static String artefacts(QmpClient client) {
        return ClientView.of(client)
                .artefacts()
                .map(directory -> "\nArtefacts: " + directory)
                .orElse("");
    }

    private static void addJobErrors(QmpClient client, List<String> lines) {
        try {
            for (JsonNode job : client.execute(QmpCommand.of("query-jobs").withTimeout(AT_ONCE))) {
                if (job.has("error")) {
                    lines.add("Job %s has failed: %s"
                            .formatted(
                                    JsonValues.brief(job.path("id")),
                                    job.path("error").asString("")));
                }
            }
        } catch (QmpException e) {
            // It has no jobs, or does not answer; the rest is told all the same.
        }
    }

    /** A machine whose guest is paused sends few events; that is easily overlooked. */
    private static String meaning(String status) {
        return switch (status) {
            case "paused", "prelaunch" -> ": its guest stands still until the command cont";
            case "inmigrate" -> ": it waits for a migration";
            default -> "";
        };
    }

    private static void addStatus(QmpClient client, List<String> lines) {
        try {
            JsonNode status = client.execute(QmpCommand.of("query-status").withTimeout(AT_ONCE));
            lines.add("The machine's status is %s%s."
                    .formatted(
                            JsonValues.brief(status.path("status")),
                            meaning(status.path("status").asString(""))));
        } catch (QmpException e) {
            lines.add("It does not report its status: %s".formatted(e.getMessage()));
        }
    }
}
