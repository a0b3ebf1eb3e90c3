package io.github.qmpjunit.junit.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpCommand;
import io.github.qmpjunit.qmp.transport.QmpAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.newsclub.net.unix.AFUNIXServerSocket;
import org.newsclub.net.unix.AFUNIXSocketAddress;

class CommandScriptTest {

    @Test
    void writes_an_option_on_each_line_and_makes_the_harness_sockets_listen() {
        MachineRecord machine = new MachineRecord(
                new StartedAs(
                        "vm",
                        List.of(
                                "/opt/qemu",
                                "-name",
                                "it's",
                                "-S",
                                "-chardev",
                                "socket,id=qmp,server=off,path=/tmp/gone/1/qmp",
                                "-mon",
                                "chardev=qmp,mode=control"),
                        Optional.of("A=b /opt/qemu -name ..."),
                        Surroundings.NONE),
                "vm",
                "",
                Optional.empty(),
                new Said(Optional.empty(), 0, Said.Output.NONE, Said.Output.NONE, Map.of()));

        assertThat(CommandScript.of(machine, true)).isEqualTo("""
                        #!/bin/sh
                        # Starts QEMU as the test did.
                        # Where the test was connected, it listens: ./qmp.sock.
                        # To its monitor speaks scripts/qmp-shell ./qmp.sock
                        # Secrets are masked with ***: put them back.
                        # The test's own command was: A=b /opt/qemu -name ...
                        exec /opt/qemu \\
                          -name 'it'\\''s' \\
                          -S \\
                          -chardev socket,id=qmp,server=on,wait=off,path=qmp.sock \\
                          -mon chardev=qmp,mode=control \\
                          "$@"
                        """);
    }

    private static void report(Path dir, QemuMachine vm) throws Exception {
        FailureReport.write(
                dir,
                new ReportedTest(
                        new ReportedTest.Names("x", "X", "x"),
                        "test",
                        new AssertionError(),
                        Instant.now(),
                        List.of(),
                        List.of()),
                List.of(ReportedMachine.of(vm)));
    }

    @Test
    void the_script_of_a_report_starts_the_machine_again(@TempDir Path dir) throws Exception {
        try (QemuMachine vm = QemuMachine.builder()
                .machine("pc")
                .args("-name", "it's \"the\" $same")
                .console("com1")
                .console("com2")
                .paused()
                .qtest()
                .start()) {
            report(dir, vm);
        }

        Process process = new ProcessBuilder(dir.resolve("vm/command.sh").toString(), "-qmp", "stdio")
                .directory(dir.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (QmpClient qmp =
                QmpClient.connect(QmpAddress.streams(process.getInputStream(), process.getOutputStream()))) {
            assertThat(qmp.execute("query-name").path("name").asString()).isEqualTo("it's \"the\" $same");
            assertThat(qmp.execute("query-status").path("status").asString()).isEqualTo("prelaunch");
            assertThat(dir.resolve("qmp.sock")).exists();
            assertThat(dir.resolve("serial1.sock")).exists();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void sockets_of_ones_own_stay_and_what_others_attach_to_environment_and_place_are_as_they_were(
            @TempDir Path dir, @TempDir Path work) throws Exception {
        Path own = dir.resolve("own");
        try (AFUNIXServerSocket server = AFUNIXServerSocket.bindOn(AFUNIXSocketAddress.of(own))) {
            try (QemuMachine vm = QemuMachine.builder()
                    .machine("pc")
                    .paused()
                    .attachable()
                    .environment("OF_THE_TEST", "it's $this")
                    .workingDirectory(work)
                    .args("-chardev", "socket,id=own,server=off,path=" + own)
                    .start()) {
                report(dir, vm);
            }

            Process process = new ProcessBuilder(dir.resolve("vm/command.sh").toString(), "-qmp", "stdio")
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try (QmpClient qmp =
                    QmpClient.connect(QmpAddress.streams(process.getInputStream(), process.getOutputStream()))) {
                assertThat(qmp.execute("query-status").path("status").asString())
                        .isEqualTo("prelaunch");
                assertThat(work).isDirectoryContaining("glob:**/qmp.sock");
                assertThat(work).isDirectoryContaining("glob:**/attach.sock");
                assertThat(work).isDirectoryContaining("glob:**/vnc.sock");
                assertThat(Files.readString(Path.of("/proc/%s/environ".formatted(process.pid()))))
                        .contains("OF_THE_TEST=it's $this");
                assertThat(Path.of("/proc/%s/cwd".formatted(process.pid())).toRealPath())
                        .isEqualTo(work.toRealPath());
                qmp.executeAsync(QmpCommand.of("quit")); // its exit may be faster than its reply
                assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
            } finally {
                process.destroyForcibly();
            }
            assertThat(server.isClosed()).isFalse();
        }
    }
}
