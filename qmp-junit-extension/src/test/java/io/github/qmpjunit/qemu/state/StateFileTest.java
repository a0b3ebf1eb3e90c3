package io.github.qmpjunit.qemu.state;

import static io.github.qmpjunit.qemu.LinuxGuest.shell;
import static io.github.qmpjunit.qmp.EventMatcher.event;
import static io.github.qmpjunit.qmp.QmpEvents.MIGRATION;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.qemu.LinuxGuest;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.QemuMachineBuilder;
import io.github.qmpjunit.qemu.process.QemuException;
import io.github.qmpjunit.qmp.QmpDisconnectedException;
import io.github.qmpjunit.qmp.QmpTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 5, unit = TimeUnit.MINUTES)
public class StateFileTest {

    private static final Duration LONG = Duration.ofMinutes(2);

    private static QemuMachineBuilder pc() {
        return QemuMachine.builder().machine("pc").memory("16M").qtest();
    }

    @Test
    void a_new_machine_begins_where_a_booted_one_was(@TempDir Path dir) {
        Path state = dir.resolve("booted");
        String bootId;
        try (QemuMachine vm = LinuxGuest.boot(LinuxGuest.builder().guestAgent())) {
            vm.guestAgent().awaitReady(LONG);
            bootId = shell(vm, "echo before >/tmp/marker; cat /proc/sys/kernel/random/boot_id");

            vm.saveState(state);

            assertThat(shell(vm, "echo after >/tmp/marker; cat /tmp/marker")).isEqualTo("after");
        }
        for (int round = 0; round < 2; round++) {
            try (QemuMachine vm = LinuxGuest.builder().guestAgent().incoming().start()) {
                vm.loadState(state);

                assertThat(shell(vm, "cat /tmp/marker; echo after >/tmp/marker"))
                        .isEqualTo("before");
                assertThat(shell(vm, "cat /proc/sys/kernel/random/boot_id")).isEqualTo(bootId);
                assertThat(vm.console().output().text()).isEmpty();
            }
        }
    }

    @Test
    void the_parameters_of_migrations_stay_as_they_were(@TempDir Path dir) {
        try (QemuMachine vm = pc().start()) {
            vm.qmp().execute("migrate-set-parameters", Map.of("max-bandwidth", 4711, "downtime-limit", 42));

            vm.saveState(dir.resolve("state"));

            assertThat(vm.qmp()
                            .execute("query-migrate-parameters")
                            .path("max-bandwidth")
                            .asLong())
                    .isEqualTo(4711);
            assertThat(vm.qmp()
                            .execute("query-migrate-parameters")
                            .path("downtime-limit")
                            .asLong())
                    .isEqualTo(42);
            assertThat(vm.qmp().execute("query-status").path("status").asString())
                    .isEqualTo("running");
        }
    }

    @Test
    void only_its_owner_can_read_the_guests_memory(@TempDir Path dir) throws Exception {
        Path state = Files.createFile(dir.resolve("state")); // one from before, which everyone can read
        try (QemuMachine vm = pc().start()) {
            vm.saveState(state);
        }

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(state)))
                .isEqualTo("rw-------");
    }

    @Test
    void a_device_that_cannot_be_saved_is_named(@TempDir Path dir) throws Exception {
        Path image = Files.write(dir.resolve("raw"), new byte[1 << 20]);
        try (QemuMachine vm = QemuMachine.builder()
                .machine("q35")
                .memory("16M")
                .blockNode(Map.of("driver", "file", "node-name", "file0", "filename", image, "read-only", true))
                .device("nvme", Map.of("drive", "file0", "serial", "1", "id", "nvme0"))
                .start()) {
            assertThatThrownBy(() -> vm.saveState(dir.resolve("state")))
                    .isInstanceOf(QemuException.class)
                    .hasMessageStartingWith("Cannot save the state of machine \"vm\" to ")
                    .hasMessageContaining("nvme");
        }
    }

    /** Enough to look through that it is under way for a while. */
    private static QemuMachineBuilder large() {
        return QemuMachine.builder().machine("pc").memory("1G");
    }

    @Test
    void a_machine_that_ends_meanwhile_is_what_the_failure_is_about(@TempDir Path dir) {
        try (QemuMachine vm = large().start()) {
            vm.qmp().onEvent(event(MIGRATION), change -> vm.kill());

            assertThatThrownBy(() -> vm.saveState(dir.resolve("state")))
                    .isInstanceOf(QemuException.class)
                    .hasMessageStartingWith("Cannot save the state of machine \"vm\" to ")
                    .hasCauseInstanceOf(QmpDisconnectedException.class)
                    .satisfies(failure -> assertThat(failure.getSuppressed())
                            .hasAtLeastOneElementOfType(QmpDisconnectedException.class));
        }
    }

    @Test
    void an_attempt_that_takes_too_long_is_cancelled_and_the_machine_is_as_before(@TempDir Path dir) {
        try (QemuMachine vm = large().start()) {
            vm.qmp().execute("migrate-set-parameters", Map.of("max-bandwidth", 4711));

            assertThatThrownBy(() -> new StateFile(dir.resolve("late")).save(vm, Deadline.in(Duration.ZERO)))
                    .isInstanceOf(QemuException.class)
                    .hasCauseInstanceOf(QmpTimeoutException.class);

            assertThat(vm.qmp().execute("query-migrate").path("status").asString())
                    .isEqualTo("cancelled");
            assertThat(dir.resolve("late")).doesNotExist();
            assertThat(vm.qmp()
                            .execute("query-migrate-parameters")
                            .path("max-bandwidth")
                            .asLong())
                    .isEqualTo(4711);
            assertThat(vm.qmp().execute("query-status").path("status").asString())
                    .isEqualTo("running");
            vm.saveState(dir.resolve("state"));
            assertThat(dir.resolve("state")).isNotEmptyFile();
        }
    }

    @Test
    void a_machine_that_does_not_wait_for_it_says_so(@TempDir Path dir) {
        try (QemuMachine vm = pc().start()) {
            assertThatThrownBy(() -> vm.loadState(dir.resolve("state")))
                    .isInstanceOf(QemuException.class)
                    .hasMessageEndingWith(
                            "it does not wait for one, it is \"running\". Have incoming() in its definition");
        }
        try (QemuMachine vm = pc().incoming().start()) {
            assertThatThrownBy(() -> vm.loadState(dir.resolve("state")))
                    .isInstanceOf(QemuException.class)
                    .hasMessageEndingWith("there is no such file that can be read");
        }
    }

    @Test
    void a_machine_of_another_definition_fails_with_what_QEMU_says(@TempDir Path dir) {
        Path state = dir.resolve("state");
        try (QemuMachine vm = pc().start()) {
            vm.saveState(state);
        }
        QemuMachine other = pc().memory("32M").incoming().start();
        try {
            assertThatThrownBy(() -> other.loadState(state))
                    .isInstanceOf(QemuException.class)
                    .hasMessageStartingWith("Cannot load the state of machine \"vm\" from ")
                    .hasMessageContaining("pc.ram");
        } finally {
            other.kill();
            other.close();
        }
    }
}
