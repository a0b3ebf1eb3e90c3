package io.github.qmpjunit.qemu.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.QemuMachineBuilder;
import io.github.qmpjunit.qemu.process.LaunchPrefix;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

public class MigrationTest {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final Duration FOR_EVER = Duration.ofHours(1);
    private static final MigrationOptions NEVER_DONE =
            MigrationOptions.defaults().withParameter("max-bandwidth", 4096).withTimeout(Duration.ofMillis(300));
    private static final long ADDRESS = 0x2000000; // where the firmware does not look

    private final QemuMachine source = machine("src").start();
    private final QemuMachine destination = machine("dst").incoming().start();

    private static QemuMachineBuilder machine(String name) {
        return QemuMachine.builder().name(name).machine("q35").memory("64M").qtest();
    }

    @AfterEach
    void stop() {
        destination.kill(); // a failed migration's destination has ended with an error, which is no news here
        destination.close();
        source.close();
    }

    private static String runState(QemuMachine vm) {
        return vm.qmp().execute("query-status").path("status").asString();
    }

    @Test
    void the_guest_goes_on_at_the_destination_with_its_memory() {
        source.qtest().writel(ADDRESS, 0xCAFE);

        assertThat(source.migrateTo(destination).path("status").asString()).isEqualTo("completed");

        assertThat(runState(source)).isEqualTo("postmigrate");
        assertThat(runState(destination)).isEqualTo("running");
        assertThat(destination.qtest().readl(ADDRESS)).isEqualTo(0xCAFE);
    }

    @Test
    void it_can_pause_before_the_switch() {
        Migration migration = source.startMigrationTo(
                destination, MigrationOptions.defaults().withCapability("pause-before-switchover"));

        migration.awaitStatus("pre-switchover", SOON);
        assertThat(runState(destination)).isEqualTo("inmigrate");
        migration.proceed();
        migration.await(SOON);

        assertThat(runState(destination)).isEqualTo("running");
    }

    @Test
    void it_can_be_cancelled() {
        Migration migration = source.startMigrationTo(destination, NEVER_DONE);
        migration.awaitStatus("active", SOON);

        migration.cancel(SOON);

        assertThat(migration.info().path("status").asString()).isEqualTo("cancelled");
        assertThat(runState(source)).isEqualTo("running");
        assertThat(destination.endsWithin(SOON)).isTrue();
        assertThatThrownBy(() -> migration.await(SOON))
                .isInstanceOf(MigrationException.class)
                .hasMessageContaining("was cancelled");
    }

    @Test
    void one_that_takes_too_long_says_where_it_stands_and_goes_on() {
        assertThatThrownBy(() -> source.migrateTo(destination, NEVER_DONE))
                .isInstanceOf(MigrationException.class)
                .hasMessageContaining("from \"src\" to \"dst\" is not completed on the source within 300 ms")
                .hasMessageContaining("Source: run state \"running\", migration \"active\". QEMU \"src\" is running")
                .hasMessageContaining("Destination: run state \"inmigrate\", migration \"active\".");
        assertThat(source.qmp().execute("query-migrate").path("status").asString())
                .isEqualTo("active");
    }

    @Test
    void a_destination_that_is_another_machine_fails_it_with_both_sides_reasons() {
        try (QemuMachine larger = machine("larger").memory("128M").incoming().start()) {
            assertThatThrownBy(() -> source.migrateTo(larger))
                    .isInstanceOf(MigrationException.class)
                    .hasMessageContaining("Source: run state \"")
                    .hasMessageContaining("Destination: no run state")
                    .hasMessageContaining("QEMU \"larger\"")
                    .hasMessageContaining("exited with status 1")
                    .hasMessageContaining("Size mismatch: pc.ram");
            larger.kill();
        }
    }

    @Test
    void a_destination_that_dies_fails_it_with_the_migrations_own_error() {
        Migration migration = source.startMigrationTo(destination, NEVER_DONE);
        migration.awaitStatus("active", SOON);
        destination.kill();

        assertThatThrownBy(() -> migration.await(SOON))
                .isInstanceOf(MigrationException.class)
                .hasMessageContaining("has failed")
                .hasMessageMatching("(?s).*Source: run state \"running\", migration \"failed\": \\S.*")
                .hasMessageContaining("was ended by signal 9 (SIGKILL)");
    }

    @Test
    void the_wait_for_one_that_has_failed_already_ends_at_once() {
        Migration migration = source.startMigrationTo(destination, NEVER_DONE);
        migration.awaitStatus("active", SOON);
        destination.kill();
        migration.awaitStatus("failed", SOON);

        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> migration.await(FOR_EVER))
                    .isInstanceOf(MigrationException.class)
                    .hasMessageContaining("has failed")
                    .hasMessageMatching("(?s).*migration \"failed\": \\S.*");
        }
        assertThatThrownBy(() -> migration.awaitStatus("active", FOR_EVER))
                .isInstanceOf(MigrationException.class)
                .hasMessageContaining("has failed");
    }

    @Test
    void the_wait_for_one_that_has_completed_already_ends_at_once() {
        Migration migration = source.startMigrationTo(destination, MigrationOptions.defaults());
        migration.awaitStatus("completed", SOON);

        migration.await(FOR_EVER);
        migration.await(FOR_EVER);
        migration.awaitStatus("completed", FOR_EVER);
    }

    @Test
    void one_that_waits_for_the_test_says_so() {
        Migration migration = source.startMigrationTo(
                destination, MigrationOptions.defaults().withCapability("pause-before-switchover"));
        migration.awaitStatus("pre-switchover", SOON);

        assertThatThrownBy(() -> migration.await(Duration.ofMillis(20)))
                .isInstanceOf(MigrationException.class)
                .hasMessageContaining(
                        "is not completed on the source within 20 ms: the source waits in \"pre-switchover\" for proceed().");
        migration.proceed();
        migration.await(SOON);
    }

    @Test
    void one_that_cannot_begin_says_why() {
        assertThatThrownBy(() -> source.migrateTo(
                        destination, MigrationOptions.defaults().withCapability("no-such")))
                .isInstanceOf(MigrationException.class)
                .hasMessageContaining("did not begin")
                .hasMessageContaining("no-such");
    }

    @Test
    void a_destination_that_does_not_wait_for_one_is_refused() {
        assertThatThrownBy(() -> destination.migrateTo(source))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Machine \"src\" does not wait for a migration, it is \"running\"")
                .hasMessageContaining("incoming()");
    }

    @Test
    void machines_elsewhere_are_refused() {
        try (QemuMachine far = QemuMachine.builder()
                .prefix(LaunchPrefix.remote("nice"))
                .incoming()
                .start()) {
            assertThatThrownBy(() -> source.migrateTo(far))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("remote prefix");
        }
    }
}
