package io.github.qmpjunit.qemu.state;

import static io.github.qmpjunit.qmp.QmpEvents.MIGRATION;

import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.qemu.process.MonitoredProcess;
import io.github.qmpjunit.qemu.process.QemuException;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpCommand;
import io.github.qmpjunit.qmp.QmpErrorException;
import io.github.qmpjunit.qmp.QmpEventListener;
import io.github.qmpjunit.qmp.QmpException;
import io.github.qmpjunit.qmp.QmpInterruptedException;
import io.github.qmpjunit.qmp.QmpTimeoutException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A file with a machine's state: the stream that a migration would send.
 *
 * <p>QEMU opens the file itself since 8.2. Older versions accept an open file in place of a socket.
 */
final class StateFile {

    private static final String FD_NAME = "qmp-junit-state";
    private static final Duration FAREWELL = Duration.ofSeconds(1);

    /** The time for cleaning up after the attempt, even if its time is over. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final Set<String> ENDS = Set.of("completed", "failed", "cancelled");

    /** The length of the pause for the last round does not matter, so the first round is the last. */
    private static final Map<String, Long> AT_ONCE =
            Map.of("max-bandwidth", 1L << 40, "downtime-limit", 2_000_000L /* ms, the maximum */);

    private static final FileAttribute<?> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path file;

    StateFile(Path file) {
        this.file = file.toAbsolutePath();
    }

    void save(MonitoredProcess vm, Deadline deadline) {
        QmpClient qmp = vm.qmp();
        boolean running = isRunning(qmp);
        String purpose = "save the state of machine \"%s\" to".formatted(vm.name());
        @Nullable QemuException failure = null;
        try {
            MigrationSettings.apply(qmp, onlyEvents(qmp), AT_ONCE);
            Files.deleteIfExists(file);
            Files.createFile(file, PRIVATE); // it holds the guest's memory; QEMU keeps the mode when it writes the file
            migrate(vm, "migrate", "rw", deadline);
        } catch (IOException | QmpException e) {
            failure = failure(purpose, e.getMessage(), e);
        }
        try {
            putBack(qmp, running);
        } catch (QmpException e) {
            if (failure == null) {
                throw failure(purpose, "it was saved, but the machine could not be restored. " + e.getMessage(), e);
            }
            failure.addSuppressed(e);
        }
        if (failure != null) {
            removeWhatThereIs(failure);
            throw failure;
        }
    }

    /** Enable only the capability for events: {@code pause-before-switchover}, for example, would make it wait for ever. */
    private static Map<String, Boolean> onlyEvents(QmpClient qmp) {
        Map<String, Boolean> wanted = new LinkedHashMap<>();
        MigrationSettings.capabilities(qmp).forEach((name, on) -> {
            if (on) {
                wanted.put(name, false);
            }
        });
        wanted.put("events", true);
        return wanted;
    }

    /** Restore the machine, also on an interrupted thread. */
    private static void putBack(QmpClient qmp, boolean running) {
        boolean interrupted = Thread.interrupted();
        try {
            MigrationSettings.putBack(qmp);
            awaitItself(qmp);
            if (running && !isRunning(qmp)) {
                qmp.execute(QmpCommand.of("cont").withTimeout(PATIENCE));
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Wait until the machine can run again, which is a moment after it has reported the end, and has no event. */
    private static void awaitItself(QmpClient qmp) {
        Deadline deadline = Deadline.in(PATIENCE);
        try {
            while (statusOf(qmp).equals("finish-migrate") && !deadline.isOver()) {
                TimeUnit.MILLISECONDS.sleep(1);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the next command reports it
        }
    }

    /** Half a state must not be mistaken for a whole one. */
    private void removeWhatThereIs(QemuException failure) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    private static String statusOf(QmpClient qmp) {
        return qmp.execute("query-status").path("status").asString("");
    }

    void load(MonitoredProcess vm, Deadline deadline) {
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
            MigrationSettings.apply(vm.qmp(), Map.of("events", true), Map.of());
            migrate(vm, "migrate-incoming", "r", deadline);
            MigrationSettings.putBack(vm.qmp());
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

    private void migrate(MonitoredProcess vm, String command, String mode, Deadline deadline) throws IOException {
        QmpClient qmp = vm.qmp();
        try (QmpEventListener migrations = qmp.listen(MIGRATION)) {
            String end;
            try {
                begin(qmp, command, mode);
                end = awaitEnd(migrations, deadline);
            } catch (QmpTimeoutException | QmpInterruptedException e) {
                if (command.equals("migrate")) {
                    cancel(qmp, migrations, e);
                }
                throw e;
            }
            if (!end.equals("completed")) {
                // A machine that cannot use the state ends itself and writes the reason to standard error.
                boolean ended = vm.endsWithin(FAREWELL);
                throw new IOException(ended ? vm.describe() : "the attempt is " + MigrationReport.migration(vm));
            }
        }
    }

    private void begin(QmpClient qmp, String command, String mode) throws IOException {
        if (qmp.greeting().version().isAtLeast(8, 2)) {
            // Not by a URI, in which a name cannot contain ",offset=".
            Map<String, ?> address = Map.of("transport", "file", "filename", file, "offset", 0);
            qmp.execute(command, Map.of("channels", List.of(Map.of("channel-type", "main", "addr", address))));
        } else {
            try (RandomAccessFile open = new RandomAccessFile(file.toFile(), mode)) {
                qmp.execute(QmpCommand.of("getfd", Map.of("fdname", FD_NAME)).withFds(open.getFD()));
                try {
                    qmp.execute(command, Map.of("uri", "fd:" + FD_NAME));
                } catch (QmpErrorException e) {
                    closeFd(qmp, e);
                    throw e;
                }
            }
        }
    }

    private static void closeFd(QmpClient qmp, QmpException reason) {
        try {
            qmp.execute("closefd", Map.of("fdname", FD_NAME));
        } catch (QmpErrorException e) {
            // The name was used before the command was refused.
        } catch (QmpException e) {
            reason.addSuppressed(e);
        }
    }

    private static String awaitEnd(QmpEventListener migrations, Deadline deadline) {
        String status = "";
        while (!ENDS.contains(status)) {
            status = migrations.next(deadline.remaining()).data().path("status").asString("");
        }
        return status;
    }

    /** Otherwise it would continue for as long as the machine lives. */
    private static void cancel(QmpClient qmp, QmpEventListener migrations, QmpException reason) {
        boolean interrupted = Thread.interrupted();
        try {
            qmp.execute(QmpCommand.of("migrate_cancel").withTimeout(PATIENCE));
            awaitEnd(migrations, Deadline.in(PATIENCE));
        } catch (QmpException e) {
            reason.addSuppressed(e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
