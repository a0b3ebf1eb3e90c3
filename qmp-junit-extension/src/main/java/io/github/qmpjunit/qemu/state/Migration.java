package io.github.qmpjunit.qemu.state;

import static io.github.qmpjunit.qmp.QmpEvents.MIGRATION;

import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.qemu.process.MonitoredProcess;
import io.github.qmpjunit.qmp.EventMatcher;
import io.github.qmpjunit.qmp.QmpCommand;
import io.github.qmpjunit.qmp.QmpDisconnectedException;
import io.github.qmpjunit.qmp.QmpErrorException;
import io.github.qmpjunit.qmp.QmpEventListener;
import io.github.qmpjunit.qmp.QmpListenerException;
import io.github.qmpjunit.qmp.QmpTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apiguardian.api.API;
import tools.jackson.databind.JsonNode;

/**
 * A migration that is under way from one machine to another, both of this machine, over a UNIX socket in the destination's private
 * directory; begun by {@link io.github.qmpjunit.qemu.QemuMachine#startMigrationTo}.
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
 * <p>Nothing is polled: both sides send {@code MIGRATION} events, for which the capability {@code events} is switched on. Thread-safe.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public final class Migration {

    private static final String COMPLETED = "completed";
    private static final String CANCELLED = "cancelled";
    private static final Set<String> ENDS = Set.of(COMPLETED, CANCELLED, "failed");
    private static final String SOCKET = "migration";
    private static final Duration FAREWELL = Duration.ofSeconds(1);

    private final MonitoredProcess source;
    private final MonitoredProcess destination;
    private final QmpEventListener sourceEvents;
    private final QmpEventListener destinationEvents;

    private Migration(MonitoredProcess source, MonitoredProcess destination) {
        this.source = source;
        this.destination = destination;
        this.sourceEvents = source.qmp().listen(MIGRATION);
        this.destinationEvents = destination.qmp().listen(MIGRATION);
    }

    /**
     * Begin to migrate.
     *
     * @param source the machine that runs
     * @param destination the machine that waits for it ({@code -incoming defer}), defined like the source
     * @param options capabilities and parameters
     * @return the migration
     * @throws MigrationException if it does not begin
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
        Path socket = destination.directory().resolve(SOCKET);
        String uri = "unix:" + socket;
        JsonNode status = destination.qmp().execute("query-status").path("status");
        if (!status.asString("").equals("inmigrate")) {
            throw new IllegalArgumentException(
                    "Machine \"%s\" does not wait for a migration, it is \"%s\"; have incoming() in its definition"
                            .formatted(destination.name(), status.asString("")));
        }
        for (MonitoredProcess side : List.of(destination, source)) {
            side.qmp().execute("migrate-set-capabilities", Map.of("capabilities", capabilities(options)));
            if (!options.parameters().isEmpty()) {
                side.qmp().execute("migrate-set-parameters", options.parameters());
            }
        }
        destination.qmp().execute("migrate-incoming", Map.of("uri", uri));
        source.qmp().execute("migrate", Map.of("uri", uri));
    }

    private static List<Map<String, Object>> capabilities(MigrationOptions options) {
        List<Map<String, Object>> all = new ArrayList<>();
        options.capabilities().forEach((name, on) -> all.add(Map.of("capability", name, "state", on)));
        all.add(Map.of("capability", "events", "state", true));
        return all;
    }

    /**
     * Wait until the destination has taken over.
     *
     * @param timeout how long to wait at most
     * @return the source's account of it, its reply to {@code query-migrate}
     * @throws MigrationException if it fails, is cancelled, or takes longer; the source goes on then, unless told otherwise
     */
    public JsonNode await(Duration timeout) {
        Deadline deadline = Deadline.in(timeout);
        awaitStatus(source, sourceEvents, COMPLETED, deadline);
        // The source is done when it has sent everything; whether that was any use, the destination knows.
        awaitStatus(destination, destinationEvents, COMPLETED, deadline);
        end();
        return info();
    }

    /**
     * Wait until the source reports a status.
     *
     * @param status such as {@code active}, {@code pre-switchover} or {@code postcopy-active}
     * @param timeout how long to wait at most
     * @throws MigrationException if the migration ends in another one, or it takes longer
     */
    public void awaitStatus(String status, Duration timeout) {
        awaitStatus(source, sourceEvents, status, Deadline.in(timeout));
    }

    private void awaitStatus(MonitoredProcess side, QmpEventListener events, String wanted, Deadline deadline) {
        String who = side.equals(source) ? "source" : "destination";
        try {
            String status = "";
            while (!status.equals(wanted)) {
                status = events.next(EventMatcher.anyEvent(), deadline.remaining())
                        .data()
                        .path("status")
                        .asString("");
                if (ENDS.contains(status) && !status.equals(wanted)) {
                    end();
                    throw failure("is %s instead of %s".formatted(status, wanted));
                }
            }
        } catch (QmpTimeoutException e) {
            throw new MigrationException(
                    MigrationReport.failure(
                            source,
                            destination,
                            "is not %s on the %s within %s"
                                    .formatted(wanted, who, Deadline.format(deadline.timeout()))),
                    e);
        } catch (QmpDisconnectedException e) {
            end();
            throw failure("cannot become %s: the %s has ended".formatted(wanted, who));
        } catch (QmpListenerException e) {
            throw failure("cannot become %s: it is over".formatted(wanted));
        }
    }

    /** A destination that cannot use what it gets ends itself, and its last words are the reason: give it the time for them. */
    private MigrationException failure(String what) {
        destination.endsWithin(FAREWELL);
        return new MigrationException(MigrationReport.failure(source, destination, what), null);
    }

    /**
     * Let it go on from a pause: with the capability {@code pause-before-switchover}, the source waits with stopped processors in the
     * status {@code pre-switchover}.
     *
     * @throws QmpErrorException if it does not pause
     */
    public void proceed() {
        source.qmp().execute("migrate-continue", Map.of("state", "pre-switchover"));
    }

    /**
     * Cancel it, and wait until the source is itself again. The destination, which is of no use any more, is killed.
     *
     * @param timeout how long to wait at most
     * @throws MigrationException if it is over already, or the source takes longer
     */
    public void cancel(Duration timeout) {
        Deadline deadline = Deadline.in(timeout);
        source.qmp().execute(QmpCommand.of("migrate_cancel").withTimeout(deadline.remaining()));
        awaitStatus(source, sourceEvents, CANCELLED, deadline);
        end();
        destination.kill();
    }

    /** {@return the source's reply to {@code query-migrate}} */
    public JsonNode info() {
        return source.qmp().execute("query-migrate");
    }

    private void end() {
        sourceEvents.close();
        destinationEvents.close();
    }

    @Override
    public String toString() {
        return "migration from \"%s\" to \"%s\"".formatted(source.name(), destination.name());
    }
}
