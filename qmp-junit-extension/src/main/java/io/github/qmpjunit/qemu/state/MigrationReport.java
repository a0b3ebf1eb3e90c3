package io.github.qmpjunit.qemu.state;

import io.github.qmpjunit.qemu.launch.ErrorLines;
import io.github.qmpjunit.qemu.process.ExitStatus;
import io.github.qmpjunit.qemu.process.MonitoredProcess;
import io.github.qmpjunit.qmp.QmpCommand;
import io.github.qmpjunit.qmp.QmpException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** Describes the state of a migration on both machines. */
final class MigrationReport {

    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private MigrationReport() {}

    /** Return a failure's message; its first sentence says what was expected and found. */
    static String failure(MonitoredProcess source, MonitoredProcess destination, String what) {
        boolean isCancelled = status(source).filter("cancelled"::equals).isPresent();
        return "Migration from \"%s\" to \"%s\" %s.%s%nSource: %s%nDestination: %s"
                .formatted(
                        source.name(),
                        destination.name(),
                        what,
                        isCancelled ? "" : cause(source, destination), // what the other side makes of it is no cause
                        side(source),
                        side(destination));
    }

    /**
     * Return the reason on its own line: the last output of a side that has ended, otherwise the migration's error. What the other
     * side then notices is a broken connection.
     */
    private static String cause(MonitoredProcess source, MonitoredProcess destination) {
        for (MonitoredProcess side : List.of(destination, source)) {
            Optional<ExitStatus> end = side.exitStatus();
            if (end.isPresent()) {
                String words = ErrorLines.cause(side.stderr().text());
                return "%nCause: \"%s\" %s"
                        .formatted(
                                side.name(),
                                words.isEmpty()
                                        ? end.get()
                                        : "has ended: " + side.qmp().secrets().mask(words));
            }
        }
        return error(destination)
                .map(reason -> "%nCause, as \"%s\" has it: %s".formatted(destination.name(), reason))
                .or(() -> error(source).map(reason -> "%nCause, as \"%s\" has it: %s".formatted(source.name(), reason)))
                .orElse("");
    }

    private static Optional<String> error(MonitoredProcess vm) {
        try {
            return execute(vm, "query-migrate").path("error-desc").asStringOpt();
        } catch (QmpException e) {
            return Optional.empty();
        }
    }

    private static String side(MonitoredProcess vm) {
        return "%s, migration %s. %s"
                .formatted(runState(vm), migration(vm), vm.describeBriefly())
                .indent(2)
                .strip();
    }

    private static String runState(MonitoredProcess vm) {
        try {
            return "run state \"%s\""
                    .formatted(execute(vm, "query-status").path("status").asString());
        } catch (QmpException e) {
            return "no run state";
        }
    }

    /** Return the migration's status on this side; empty if the machine does not answer. */
    static Optional<String> status(MonitoredProcess vm) {
        try {
            return execute(vm, "query-migrate").path("status").asStringOpt();
        } catch (QmpException e) {
            return Optional.empty();
        }
    }

    /** Return the migration's status on this side, and the reason if it has failed. */
    static String migration(MonitoredProcess vm) {
        try {
            JsonNode info = execute(vm, "query-migrate");
            return "\"%s\"%s"
                    .formatted(
                            info.path("status").asString("none"),
                            info.path("error-desc")
                                    .asStringOpt()
                                    .map(reason -> ": " + reason)
                                    .orElse(""));
        } catch (QmpException e) {
            return "unknown";
        }
    }

    private static JsonNode execute(MonitoredProcess vm, String query) {
        return vm.qmp().execute(QmpCommand.of(query).withTimeout(PATIENCE));
    }
}
