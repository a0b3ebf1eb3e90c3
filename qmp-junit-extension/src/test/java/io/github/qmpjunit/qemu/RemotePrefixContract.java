package io.github.qmpjunit.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.qemu.process.ExitStatus;
import io.github.qmpjunit.qemu.process.LaunchPrefix;
import io.github.qmpjunit.qemu.process.QemuExitException;
import io.github.qmpjunit.qemu.process.QemuStartException;
import io.github.qmpjunit.qemu.process.StopLimits;
import io.github.qmpjunit.qmp.EventMatcher;
import io.github.qmpjunit.qmp.QmpDisconnectedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What holds for every prefix that leaves the machine. Run by {@code scripts/check/prefixes}, which starts the servers for it. */
@Tag("prefix")
abstract class RemotePrefixContract {

    static final Duration SOON = Duration.ofSeconds(30);

    /** Return the words of a prefix that works; the first tells whether there is a shell behind it. */
    abstract List<String> words();

    private LaunchPrefix prefix() {
        return prefix(words());
    }

    static LaunchPrefix prefix(List<String> words) {
        String[] command = words.toArray(new String[0]);
        return command[0].equals("ssh") ? LaunchPrefix.remoteShell(command) : LaunchPrefix.remote(command);
    }

    private QemuMachineBuilder machine(Path marker) {
        return QemuMachine.builder().prefix(prefix()).args("-name", marker.toString());
    }

    @Test
    void a_machine_over_there_speaks_sends_events_and_ends_as_it_should(@TempDir Path marker) {
        QemuMachine vm = machine(marker).start();
        assertThat(FarProcesses.ofQemu(marker.toString()))
                .as("not a child of ours")
                .hasSize(1)
                .noneMatch(qemu -> isOurs(qemu));
        assertThat(vm.qmp().execute("query-qmp-schema").size()).isGreaterThan(900);
        vm.qmp().execute("stop");
        assertThat(vm.qmp().events().next(SOON)).hasToString("STOP");

        vm.close();

        assertThat(vm.exitStatus()).hasValue(new ExitStatus(0, false));
        FarProcesses.awaitNone(marker.toString());
    }

    private static boolean isOurs(ProcessHandle process) {
        return Stream.iterate(process.parent(), p -> p.isPresent(), p -> p.get().parent())
                .anyMatch(ancestor -> ancestor.get().equals(ProcessHandle.current()));
    }

    @Test
    void odd_arguments_environment_and_directory_arrive(@TempDir Path folder) throws IOException {
        String odd = "it's \"odd\" $HOME `id` \\ * ; & | > # ~ {a,b} !x\ttab\nline ü";
        Path directory = Files.createDirectory(folder.resolve(odd));
        Path image = Files.createFile(directory.resolve(odd));
        Path program = Scripts.write(folder, "echo \"$PWD: $ODD.\" >&2; exec \"$QEMU\" \"$@\"");

        try (QemuMachine vm = QemuMachine.builder()
                .prefix(prefix())
                .binary(program)
                .workingDirectory(directory)
                .environment("ODD", odd)
                .blockNode(Map.of("driver", "file", "filename", image, "node-name", "odd"))
                .start()) {
            assertThat(vm.qmp()
                            .execute("query-named-block-nodes")
                            .path(0)
                            .path("file")
                            .asString())
                    .isEqualTo(image.toString());
            vm.stderr().awaitText("line ü: it's", SOON);
            vm.stderr().awaitText("line ü.", SOON);
        }
    }

    @Test
    void a_refusal_over_there_fails_the_start_with_its_reason() {
        assertThatThrownBy(() ->
                        QemuMachine.builder().prefix(prefix()).machine("nope").start())
                .isInstanceOf(QemuStartException.class)
                .hasMessageContaining("exited with status 1 ")
                .hasMessageContaining("unsupported machine type");
    }

    @Test
    void several_machines_over_there_do_not_disturb_each_other(@TempDir Path one, @TempDir Path other) {
        try (QemuMachine first = machine(one).start();
                QemuMachine second = machine(other).start()) {
            first.qmp().execute("stop");
            assertThat(first.qmp().execute("query-status").path("running").asBoolean())
                    .isFalse();
            assertThat(second.qmp().execute("query-status").path("running").asBoolean())
                    .isTrue();
        }
    }

    @Test
    void a_killed_prefix_leaves_nothing_over_there(@TempDir Path marker) {
        QemuMachine vm = machine(marker).start();
        vm.kill();

        FarProcesses.awaitNone(marker.toString());
        vm.close();
    }

    @Test
    void a_qemu_that_hangs_over_there_is_gone_when_its_machine_is_closed(@TempDir Path marker) throws Exception {
        QemuMachine vm = machine(marker)
                .stopLimits(new StopLimits(Duration.ofMillis(200), Duration.ofSeconds(2), SOON))
                .start();
        FarProcesses.signal(
                "STOP", FarProcesses.ofQemu(marker.toString()).get(0).pid());

        assertThatThrownBy(vm::close).isInstanceOf(QemuExitException.class).hasMessageContaining(" hung, and");

        FarProcesses.awaitNone(marker.toString());
    }

    @Test
    void a_killed_jvm_leaves_nothing_over_there(@TempDir Path temp, @TempDir Path marker) throws Exception {
        Process jvm = jvmWithMachine(temp, marker);

        jvm.destroyForcibly().waitFor();

        FarProcesses.awaitNone(marker.toString());
    }

    @Test
    void nor_does_one_that_exits(@TempDir Path temp, @TempDir Path marker) throws Exception {
        Process jvm = jvmWithMachine(temp, marker);

        jvm.getOutputStream().write('x');
        jvm.getOutputStream().flush();

        assertThat(jvm.waitFor()).isEqualTo(3);
        FarProcesses.awaitNone(marker.toString());
    }

    private Process jvmWithMachine(Path temp, Path marker) throws IOException {
        Process jvm = OtherJvm.start(
                temp,
                FarMachineHolder.class,
                Stream.concat(Stream.of(marker.toString()), words().stream()).toArray(String[]::new));
        assertThat(OtherJvm.firstLine(jvm)).isEqualTo("started");
        assertThat(FarProcesses.ofQemu(marker.toString())).hasSize(1);
        return jvm;
    }

    @Test
    void a_qemu_that_dies_over_there_ends_waits_with_the_reason(@TempDir Path marker) throws Exception {
        QemuMachine vm = machine(marker).start();
        FarProcesses.signal(
                "SEGV", FarProcesses.ofQemu(marker.toString()).get(0).pid());

        assertThatThrownBy(() -> vm.qmp().events().next(EventMatcher.event("RESUME"), Duration.ofMinutes(1)))
                .isInstanceOf(QmpDisconnectedException.class)
                .hasMessageContaining("was ended by signal 11 (SIGSEGV)");
        assertThatThrownBy(vm::close).isInstanceOf(QemuExitException.class);
    }

    static List<String> words(String... words) {
        return Arrays.asList(words);
    }
}
