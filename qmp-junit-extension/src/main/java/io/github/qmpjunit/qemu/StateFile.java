package io.github.qmpjunit.qemu;

import static io.github.qmpjunit.qmp.QmpEvents.MIGRATION;

import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpCommand;
import io.github.qmpjunit.qmp.QmpEventListener;
import io.github.qmpjunit.qmp.QmpException;
import io.github.qmpjunit.qmp.internal.Deadline;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A file that holds a machine's state: what a migration would send to another machine.
 *
 * <p>Newer QEMUs open the file themselves; before 8.2 they know no such migration, but take an open file for a socket.
 */
final class StateFile {

    private static final String FD_NAME = "qmp-junit-state";
    private static final Duration FAREWELL = Duration.ofSeconds(1);
    private static final Set<String> ENDS = Set.of("completed", "failed", "cancelled");

    /** Nobody minds how long the machine stands still for the last round, so the first one is the last. */
    private static final Map<String, Long> AT_ONCE =
            Map.of("max-bandwidth", 1L << 40, "downtime-limit", 2_000_000L /* ms, the most there is */);

    private final Path file;

    StateFile(Path file) {
        this.file = file.toAbsolutePath();
    }

    void save(QemuMachine vm, Deadline deadline) {
        QmpClient qmp = vm.qmp();
        boolean running = isRunning(qmp);
        JsonNode before = qmp.execute("query-migrate-parameters");
        qmp.execute("migrate-set-parameters", AT_ONCE);
        try {
            Files.deleteIfExists(file);
            migrate(vm, "migrate", "rw", deadline);
        } catch (IOException | QmpException e) {
            throw failure("save the state of machine \"%s\" to".formatted(vm.name()), e.getMessage(), e);
        } finally {
            qmp.execute(
                    "migrate-set-parameters",
                    Map.of(
                            "max-bandwidth", before.path("max-bandwidth").asLong(),
                            "downtime-limit", before.path("downtime-limit").asLong()));
            awaitItself(qmp, deadline);
            if (running && !isRunning(qmp)) {
                qmp.execute("cont");
            }
        }
    }

    /** Wait until the machine may run again, which is a moment after it has told that it is done, and without an event. */
    private static void awaitItself(QmpClient qmp, Deadline deadline) {
        try {
            while (statusOf(qmp).equals("finish-migrate") && !deadline.isOver()) {
                TimeUnit.MILLISECONDS.sleep(1);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // it is told by the next command
        }
    }

    private static String statusOf(QmpClient qmp) {
        return qmp.execute("query-status").path("status").asString("");
    }

    void load(QemuMachine vm, Deadline deadline) {
        String purpose = "load the state of machine \"%s\" from".formatted(vm.name());
        String status = statusOf(vm.qmp());
        if (!status.equals("inmigrate")) {
            throw failure(
                    purpose,
                    "it does not wait for one, it is \"%s\". Have incoming() in its definition".formatted(status),
                    null);
        }
        if (!Files.isReadable(file)) {
            throw failure(purpose, "there is no such file that can be read", null);
        }
        try {
            migrate(vm, "migrate-incoming", "r", deadline);
        } catch (IOException | QmpException e) {
            throw failure(purpose, e.getMessage(), e);
        }
    }

    private QemuException failure(String purpose, @Nullable String reason, @Nullable Exception cause) {
        return new QemuException("Cannot %s %s: %s".formatted(purpose, file, reason), cause);
    }

    private static boolean isRunning(QmpClient qmp) {
        return qmp.execute("query-status").path("running").asBoolean(false);
    }

    private void migrate(QemuMachine vm, String command, String mode, Deadline deadline) throws IOException {
        QmpClient qmp = vm.qmp();
        Map<String, ?> events = Map.of("capability", "events", "state", true);
        qmp.execute("migrate-set-capabilities", Map.of("capabilities", List.of(events)));
        try (QmpEventListener migrations = qmp.listen(MIGRATION)) {
            if (qmp.greeting().version().isAtLeast(8, 2)) {
                qmp.execute(command, Map.of("uri", "file:" + file));
            } else {
                try (RandomAccessFile open = new RandomAccessFile(file.toFile(), mode)) {
                    qmp.execute(
                            QmpCommand.of("getfd", Map.of("fdname", FD_NAME)).withFds(open.getFD()));
                    qmp.execute(command, Map.of("uri", "fd:" + FD_NAME));
                }
            }
            String status = "";
            while (!ENDS.contains(status)) {
                status = migrations
                        .next(deadline.remaining())
                        .data()
                        .path("status")
                        .asString("");
            }
            if (!status.equals("completed")) {
                // A machine that cannot use what it gets ends itself, and its last words are the reason.
                boolean ended = vm.awaitExit(FAREWELL).isPresent();
                throw new IOException(ended ? vm.describe() : "the attempt is " + MigrationReport.migration(vm));
            }
        }
    }
}
