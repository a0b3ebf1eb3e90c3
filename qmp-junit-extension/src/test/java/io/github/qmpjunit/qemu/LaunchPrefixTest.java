package io.github.qmpjunit.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.qemu.probe.QemuCapabilities;
import io.github.qmpjunit.qemu.process.CommandLine;
import io.github.qmpjunit.qemu.process.ExitStatus;
import io.github.qmpjunit.qemu.process.LaunchPrefix;
import io.github.qmpjunit.qemu.process.QemuException;
import io.github.qmpjunit.qemu.process.QemuExitException;
import io.github.qmpjunit.qemu.process.QemuStartException;
import io.github.qmpjunit.qemu.process.StopLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Prefixes that need nothing but a shell; others leave the machine for real. */
class LaunchPrefixTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    /** A shell that gets what ssh's far end gets: one string. */
    private static final LaunchPrefix SHELL = LaunchPrefix.remoteShell("sh", "-c");

    /** Hands on its arguments, as srun and podman do. */
    private static final LaunchPrefix HANDS_ON = LaunchPrefix.remote("nice");

    /** Has QEMU run as nobody's child, so that no signal to the prefix or its offspring reaches it. */
    private static final LaunchPrefix FAR =
            LaunchPrefix.remote("sh", "-c", "exec 3<&0; (setsid \"$@\" <&3 3<&- &); exec sleep 600 3<&-", "sh");

    private static void requireAnswer(QemuMachine vm) {
        assertThat(vm.qmp().execute("query-status").path("status").asString()).isEqualTo("running");
    }

    @Test
    void a_local_prefix_may_become_qemu() {
        try (QemuMachine vm = QemuMachine.builder().prefix("nice", "-n", "1").start()) {
            requireAnswer(vm);
            assertThat(vm.qmp().peer().orElseThrow().pid()).isEqualTo(vm.pid());
            assertThat(vm.commandLine().get(0)).contains("qemu-system");
            assertThat(vm.shellCommand()).startsWith("nice -n 1 /");
        }
    }

    @Test
    void a_local_prefix_may_start_qemu_as_its_child_and_both_go(@TempDir Path folder) throws Exception {
        QemuMachine vm = QemuMachine.builder()
                .prefix("sh", "-c", "\"$@\"; exit $?", "sh")
                .args("-name", folder.toString())
                .stopLimits(new StopLimits(Duration.ofMillis(200), Duration.ofMillis(200), SOON))
                .start();
        long qemu = vm.qmp().peer().orElseThrow().pid();
        assertThat(qemu).isNotEqualTo(vm.pid());
        FarProcesses.signal("STOP", qemu);

        assertThatThrownBy(vm::close).isInstanceOf(QemuExitException.class).hasMessageContaining(" hung, and");

        FarProcesses.awaitNone(folder.toString());
    }

    @Test
    void a_local_prefix_has_consoles_and_capabilities_as_ever() {
        try (QemuMachine vm = QemuMachine.builder()
                .prefix("env", "A=b")
                .machine("q35")
                .console("serial")
                .paused()
                .start()) {
            assertThat(vm.console().output().text()).isEmpty();
            assertThat(QemuCapabilities.of(vm).machines()).contains("q35");
        }
    }

    @Test
    void a_prefix_that_is_not_there_fails_the_start() {
        assertThatThrownBy(() ->
                        QemuMachine.builder().prefix("no-such-program", "-x").start())
                .isInstanceOf(QemuStartException.class)
                .hasMessageContaining("no-such-program");
    }

    @Test
    void a_remote_prefix_brings_qmp_through_standard_input_and_output(@TempDir Path temp) {
        QemuMachine vm = QemuMachine.builder()
                .prefix(LaunchPrefix.remote("env", "TMPDIR=" + temp))
                .start();
        requireAnswer(vm);
        assertThat(vm.qmp().execute("query-qmp-schema").size()).isGreaterThan(900);
        assertThat(vm.qmp().peer()).isEmpty();
        assertThat(vm.commandLine()).contains("stdio,id=qmp,signal=off").noneMatch(word -> word.contains("socket"));

        vm.close();

        assertThat(vm.exitStatus()).hasValue(new ExitStatus(0, false));
        assertThat(temp).as("the script's named pipe").isEmptyDirectory();
    }

    @Test
    void arguments_arrive_as_they_are_through_a_shell_too(@TempDir Path folder) throws IOException {
        String odd = "it's \"odd\" $HOME `id` \\ * ; & | > #, ~ {a,b} !x\ttab\nline ü";
        Path image = Files.createFile(folder.resolve(odd));
        for (LaunchPrefix prefix : new LaunchPrefix[] {HANDS_ON, SHELL}) {
            try (QemuMachine vm = QemuMachine.builder()
                    .prefix(prefix)
                    .args("-name", CommandLine.optionValue(odd))
                    .blockNode(Map.of("driver", "file", "filename", image, "node-name", "odd"))
                    .start()) {
                assertThat(vm.qmp().execute("query-name").path("name").asString())
                        .isEqualTo(odd);
                assertThat(vm.qmp()
                                .execute("query-named-block-nodes")
                                .path(0)
                                .path("file")
                                .asString())
                        .isEqualTo(image.toString());
            }
        }
    }

    @Test
    void environment_and_working_directory_are_those_over_there(@TempDir Path folder) throws IOException {
        Path program = Scripts.write(folder, "echo \"$PWD: $ODD\" >&2; exec \"$QEMU\" \"$@\"");
        Path directory = Files.createDirectory(folder.resolve("-it's here"));

        try (QemuMachine vm = QemuMachine.builder()
                .prefix(SHELL)
                .binary(program)
                .workingDirectory(directory)
                .environment("ODD", "it's $HOME")
                .start()) {
            assertThat(vm.stderr().awaitLine("$HOME", SOON)).isEqualTo(directory + ": it's $HOME");
        }
    }

    @Test
    void what_a_person_would_type_is_shown_without_our_script() {
        String shown = QemuMachine.builder().binary("/opt/qemu").prefix(SHELL).shellCommand();

        assertThat(shown).startsWith("sh -c '/opt/qemu -no-user-config ").endsWith("'");
    }

    @Test
    void a_refusal_over_there_fails_the_start_with_its_reason() {
        assertThatThrownBy(() ->
                        QemuMachine.builder().prefix(SHELL).machine("nope").start())
                .isInstanceOf(QemuStartException.class)
                .hasMessageContaining("exited with status 1")
                .hasMessageContaining("unsupported machine type")
                .hasMessageContaining("sh -c '");
    }

    @Test
    void a_binary_that_is_not_over_there_does_so_too() {
        assertThatThrownBy(() -> QemuMachine.builder()
                        .prefix(HANDS_ON)
                        .binary("no-such-qemu")
                        .start())
                .isInstanceOf(QemuStartException.class)
                .hasMessageContaining("exited with status 127")
                .hasMessageContaining("no-such-qemu");
    }

    @Test
    void words_before_the_greeting_fail_the_start_and_are_told(@TempDir Path folder) {
        assertThatThrownBy(() -> QemuMachine.builder()
                        .prefix(LaunchPrefix.remote("sh", "-c", "echo Welcome, stranger; exec \"$@\"", "sh"))
                        .args("-name", folder.toString())
                        .start())
                .isInstanceOf(QemuStartException.class)
                .hasMessageContaining("Welcome, stranger");
        FarProcesses.awaitNone(folder.toString());
    }

    @Test
    void a_qemu_elsewhere_dies_with_its_prefix(@TempDir Path folder) throws Exception {
        QemuMachine vm = QemuMachine.builder()
                .prefix(FAR)
                .args("-name", folder.toString())
                .start();
        assertThat(FarProcesses.ofQemu(folder.toString())).hasSize(1);
        vm.kill();

        FarProcesses.awaitNone(folder.toString());
        vm.close();
    }

    @Test
    void a_qemu_elsewhere_that_hangs_dies_when_its_machine_is_closed(@TempDir Path folder) throws Exception {
        QemuMachine vm = QemuMachine.builder()
                .prefix(FAR)
                .args("-name", folder.toString())
                .stopLimits(new StopLimits(Duration.ofMillis(200), Duration.ofMillis(200), SOON))
                .start();
        FarProcesses.signal(
                "STOP", FarProcesses.ofQemu(folder.toString()).get(0).pid());

        assertThatThrownBy(vm::close).isInstanceOf(QemuExitException.class).hasMessageContaining(" hung, and");

        FarProcesses.awaitNone(folder.toString());
    }

    @Test
    void how_a_qemu_elsewhere_ended_is_told(@TempDir Path folder) throws Exception {
        QemuMachine vm = QemuMachine.builder()
                .prefix(SHELL)
                .args("-name", folder.toString())
                .start();
        FarProcesses.signal(
                "ABRT", FarProcesses.ofQemu(folder.toString()).get(0).pid());

        assertThat(vm.awaitExit(SOON)).isEqualTo(new ExitStatus(6, true));
        assertThatThrownBy(vm::close)
                .isInstanceOf(QemuExitException.class)
                .hasMessageContaining("was ended by signal 6 (SIGABRT)");
    }

    @Test
    void a_signal_to_the_script_over_there_ends_qemu(@TempDir Path folder) throws Exception {
        QemuMachine vm = QemuMachine.builder()
                .prefix(HANDS_ON) // becomes the script
                .args("-name", folder.toString())
                .start();
        FarProcesses.signal("TERM", vm.pid());

        assertThat(vm.awaitExit(SOON)).isEqualTo(new ExitStatus(9, true));
        FarProcesses.awaitNone(folder.toString());
        assertThatThrownBy(vm::close).isInstanceOf(QemuExitException.class);
    }

    @Test
    void what_needs_a_socket_of_this_machine_is_refused() {
        assertThatThrownBy(() ->
                        QemuMachine.builder().prefix(SHELL).console("serial").start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cannot have the consoles [serial]")
                .hasMessageContaining("behind \"sh -c\"");
        assertThatThrownBy(() -> QemuMachine.builder().prefix(SHELL).qtest().start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cannot have qtest");
    }

    @Test
    void what_takes_a_file_in_common_is_refused_too() {
        try (QemuMachine vm = QemuMachine.builder().prefix(HANDS_ON).start()) {
            assertThatThrownBy(() -> QemuCapabilities.of(vm))
                    .isInstanceOf(QemuException.class)
                    .hasMessageContaining("runs behind \"nice\"");
            assertThatThrownBy(vm::screen)
                    .isInstanceOf(QemuException.class)
                    .hasMessageContaining("runs behind \"nice\"");
        }
    }

    @Test
    void prefixes_that_cannot_be_meant_are_refused() {
        assertThatThrownBy(LaunchPrefix::local)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("needs a program");
        assertThatThrownBy(() -> LaunchPrefix.remote("/usr/bin/ssh", "host"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("use LaunchPrefix.remoteShell(...)");
    }
}
