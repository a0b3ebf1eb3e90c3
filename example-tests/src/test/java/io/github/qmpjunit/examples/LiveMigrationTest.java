package io.github.qmpjunit.examples;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.junit.Vm;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.qtest.Qtest;
import io.github.qmpjunit.qemu.state.Migration;
import io.github.qmpjunit.qemu.state.MigrationOptions;
import java.time.Duration;
import org.junit.jupiter.api.Test;

@QemuTest
@Vm(
        value = "src",
        machine = "q35",
        args = {"-m", "64"})
@Vm(
        value = "dst",
        machine = "q35",
        args = {"-m", "64", "-incoming", "defer"})
class LiveMigrationTest {

    private static final Duration SOON = Duration.ofSeconds(40);
    private static final long ADDRESS = 0x2000000; // where the firmware does not look

    @Test
    void a_guest_moves_with_its_memory(
            @Vm("src") QemuMachine src, @Vm("dst") QemuMachine dst, @Vm("src") Qtest before, @Vm("dst") Qtest after) {
        before.writel(ADDRESS, 0xCAFE);

        src.migrateTo(dst, MigrationOptions.defaults().withCapability("xbzrle").withTimeout(SOON));

        assertThat(src).awaitStatus("postmigrate");
        assertThat(dst).awaitStatus("running");
        assertThat(after).hasMemory(ADDRESS, 0xFE, 0xCA, 0, 0);
    }

    @Test
    void the_switch_is_postponed_until_the_test_is_ready(@Vm("src") QemuMachine src, @Vm("dst") QemuMachine dst) {
        Migration migration =
                src.startMigrationTo(dst, MigrationOptions.defaults().withCapability("pause-before-switchover"));

        migration.awaitStatus("pre-switchover", SOON);
        assertThat(dst).awaitStatus("inmigrate");
        migration.proceed();
        migration.await(SOON);

        assertThat(dst).awaitStatus("running");
    }
}
