package io.github.qmpjunit.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.internal.Waiting;
import io.github.qmpjunit.qemu.guest.GuestProgram;
import io.github.qmpjunit.qemu.state.MigrationOptions;
import io.github.qmpjunit.qmp.QmpCommand;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever the library waits for, it says so: progress lines and messages about a test that was timed out ask for it. */
class WaitsTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    /** Return what a thread waits for, as soon as it says so; then end the machine, which ends the wait. */
    private static String saidDuring(QemuMachine vm, Runnable wait) throws InterruptedException {
        Thread waiter = new Thread(() -> {
            try {
                wait.run();
            } catch (RuntimeException e) {
                // The machine is killed under it.
            }
        });
        waiter.setDaemon(true);
        waiter.start();
        Optional<String> said = Waiting.of(waiter);
        while (said.isEmpty() && waiter.isAlive()) {
            Thread.onSpinWait();
            said = Waiting.of(waiter);
        }
        vm.kill();
        waiter.join(LONG.toMillis());
        assertThat(Waiting.of(waiter)).as("after the wait").isEmpty();
        return said.orElse("nothing");
    }

    private static QemuMachineBuilder machine() {
        return QemuMachine.builder()
                .machine("q35")
                .console("com1")
                .qtest()
                .guestAgent()
                .paused();
    }

    @Test
    void for_a_guest_agent() throws InterruptedException {
        try (QemuMachine vm = machine().start()) {
            assertThat(saidDuring(vm, () -> vm.guestAgent().execute(QmpCommand.of("guest-ping"))))
                    .startsWith("the answer of the guest agent of QEMU \"vm\" to {\"execute\":\"guest-ping\"}, for ");
        }
    }

    @Test
    void for_a_program_in_the_guest() throws InterruptedException {
        try (QemuMachine vm = machine().start()) {
            assertThat(saidDuring(vm, () -> vm.guestAgent().run(GuestProgram.of("true"))))
                    .startsWith("the end of \"true\" in the guest of QEMU \"vm\", for ");
        }
    }

    @Test
    void for_an_interrupt() throws InterruptedException {
        try (QemuMachine vm = machine().start()) {
            assertThat(saidDuring(vm, () -> vm.qtest().awaitIrq(4, true, Duration.ofMillis(300))))
                    .startsWith("IRQ raise 4 of vm, for ");
        }
    }

    @Test
    void for_a_text_of_a_console() throws InterruptedException {
        try (QemuMachine vm = machine().start()) {
            assertThat(saidDuring(vm, () -> vm.console().output().awaitText("login:", LONG)))
                    .startsWith("\"login:\" on Console \"com1\" of QEMU \"vm\", for ");
        }
    }

    @Test
    void for_a_migration(@TempDir Path folder) throws InterruptedException {
        try (QemuMachine vm = QemuMachine.builder().machine("q35").start();
                QemuMachine other = QemuMachine.builder()
                        .name("other")
                        .machine("q35")
                        .incoming()
                        .start()) {
            var migration =
                    vm.startMigrationTo(other, MigrationOptions.defaults().withCapability("pause-before-switchover"));
            assertThat(saidDuring(vm, () -> migration.await(LONG)))
                    .startsWith("the migration from \"vm\" to \"other\", to be completed on the source, for ");
            other.kill();
        }
    }

    @Test
    void for_a_snapshot() throws InterruptedException {
        try (QemuMachine vm = machine().start()) {
            assertThat(saidDuring(vm, vm::snapshot)).startsWith("QEMU to take a snapshot of machine \"vm\", for ");
        }
    }
}
