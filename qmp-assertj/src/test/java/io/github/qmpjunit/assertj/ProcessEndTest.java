package io.github.qmpjunit.assertj;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.StorageDaemon;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How machines and storage daemons end, and what may be asked of a state without waiting for it. */
class ProcessEndTest {

    private static final Duration SHORT = Duration.ofMillis(100);

    @Test
    void a_machine_that_is_killed_ends_by_signal_9() {
        try (QemuMachine vm = QemuMachine.builder().start()) {
            vm.kill();

            assertThat(vm).endsBySignal(9);
            assertThatThrownBy(() -> assertThat(vm).endsBySignal(6))
                    .hasMessageContaining("to end by signal 6")
                    .hasMessageContaining("was ended by signal 9 (SIGKILL)");
            assertThatThrownBy(() -> assertThat(vm).exitsWith(9))
                    .hasMessageContaining("was ended by signal 9 (SIGKILL)");
        }
    }

    @Test
    void a_storage_daemon_exits_with_a_code() {
        try (StorageDaemon daemon = StorageDaemon.builder().start()) {
            assertThatThrownBy(() -> assertThat(daemon).within(SHORT).exitsWith(0))
                    .hasMessageContaining("storage daemon \"storage\"")
                    .hasMessageContaining("within 100 ms, but it still runs");
            daemon.qmp().execute("quit");

            assertThat(daemon).exitsWith(0);
        }
    }

    @Test
    void a_status_can_be_checked_without_waiting_for_it() {
        try (QemuMachine vm = QemuMachine.builder().paused().start()) {
            assertThat(vm).hasStatus("prelaunch");
            assertThatThrownBy(() -> assertThat(vm).hasStatus("running"))
                    .hasMessageContaining("to have status \"running\"\nbut it is \"prelaunch\"");
        }
    }

    @Test
    void what_was_written_to_standard_error_can_be_checked_without_waiting_for_it() {
        try (QemuMachine vm = QemuMachine.builder().start()) {
            assertThatThrownBy(() -> assertThat(vm).stderrContains("never"))
                    .hasMessageContaining("to have written \"never\" to its standard error")
                    .hasMessageContaining("Standard error is empty.");
        }
    }
}
