package io.github.qmpjunit.qemu;

import static io.github.qmpjunit.qmp.EventMatcher.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.internal.ClientView;
import io.github.qmpjunit.qemu.faults.Fault;
import io.github.qmpjunit.qemu.guest.SerialConsole;
import io.github.qmpjunit.qemu.process.OutputMark;
import io.github.qmpjunit.qemu.process.QemuException;
import io.github.qmpjunit.qemu.process.QemuExitException;
import io.github.qmpjunit.qemu.process.QemuOutputException;
import io.github.qmpjunit.qemu.process.QemuStartException;
import io.github.qmpjunit.qemu.qtest.Qtest;
import io.github.qmpjunit.qemu.state.Snapshot;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpDisconnectedException;
import io.github.qmpjunit.qmp.QmpEvent;
import io.github.qmpjunit.qmp.QmpEventListener;
import io.github.qmpjunit.qmp.QmpTranscript;
import io.github.qmpjunit.qmp.job.QmpJob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A machine whose process is started again. */
class RestartTest {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Duration SHORT = Duration.ofMillis(100);

    private static QemuMachineBuilder withDisk() {
        return QemuMachine.builder().blockNode(Map.of("driver", "null-co", "node-name", "disk", "size", 1 << 20));
    }

    private static void crash(QmpClient qmp) {
        assertThatThrownBy(() -> qmp.execute("human-monitor-command", Map.of("command-line", "qemu-io disk abort")))
                .isInstanceOf(QmpDisconnectedException.class);
    }

    private static QmpEventListener assertionEvents(QmpClient qmp) {
        return ClientView.of(qmp).assertionEvents(QmpEventListener.class);
    }

    private static List<String> names(List<QmpEvent> events) {
        return events.stream().map(QmpEvent::name).toList();
    }

    @Test
    void client_and_listeners_go_on_and_lose_no_event() {
        try (QemuMachine vm = withDisk().recording().start();
                QmpEventListener stops = vm.qmp().listen("STOP")) {
            QmpClient qmp = vm.qmp();
            long first = vm.pid();
            Path directory = vm.directory();
            qmp.execute("stop");

            vm.restart();
            qmp.execute("stop");

            assertThat(vm.pid()).isNotEqualTo(first);
            assertThat(vm.qmp()).isSameAs(qmp);
            assertThat(vm.directory()).isEqualTo(directory);
            assertThat(vm.restarts()).isEqualTo(1);
            assertThat(vm).asString().endsWith(", after a restart");
            stops.next(SOON);
            stops.next(SOON);
            assertThat(stops.history())
                    .extracting(QmpEvent::sequence)
                    .doesNotHaveDuplicates()
                    .hasSize(2);
            assertThat(names(qmp.events().history())).containsExactly("STOP", "SHUTDOWN", "STOP");
            assertThat(names(assertionEvents(qmp).history())).containsExactly("STOP");
            assertThat(vm.transcript().map(QmpTranscript::lines).orElseThrow())
                    .filteredOn(line -> line.line().path("message").path("QMP").isObject())
                    .hasSize(2);
        }
    }

    @Test
    void a_view_of_assertions_that_is_made_later_begins_at_the_restart_too() {
        try (QemuMachine vm = withDisk().start()) {
            vm.qmp().execute("stop");
            vm.restart();

            assertThat(assertionEvents(vm.qmp()).history()).isEmpty();
            assertThat(names(vm.qmp().events().history())).contains("STOP");
        }
    }

    @Test
    void a_job_of_before_is_not_the_next_ones() {
        try (QemuMachine vm = withDisk().start()) {
            Map<String, ?> backup =
                    Map.of("job-id", "j", "device", "disk", "target", "t", "sync", "full", "auto-dismiss", false);
            vm.qmp().execute("blockdev-add", Map.of("driver", "null-co", "node-name", "t", "size", 1 << 20));
            vm.qmp().execute("blockdev-backup", backup);
            vm.qmp().events().next(event("JOB_STATUS_CHANGE").withData("status", "concluded"), SOON);

            vm.restart();

            try (QmpJob job = QmpJob.follow(vm.qmp(), "j")) {
                assertThat(job.hasReached("running")).isFalse();
            }
        }
    }

    @Test
    void a_crash_that_is_not_expected_stops_the_restart_and_is_told_once() {
        try (QemuMachine vm = withDisk().start()) {
            crash(vm.qmp());

            assertThatThrownBy(vm::restart)
                    .isInstanceOf(QemuExitException.class)
                    .hasMessageContaining("signal 6 (SIGABRT)")
                    .hasMessageContaining("expectEnd()");
            assertThat(vm.isRunning()).isFalse();
        }
    }

    @Test
    void after_a_crash_a_quit_and_a_kill() {
        try (QemuMachine vm = withDisk().start()) {
            vm.expectEnd();
            crash(vm.qmp());
            vm.restart();
            assertThat(vm.isEndExpected()).isFalse();

            vm.qmp().execute("quit");
            vm.restart();

            vm.kill();
            vm.restart();

            assertThat(vm.qmp().execute("query-status").path("status").asString())
                    .isEqualTo("running");
            assertThat(vm.restarts()).isEqualTo(3);
            crash(vm.qmp());
            assertThatThrownBy(vm::close).isInstanceOf(QemuExitException.class);
        }
    }

    @Test
    void with_changed_arguments_which_stay() {
        try (QemuMachine vm = withDisk().start()) {
            vm.restart(with -> with.args("-name", "second").paused());
            assertThat(vm.qmp().execute("query-name").path("name").asString()).isEqualTo("second");
            assertThat(vm.qmp().execute("query-named-block-nodes")).isNotEmpty();

            vm.restart(with -> with.removeArgs().removeParts());
            assertThat(vm.qmp().execute("query-name").has("name")).isFalse();
            assertThat(vm.qmp().execute("query-named-block-nodes")).isEmpty();

            vm.restart();
            assertThat(vm.qmp().execute("query-status").path("status").asString())
                    .isEqualTo("prelaunch");
        }
    }

    @Test
    void what_the_client_keeps_cannot_change() {
        try (QemuMachine vm = QemuMachine.builder().start()) {
            long pid = vm.pid();
            assertThatThrownBy(() -> vm.restart(with -> with.name("other").keepEvents(1)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(
                            "Cannot change name, keepEvents of \"vm\" at a restart: its client stays the same. Set it in the definition");
            assertThat(vm.pid()).isEqualTo(pid);
            assertThat(vm.isRunning()).isTrue();
        }
    }

    @Test
    void a_start_that_fails_can_be_made_good(@TempDir Path folder) throws IOException {
        QemuMachine vm = QemuMachine.builder().start();
        Path directory = vm.directory();
        assertThatThrownBy(() -> vm.restart(with -> with.machine("nonsense")))
                .isInstanceOf(QemuStartException.class)
                .hasMessageContaining("unsupported machine type");
        assertThat(vm.isRunning()).isFalse();
        assertThat(directory).doesNotExist();

        vm.restart();
        assertThat(vm.qmp().execute("query-status").path("status").asString()).isEqualTo("running");

        Path file = folder.resolve("stderr");
        vm.stderr().copyTo(file);
        vm.restart(with -> with.args("-trace", "handle_qmp_command"));
        vm.stderr().awaitText("handle_qmp_command", SOON);
        vm.close();
        assertThat(Files.readString(file)).contains("unsupported machine type", "handle_qmp_command");
        assertThat(directory).doesNotExist();
        assertThatThrownBy(vm::restart)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("Cannot restart QEMU \"vm\": it is closed. Start another one");
    }

    @Test
    void what_is_written_is_kept_but_waits_look_at_the_new_process_only() {
        try (QemuMachine vm = QemuMachine.builder()
                .machine("pc,graphics=off")
                .console("com1")
                .qtest()
                .start()) {
            SerialConsole console = vm.console();
            Qtest qtest = vm.qtest();
            console.output().awaitText("SeaBIOS", SOON);

            vm.restart(QemuMachineBuilder::paused);

            assertThatThrownBy(() -> console.output().awaitText("SeaBIOS", SHORT))
                    .isInstanceOf(QemuOutputException.class)
                    .hasMessageContaining("it has written nothing");
            assertThat(console.output().text()).contains("SeaBIOS");
            assertThat(qtest.inb(0x71)).isBetween(0, 255);
            vm.qmp().execute("cont");
            console.output().awaitText("SeaBIOS", SOON);
            assertThat(vm.console()).isSameAs(console);
            assertThat(vm.qtest()).isSameAs(qtest);
        }
    }

    @Test
    void standard_error_of_each_process_is_answered_for(@TempDir Path folder) throws IOException {
        Path noisy = Scripts.write(folder, "echo \"I am $$\" >&2%nexec \"$QEMU\" \"$@\"".formatted());
        try (QemuMachine vm = withDisk().binary(noisy).start()) {
            String first = "I am " + vm.pid();
            vm.restart();
            String second = "I am " + vm.pid();
            vm.expectEnd();
            crash(vm.qmp());
            vm.restart();
            String third = "I am " + vm.pid();
            vm.stderr().awaitLine(third, SOON);

            assertThat(vm.stderr().text()).contains(first, second, third);
            assertThat(vm.unexpectedStderr(OutputMark.BEGINNING))
                    .contains(first, third)
                    .doesNotContain(second);
            assertThat(vm.describe()).contains(third).doesNotContain(first);
        }
    }

    @Test
    void faults_and_snapshots_end_with_their_process(@TempDir Path folder) throws IOException {
        Path image = Files.write(folder.resolve("disk.img"), new byte[1 << 20]);
        try (QemuMachine vm = QemuMachine.builder()
                .faultyDisk("disk", Map.of("driver", "file", "filename", image))
                .start()) {
            Snapshot snapshot = vm.snapshot();
            Fault full = vm.faults().fillUp("disk");
            assertThatThrownBy(() -> vm.qemuIo("disk", "write 0 4k")).isInstanceOf(QemuException.class);

            vm.restart();

            vm.qemuIo("disk", "write 0 4k");
            Fault again = vm.faults().fillUp("disk");
            full.close(); // of the other process: undoes nothing here
            assertThatThrownBy(() -> vm.qemuIo("disk", "write 0 4k")).isInstanceOf(QemuException.class);
            again.close();
            vm.qemuIo("disk", "write 0 4k");
            assertThatThrownBy(snapshot::rewind)
                    .isInstanceOf(QemuException.class)
                    .hasMessage(
                            "Cannot rewind machine \"vm\": the snapshot was taken before the machine was restarted, and ended with that process. Take one after the restart");
        }
    }
}
