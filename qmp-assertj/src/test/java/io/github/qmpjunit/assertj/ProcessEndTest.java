package io.github.qmpjunit.assertj;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.StorageDaemon;
import io.github.qmpjunit.qmp.QmpDisconnectedException;
import java.time.Duration;
import java.util.Map;
import org.assertj.core.api.Assertions;
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
    void an_end_that_is_asserted_is_expected() {
        try (QemuMachine vm = QemuMachine.builder()
                        .blockNode(Map.of("driver", "null-co", "node-name", "disk", "size", 1 << 20))
                        .start();
                StorageDaemon daemon = StorageDaemon.builder().start()) {
            assertThatThrownBy(() ->
                            vm.qmp().execute("human-monitor-command", Map.of("command-line", "qemu-io disk abort")))
                    .isInstanceOf(QmpDisconnectedException.class);
            ProcessHandle.of(daemon.pid()).orElseThrow().destroyForcibly();

            assertThatThrownBy(() -> assertThat(vm).exitsWith(1)).isInstanceOf(AssertionError.class);
            Assertions.assertThat(vm.isEndExpected()).isFalse();
            assertThat(vm).endsBySignal(6);
            assertThat(daemon).endsBySignal(9);
            Assertions.assertThat(vm.isEndExpected()).isTrue();
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
    void what_was_written_to_standard_output_is_awaited_or_checked() {
        try (QemuMachine vm = QemuMachine.builder()
                .blockNode(Map.of("driver", "null-co", "node-name", "disk", "size", 1 << 20))
                .start()) {
            assertThatThrownBy(() -> assertThat(vm).stdoutContains("wrote"))
                    .hasMessage(
                            "%nExpecting machine \"vm\":%n  to have written \"wrote\" to its standard output%nbut:%n  it has written nothing"
                                    .formatted());
            vm.qmp().execute("human-monitor-command", Map.of("command-line", "qemu-io disk \"write 0 64k\""));

            assertThat(vm).awaitStdout("wrote 65536/65536").awaitStdout("wrote").stdoutContains("at offset 0");
            assertThatThrownBy(() -> assertThat(vm).within(SHORT).awaitStdout("never"))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining(
                            "QEMU \"vm\"'s standard output has not written \"never\" within 100 ms; its last lines are:\n  wrote");
            assertThatThrownBy(() -> assertThat(vm).stdoutContains("never"))
                    .hasMessageContaining("but:\n  its last lines are:\n  wrote 65536/65536 bytes at offset 0");
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
