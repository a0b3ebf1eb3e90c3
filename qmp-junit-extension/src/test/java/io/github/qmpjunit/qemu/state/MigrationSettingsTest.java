package io.github.qmpjunit.qemu.state;

import static io.github.qmpjunit.qmp.EventMatcher.event;
import static io.github.qmpjunit.qmp.QmpEvents.MIGRATION;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.QemuMachineBuilder;
import io.github.qmpjunit.qmp.QmpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** QEMU keeps capabilities and parameters as long as it lives; an operation of ours does not leave its own behind. */
class MigrationSettingsTest {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final MigrationOptions SLOW_WITH_PAUSE = MigrationOptions.defaults()
            .withCapability("pause-before-switchover")
            .withParameter("max-bandwidth", 4096);

    private final QemuMachine source = machine("src").start();
    private final QemuMachine destination = machine("dst").incoming().start();

    private static QemuMachineBuilder machine(String name) {
        return QemuMachine.builder().name(name).machine("q35").memory("64M");
    }

    @AfterEach
    void stop() {
        destination.kill();
        destination.close();
        source.close();
    }

    private static List<JsonNode> settings(QmpClient qmp) {
        return List.of(qmp.execute("query-migrate-capabilities"), qmp.execute("query-migrate-parameters"));
    }

    @Test
    void a_migration_after_a_cancelled_one_has_its_own() {
        List<JsonNode> before = settings(source.qmp());
        Migration cancelled = source.startMigrationTo(destination, SLOW_WITH_PAUSE);
        cancelled.awaitStatus("active", SOON);
        cancelled.cancel(SOON);

        assertThat(settings(source.qmp())).isEqualTo(before);
        try (QemuMachine second = machine("second").incoming().start()) {
            source.migrateTo(second, MigrationOptions.defaults().withTimeout(SOON));
        }
    }

    @Test
    void both_sides_get_theirs_back_after_one_that_completes() {
        List<JsonNode> before = settings(source.qmp());
        List<JsonNode> there = settings(destination.qmp());

        source.migrateTo(
                destination,
                MigrationOptions.defaults()
                        .withCapability("auto-converge")
                        .withParameter("downtime-limit", 1234)
                        .withTimeout(SOON));

        assertThat(settings(source.qmp())).isEqualTo(before);
        assertThat(settings(destination.qmp())).isEqualTo(there);
    }

    @Test
    void one_that_cannot_begin_changes_nothing() {
        List<JsonNode> before = settings(source.qmp());
        List<JsonNode> there = settings(destination.qmp());

        assertThatThrownBy(() -> source.migrateTo(
                        destination,
                        MigrationOptions.defaults()
                                .withCapability("auto-converge")
                                .withParameter("no-such", 1)))
                .isInstanceOf(MigrationException.class)
                .hasMessageContaining("no-such");

        assertThat(settings(source.qmp())).isEqualTo(before);
        assertThat(settings(destination.qmp())).isEqualTo(there);
        source.migrateTo(destination, MigrationOptions.defaults().withTimeout(SOON));
    }

    @Test
    void what_one_that_nobody_waited_for_has_set_does_not_reach_the_next(@TempDir Path folder) {
        List<JsonNode> before = settings(source.qmp());
        source.startMigrationTo(destination, SLOW_WITH_PAUSE);
        source.qmp().execute("migrate_cancel");
        source.qmp().events().next(event(MIGRATION).withData("status", "cancelled"), SOON);

        source.saveState(folder.resolve("state"));

        assertThat(settings(source.qmp())).isEqualTo(before);
    }

    @Test
    void a_state_is_saved_whatever_capabilities_the_user_has_set_and_keeps_them(@TempDir Path folder) {
        source.qmp()
                .execute(
                        "migrate-set-capabilities",
                        Map.of(
                                "capabilities",
                                List.of(Map.of("capability", "pause-before-switchover", "state", true))));
        List<JsonNode> before = settings(source.qmp());

        source.saveState(folder.resolve("state"));

        assertThat(settings(source.qmp())).isEqualTo(before);
    }

    @Test
    void a_loaded_machine_has_its_own(@TempDir Path folder) {
        List<JsonNode> before = settings(destination.qmp());
        source.saveState(folder.resolve("state"));

        destination.loadState(folder.resolve("state"));

        assertThat(settings(destination.qmp())).isEqualTo(before);
    }
}
