package io.github.qmpjunit.qemu.state;

import static io.github.qmpjunit.qmp.QmpEvents.MIGRATION;

import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.internal.Waiting;
import io.github.qmpjunit.qemu.process.MonitoredProcess;
import io.github.qmpjunit.qmp.EventMatcher;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpCommand;
import io.github.qmpjunit.qmp.QmpDisconnectedException;
import io.github.qmpjunit.qmp.QmpErrorException;
import io.github.qmpjunit.qmp.QmpEventListener;
import io.github.qmpjunit.qmp.QmpException;
import io.github.qmpjunit.qmp.QmpListenerException;
import io.github.qmpjunit.qmp.QmpTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apiguardian.api.API;
import tools.jackson.databind.JsonNode;

/**
 * A running migration between two machines on this host, over a UNIX socket in the destination's private
 * directory; started by {@link io.github.qmpjunit.qemu.QemuMachine#startMigrationTo}.
 *
 * <pre>{@code
 * Migration migration =
 *         src.startMigrationTo(dst, MigrationOptions.defaults().withCapability("pause-before-switchover"));
 *
 * migration.awaitStatus("pre-switchover", SOON);
 * assertThat(dst).awaitStatus("inmigrate");
 * migration.proceed();
 * migration.await(SOON);
 * }</pre>
 *
 * <p>Nothing is polled: both sides send {@code MIGRATION} events, since the capability {@code events} is enabled for it. When
 * it has ended, both sides get their earlier capabilities and parameters back. Thread-safe.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public final class Migration {

    private static final String COMPLETED = "completed";
    private static final String CANCELLED = "cancelled";
    private static final String PAUSED = "pre-switchover";
    private static final Set<String> ENDS = Set.of(COMPLETED, CANCELLED, "failed");
    private static final String SOCKET = "migration";
    private static final Duration FAREWELL = Duration.ofSeconds(1);

    private final Side source;
    private final Side destination;

    /** One of the two machines, with the last status from its events. */
    private static final class Side {
        private final String role;
        private final MonitoredProcess process;
        private final QmpEventListener events;
        private volatile String status = "";

        Side(String role, MonitoredProcess process) {
            this.role = role;
            this.process = process;
            this.events = process.qmp().listen(MIGRATION);
        }

        QmpClient qmp() {
            return process.qmp();
        }
    }

    private Migration(MonitoredProcess source, MonitoredProcess destination) {
        this.source = new Side("source", source);
        this.destination = new Side("destination", destination);
    }

    /**
     * Begin to migrate.
     *
     * @param source the machine that runs
     * @param destination the machine that waits for it ({@code -incoming defer}), defined like the source
     * @param options capabilities and parameters
     * @return the migration
     * @throws MigrationException if it cannot begin
     */
    public static Migration start(MonitoredProcess source, MonitoredProcess destination, MigrationOptions options) {
        requireOnThisMachine(source);
        requireOnThisMachine(destination);
        Migration migration = new Migration(source, destination);
        boolean started = false;
        try {
            migration.begin(options);
            started = true;
            return migration;
        } catch (QmpErrorException | QmpDisconnectedException e) {
            throw new MigrationException(
                    MigrationReport.failure(source, destination, "did not begin: " + e.getMessage()), e);
        } finally {
            if (!started) {
                migration.end();
            }
        }
    }

    private static void requireOnThisMachine(MonitoredProcess vm) {
        if (vm.launchPrefix().isRemote()) {
            throw new IllegalArgumentException(
                    "Machine \"%s\" runs behind a remote prefix, where it cannot reach the other one's UNIX socket; let them migrate over TCP, by the commands migrate-incoming and migrate"
                            .formatted(vm.name()));
        }
    }

    private void begin(MigrationOptions options) {
        Path socket = destination.process.directory().resolve(SOCKET);
        String uri = "unix:" + socket;
        JsonNode status = destination.qmp().execute("query-status").path("status");
        if (!status.asString("").equals("inmigrate")) {
            throw new IllegalArgumentException(
                    "Machine \"%s\" does not wait for a migration, it is \"%s\"; have incoming() in its definition"
                            .formatted(destination.process.name(), status.asString("")));
        }
        for (Side side : List.of(destination, source)) {
            MigrationSettings.apply(side.qmp(), capabilities(options), options.parameters());
        }
        destination.qmp().execute("migrate-incoming", Map.of("uri", uri));
        source.qmp().execute("migrate", Map.of("uri", uri));
    }

    private static Map<String, Boolean> capabilities(MigrationOptions options) {
        Map<String, Boolean> all = new LinkedHashMap<>(options.capabilities());
        all.put("events", true);
        return all;
    }

    /**
     * Wait until the destination has taken over.
     *
     * @param timeout how long to wait at most
     * @return the source's reply to {@code query-migrate}
     * @throws MigrationException if it fails, is cancelled, or takes longer; the source then continues by default
     */
    public JsonNode await(Duration timeout) {
        Deadline deadline = Deadline.in(timeout);
        awaitStatus(source, COMPLETED, deadline);
        // The source is done when it has sent everything; only the destination knows whether it could use it.
        awaitStatus(destination, COMPLETED, deadline);
        end();
        return info();
    }

    /**
     * Wait until the source reports a status.
     *
     * @param status such as {@code active}, {@code pre-switchover} or {@code postcopy-active}
     * @param timeout how long to wait at most
     * @throws MigrationException if the migration ends in another status, or takes longer
     */
    public void awaitStatus(String status, Duration timeout) {
        awaitStatus(source, status, Deadline.in(timeout));
    }

    private void awaitStatus(Side side, String wanted, Deadline deadline) {
        Waiting waiting = Waiting.step(() -> "the %s, to be %s on the %s".formatted(this, wanted, side.role));
        try {
            while (!side.status.equals(wanted)) {
                if (ENDS.contains(side.status)) {
                    end();
                    throw failure(ending(side.status, wanted));
                }
                side.status = side.events
                        .next(EventMatcher.anyEvent(), deadline.remaining())
                        .data()
                        .path("status")
                        .asString("");
            }
            waiting.fulfilled();
        } catch (QmpTimeoutException e) {
            throw new MigrationException(
                    MigrationReport.failure(
                            source.process,
                            destination.process,
                            "is not %s on the %s within %s%s"
                                    .formatted(
                                            wanted,
                                            side.role,
                                            Deadline.formatTimeout(deadline.timeout()),
                                            advice(wanted))),
                    e);
        } catch (QmpDisconnectedException e) {
            end();
            throw failure("cannot become %s: the %s has ended".formatted(wanted, side.role));
        } catch (QmpListenerException e) { // another thread has waited for its end
            if (!side.status.equals(wanted)) {
                throw failure("cannot become %s: it is over".formatted(wanted));
            }
        } finally {
            waiting.end();
        }
    }

    private static String ending(String status, String wanted) {
        return switch (status) {
            case "failed" -> "has failed";
            case CANCELLED -> "was cancelled";
            default -> "has %s without having been %s".formatted(status, wanted);
        };
    }

    private String advice(String wanted) {
        boolean waits = wanted.equals(COMPLETED)
                && MigrationReport.status(source.process).filter(PAUSED::equals).isPresent();
        return waits ? ": the source waits in \"%s\" for proceed()".formatted(PAUSED) : "";
    }

    /** A destination that cannot use the stream ends itself and writes the reason to standard error: wait for it. */
    private MigrationException failure(String what) {
        destination.process.endsWithin(FAREWELL);
        return new MigrationException(MigrationReport.failure(source.process, destination.process, what), null);
    }

    /**
     * Continue after a pause: with the capability {@code pause-before-switchover}, the source waits in the status
     * {@code pre-switchover}, with stopped processors.
     *
     * @throws QmpErrorException if it is not paused
     */
    public void proceed() {
        source.qmp().execute("migrate-continue", Map.of("state", PAUSED));
    }

    /**
     * Cancel it, and wait until the source runs as before. The destination is killed.
     *
     * @param timeout how long to wait at most
     * @throws MigrationException if it has already ended, or the source takes longer
     */
    public void cancel(Duration timeout) {
        Deadline deadline = Deadline.in(timeout);
        source.qmp().execute(QmpCommand.of("migrate_cancel").withTimeout(deadline.remaining()));
        awaitStatus(source, CANCELLED, deadline);
        end();
        destination.process.kill();
    }

    /** {@return the source's reply to {@code query-migrate}} */
    public JsonNode info() {
        return source.qmp().execute("query-migrate");
    }

    /** If QEMU refuses to restore the settings, the next migration tries again, and fails if that matters. */
    private void end() {
        for (Side side : List.of(source, destination)) {
            side.events.close();
            try {
                MigrationSettings.putBack(side.qmp());
            } catch (QmpException e) {
                // The settings are remembered.
            }
        }
    }

    @Override
    public String toString() {
        return "migration from \"%s\" to \"%s\"".formatted(source.process.name(), destination.process.name());
    }
}
