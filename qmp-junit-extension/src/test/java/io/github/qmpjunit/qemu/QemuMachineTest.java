package io.github.qmpjunit.qemu;

import static io.github.qmpjunit.qmp.EventMatcher.event;
import static io.github.qmpjunit.qmp.QmpEvents.RESUME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.qemu.process.ExitStatus;
import io.github.qmpjunit.qemu.process.QemuExitException;
import io.github.qmpjunit.qemu.process.QemuStartException;
import io.github.qmpjunit.qemu.process.StopLimits;
import io.github.qmpjunit.qmp.QmpDisconnectedException;
import io.github.qmpjunit.qmp.QmpEvent;
import io.github.qmpjunit.qmp.QmpState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QemuMachineTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    @Test
    void starts_with_a_connected_monitor_and_leaves_nothing() {
        QemuMachine vm = QemuMachine.builder().name("first").start();
        ProcessHandle process = ProcessHandle.of(vm.pid()).orElseThrow();
        assertThat(vm.isRunning()).isTrue();
        assertThat(vm.qmp().state()).isEqualTo(QmpState.RUNNING);
        assertThat(vm.qmp().name()).isEqualTo("first");
        assertThat(vm.qmp().peer().orElseThrow().pid()).isEqualTo(vm.pid());
        assertThat(vm).hasToString("QEMU \"first\" is running (pid %s)".formatted(vm.pid()));
        Path directory = directoryOf(vm);
        assertThat(directory).exists();

        vm.close();
        vm.close();

        assertThat(process.isAlive()).isFalse();
        assertThat(directory).doesNotExist();
        assertThat(vm.exitStatus()).hasValue(new ExitStatus(0, false));
        assertThat(vm.qmp().state()).isEqualTo(QmpState.IDLE);
    }

    private static Path directoryOf(QemuMachine vm) {
        String socket = vm.commandLine().stream()
                .filter(arg -> arg.contains("path="))
                .findFirst()
                .orElseThrow();
        return Path.of(socket.substring(socket.indexOf("path=") + 5)).getParent();
    }

    @Test
    void the_command_line_can_be_pasted_into_a_shell() {
        try (QemuMachine vm = QemuMachine.builder().args("-name", "it's").start()) {
            assertThat(vm.shellCommand()).contains(" -machine none ").contains(" -name 'it'\\''s' ");
        }
    }

    @Test
    void a_machine_has_no_devices_that_nobody_asked_for() {
        try (QemuMachine bare = QemuMachine.builder().machine("q35").args("-S").start();
                QemuMachine full = QemuMachine.builder()
                        .machine("q35")
                        .args("-S", "-nic", "none")
                        .defaults(true)
                        .start()) {
            assertThat(bare.qmp().execute("query-block")).isEmpty();
            assertThat(full.qmp().execute("query-block")).isNotEmpty();
        }
    }

    @Test
    void arguments_that_qemu_refuses_before_the_greeting_fail_the_start_with_all_that_is_known() {
        assertThatThrownBy(
                        () -> QemuMachine.builder().name("odd").machine("nope").start())
                .isInstanceOf(QemuStartException.class)
                .hasMessageMatching("(?s)QEMU \"odd\" did not start: unsupported machine type\\b.*\\n"
                        + "QEMU \"odd\" \\(pid \\d+\\) exited with status 1 after [\\d.]+ m?s\\n"
                        + "Standard error:\\n"
                        + "  qemu-system-\\S+: unsupported machine type\\b.*\\n"
                        + "Command line:\\n"
                        + "  \\S*qemu-system-\\S+ .*-machine nope .*");
    }

    @Test
    void arguments_that_qemu_refuses_after_the_greeting_do_so_too() {
        assertThatThrownBy(() ->
                        QemuMachine.builder().args("-device", "virtio-blkk-pci").start())
                .isInstanceOf(QemuStartException.class)
                .hasMessageContaining("exited with status 1")
                .hasMessageContaining("'virtio-blkk-pci' is not a valid device model name")
                .hasMessageContaining("-device virtio-blkk-pci");
    }

    @Test
    void an_option_and_its_value_in_one_string_are_told_from_two() {
        assertThatThrownBy(() -> QemuMachine.builder().args("-m 64").start())
                .isInstanceOf(QemuStartException.class)
                .hasMessageContaining(
                        "%nAn option and its value are two arguments: write \"-m\", \"...\" instead of \"-m ...\""
                                .formatted());
    }

    @Test
    void hardware_for_a_machine_that_has_none_is_told_the_way_out() {
        String hint = "%nA machine of type \"none\" has no hardware: choose another type, such as q35".formatted();

        assertThatThrownBy(() ->
                        QemuMachine.builder().device("virtio-rng-pci", Map.of()).start())
                .hasMessageContaining(hint);
        assertThatThrownBy(() -> QemuMachine.builder().guestAgent().start()).hasMessageContaining(hint);
        assertThatThrownBy(
                        () -> QemuMachine.builder().args("-kernel", "vmlinuz").start())
                .hasMessageContaining(hint);
        assertThatThrownBy(() -> QemuMachine.builder()
                        .machine("microvm")
                        .device("virtio-rng-pci", Map.of())
                        .start())
                .message()
                .contains("No 'PCI' bus")
                .doesNotContain("has no hardware");
    }

    @Test
    void a_refusal_is_noticed_at_once_even_while_the_common_pool_is_busy(@TempDir Path temp) throws IOException {
        Process jvm = OtherJvm.start(temp, BusyPool.class);

        assertThat(Long.parseLong(OtherJvm.firstLine(jvm)))
                .as("milliseconds, of a start that gives up after 45 s")
                .isLessThan(40_000);
    }

    @Test
    void of_megabytes_of_standard_error_the_failure_tells_the_end(@TempDir Path folder) throws IOException {
        Path program = script(folder, "seq 1 300000 >&2; echo here is why >&2; exit 3");

        QemuStartException error = catchThrowableOfType(
                QemuStartException.class,
                () -> QemuMachine.builder().binary(program).start());

        assertThat(error)
                .hasMessageContaining("characters before this are left out")
                .hasMessageContaining("300000")
                .hasMessageContaining("here is why");
        assertThat(error.getMessage()).hasSizeLessThan(20_000);
    }

    @Test
    void a_program_that_never_connects_fails_the_start_when_time_is_up(@TempDir Path folder) throws IOException {
        Path program = script(folder, "echo here I am >&2; exec sleep 600");

        QemuStartException error = catchThrowableOfType(
                QemuStartException.class,
                () -> QemuMachine.builder()
                        .binary(program)
                        .startTimeout(Duration.ofSeconds(1))
                        .start());

        assertThat(error)
                .hasMessageContaining("No connection within 1 s")
                .hasMessageContaining("is running (pid ")
                .hasMessageContaining("here I am");
        assertThat(ProcessHandle.of(pidIn(error)).filter(ProcessHandle::isAlive))
                .isEmpty();
    }

    @Test
    void an_interrupted_start_leaves_nothing_running(@TempDir Path folder) {
        Thread.currentThread().interrupt();

        QemuStartException error = catchThrowableOfType(
                QemuStartException.class,
                () -> QemuMachine.builder().args("-name", folder.toString()).start());

        assertThat(Thread.interrupted()).isTrue();
        assertThat(startedWith(folder)).isEmpty();
        assertThat(error).hasMessageContaining("The thread was interrupted");
    }

    @Test
    void a_stranger_at_the_monitors_socket_is_refused(@TempDir Path folder) throws IOException {
        // The grandchild is nobody's child any more when it connects: its parent has ended.
        Path program = script(folder, """
                (setsid qemu-system-x86_64 -name %s "$@" & ) &
                exec sleep 600""".formatted(folder));

        assertThatThrownBy(() -> QemuMachine.builder().binary(program).start())
                .isInstanceOf(QemuStartException.class)
                .hasMessageContaining("a stranger connected to its monitor's socket");
        assertThat(startedWith(folder)).isEmpty();
    }

    @Test
    void a_qemu_that_hangs_behind_a_wrapper_is_ended_with_it(@TempDir Path folder) throws Exception {
        QemuMachine vm = QemuMachine.builder()
                .binary(script(folder, "qemu-system-x86_64 -name %s \"$@\"; exit $?".formatted(folder)))
                .stopLimits(new StopLimits(Duration.ofMillis(200), Duration.ofMillis(200), Duration.ofSeconds(10)))
                .start();
        long qemu = vm.qmp().peer().orElseThrow().pid();
        assertThat(new ProcessBuilder("sh", "-c", "kill -STOP " + qemu).start().waitFor())
                .isZero();

        assertThatThrownBy(vm::close).isInstanceOf(QemuExitException.class).hasMessageContaining("QEMU \"vm\" hung");

        assertThat(startedWith(folder)).isEmpty();
    }

    @Test
    void a_qemu_that_would_go_into_the_background_is_not_started(@TempDir Path folder) {
        assertThatThrownBy(() -> QemuMachine.builder()
                        .args("-daemonize", "-name", folder.toString())
                        .start())
                .isInstanceOf(QemuStartException.class)
                .hasMessageContaining("Cannot start QEMU \"vm\" with -daemonize: it would go into the background");

        assertThat(startedWith(folder)).isEmpty();
    }

    /** Return those whose command line has the folder, after a moment for the killed ones to be gone. */
    private static List<ProcessHandle> startedWith(Path folder) {
        Deadline deadline = Deadline.in(Duration.ofSeconds(5));
        List<ProcessHandle> found;
        do {
            found = ProcessHandle.allProcesses()
                    .filter(process -> process.info().commandLine().orElse("").contains("-name " + folder))
                    .toList();
        } while (!found.isEmpty() && !deadline.isOver());
        return found;
    }

    @Test
    void a_wrapper_that_starts_qemu_as_its_child_is_fine(@TempDir Path folder) throws IOException {
        Path program = script(folder, "qemu-system-x86_64 \"$@\"; exit $?");

        try (QemuMachine vm = QemuMachine.builder().binary(program).start()) {
            assertThat(vm.qmp().peer().orElseThrow().pid()).isNotEqualTo(vm.pid());
            assertThat(vm.qmp().execute("query-status").path("status").asString())
                    .isEqualTo("running");
        }
    }

    private static Path script(Path folder, String body) throws IOException {
        Path script = Files.writeString(folder.resolve("qemu.sh"), "#!/bin/sh\n" + body + "\n");
        assertThat(script.toFile().setExecutable(true)).isTrue();
        return script;
    }

    private static long pidIn(Throwable error) {
        return Long.parseLong(String.valueOf(error.getMessage()).replaceAll("(?s).*\\(pid (\\d+)\\).*", "$1"));
    }

    @Test
    void a_qemu_that_is_killed_during_a_wait_ends_the_wait_at_once_with_the_reason() throws InterruptedException {
        QemuMachine vm = QemuMachine.builder().name("victim").start();
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread waiter = new Thread(() -> {
            try {
                vm.qmp().events().next(event(RESUME), Duration.ofDays(1));
            } catch (RuntimeException e) {
                thrown.set(e);
            }
        });
        waiter.start();

        ProcessHandle.of(vm.pid()).orElseThrow().destroyForcibly();
        waiter.join();

        assertThat(thrown.get())
                .isInstanceOf(QmpDisconnectedException.class)
                .hasMessageContaining("QEMU \"victim\" (pid %s) was ended by signal 9 (SIGKILL)", vm.pid());
        assertThatThrownBy(vm::close)
                .isInstanceOf(QemuExitException.class)
                .hasMessageContaining("QEMU \"victim\" did not end as it should: was ended by signal 9 (SIGKILL)");
    }

    @Test
    void what_qemu_still_said_before_it_went_can_be_read() {
        try (QemuMachine vm = QemuMachine.builder().start()) {
            vm.qmp().execute("quit");

            assertThat(vm.awaitExit(SOON)).isEqualTo(new ExitStatus(0, false));
            assertThat(vm.qmp()
                            .events()
                            .next(event("SHUTDOWN"), SOON)
                            .data()
                            .path("reason")
                            .asString())
                    .isEqualTo("host-qmp-quit");
        }
    }

    @Test
    void a_power_cut_by_kill_is_no_error() {
        QemuMachine vm = QemuMachine.builder().start();
        vm.kill();

        assertThat(vm.awaitExit(SOON)).isEqualTo(new ExitStatus(9, true));
        vm.close();
    }

    @Test
    void a_stopped_qemu_is_ended_by_force() throws Exception {
        QemuMachine vm = QemuMachine.builder().start();
        assertThat(new ProcessBuilder("sh", "-c", "kill -STOP " + vm.pid())
                        .start()
                        .waitFor())
                .isZero();

        assertThatThrownBy(vm::close).isInstanceOf(QemuExitException.class).hasMessageContaining("QEMU \"vm\" hung");

        assertThat(vm.isRunning()).isFalse();
    }

    @Test
    void an_interrupted_thread_stops_its_machine_all_the_same() {
        QemuMachine vm = QemuMachine.builder().start();
        Thread.currentThread().interrupt();

        vm.close();

        assertThat(Thread.interrupted()).as("the flag is still set").isTrue();
        assertThat(vm.exitStatus()).hasValue(new ExitStatus(0, false));
    }

    @Test
    void much_standard_error_does_not_block_qemu(@TempDir Path folder) throws IOException {
        Path program = script(folder, """
                head -c 300000 /dev/zero | tr '\\0' 'x' >&2
                echo "the end" >&2
                exec qemu-system-x86_64 "$@\"""");

        try (QemuMachine vm = QemuMachine.builder().binary(program).start()) {
            assertThat(vm.stderr().awaitLine("the end", SOON)).endsWith("xxxthe end");
        }
    }

    @Test
    void machines_of_a_jvm_that_is_killed_are_gone_and_its_directory_is_swept(@TempDir Path temp) throws Exception {
        Process jvm = OtherJvm.start(temp, MachineHolder.class);
        List<String> words = List.of(OtherJvm.firstLine(jvm).split(" ", 2));
        ProcessHandle qemu = ProcessHandle.of(Long.parseLong(words.get(0))).orElseThrow();
        Path left = Path.of(words.get(1));
        assertThat(qemu.isAlive())
                .as("the thread that started it has ended, it lives")
                .isTrue();

        jvm.destroyForcibly().waitFor();

        assertThat(qemu.onExit()).succeedsWithin(Duration.ofSeconds(10));
        assertThat(left).exists();
        assertThat(OtherJvm.firstLine(OtherJvm.start(temp, MachineHolder.class)))
                .isNotEmpty();
        assertThat(left).doesNotExist();
    }

    @Test
    void machines_of_a_jvm_that_exits_are_gone_with_their_directory(@TempDir Path temp) throws Exception {
        Process jvm = OtherJvm.start(temp, MachineHolder.class);
        List<String> words = List.of(OtherJvm.firstLine(jvm).split(" ", 2));
        ProcessHandle qemu = ProcessHandle.of(Long.parseLong(words.get(0))).orElseThrow();

        jvm.getOutputStream().write('x');
        jvm.getOutputStream().flush();

        assertThat(jvm.waitFor()).isEqualTo(3);
        assertThat(qemu.isAlive()).isFalse();
        assertThat(Path.of(words.get(1))).doesNotExist();
    }

    @Test
    void several_machines_do_not_disturb_each_other() {
        try (QemuMachine one = QemuMachine.builder().name("one").start();
                QemuMachine other = QemuMachine.builder().name("other").start()) {
            one.qmp().execute("stop");

            assertThat(one.qmp().events().next(SOON)).hasToString("STOP");
            assertThat(other.qmp().execute("query-status").path("status").asString())
                    .isEqualTo("running");
            assertThat(other.qmp().events().history()).isEqualTo(List.<QmpEvent>of());
        }
    }
}
