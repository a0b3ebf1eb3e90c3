package io.github.qmpjunit.examples;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.junit.Check;
import io.github.qmpjunit.junit.QemuExtension;
import io.github.qmpjunit.junit.Vm;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.state.Migration;
import io.github.qmpjunit.qemu.state.MigrationException;
import io.github.qmpjunit.qemu.state.MigrationOptions;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Both sides complain on their standard error, and the destination ends itself: here, that is as it should be. */
class FailedMigrationTest {

    private static final Duration SOON = Duration.ofSeconds(40);

    @RegisterExtension
    static final QemuExtension qemu = QemuExtension.builder()
            .vm("src", vm -> vm.machine("q35").memory("64M"))
            .vm("dst", vm -> vm.machine("q35").memory("64M").incoming())
            .vm("larger", vm -> vm.machine("q35").memory("128M").incoming())
            .without(Check.EXIT, Check.STDERR)
            .build();

    @Test
    void a_cancelled_one_leaves_the_source_running(@Vm("src") QemuMachine src, @Vm("dst") QemuMachine dst) {
        Migration migration =
                src.startMigrationTo(dst, MigrationOptions.defaults().withParameter("max-bandwidth", 4096));
        migration.awaitStatus("active", SOON);

        migration.cancel(SOON);

        assertThat(src).executing("query-migrate").returns("status", "cancelled");
        assertThat(src).awaitStatus("running");
    }

    @Test
    void a_destination_with_other_memory_refuses(@Vm("src") QemuMachine src, @Vm("larger") QemuMachine larger) {
        assertThatThrownBy(() -> src.migrateTo(larger))
                .isInstanceOf(MigrationException.class)
                .hasMessageContaining("Size mismatch: pc.ram");

        assertThat(larger).within(SOON).exitsWith(1);
    }
}
