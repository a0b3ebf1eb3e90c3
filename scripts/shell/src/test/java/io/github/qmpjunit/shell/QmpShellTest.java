package io.github.qmpjunit.shell;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.process.QemuBinary;
import io.github.qmpjunit.qmp.QmpAcceptor;
import io.github.qmpjunit.qmp.scripted.ScriptedQmpServer;
import io.github.qmpjunit.qmp.transport.QmpAddress;
import io.github.qmpjunit.secrets.Secrets;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jline.reader.History;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sessions from a pipe, with a real QEMU. */
class QmpShellTest {

    private record Result(int status, String out, String err) {}

    private static Result run(String input, String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = QmpShell.run(
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                new PrintWriter(out, true),
                new PrintWriter(err, true),
                args);
        return new Result(status, out.toString(), err.toString());
    }

    private static Result runWithMachine(Path dir, String input, String... args) {
        String socket = dir.resolve("qmp").toString();
        try (QemuMachine vm = QemuMachine.builder()
                .args("-qmp", "unix:" + socket + ",server=on,wait=off")
                .start()) {
            List<String> all = new ArrayList<>(Arrays.asList(args));
            all.add(socket);
            Result result = run(input, all.toArray(String[]::new));
            assertThat(vm.isRunning()).as("the machine is not the shell's").isTrue();
            return result;
        }
    }

    private static Result launch(String input, String... args) {
        List<String> all = new ArrayList<>(List.of("--", QemuBinary.find(null).toString(), "-machine", "none"));
        all.addAll(Arrays.asList(args));
        return run(input, all.toArray(String[]::new));
    }

    @Test
    void replies_go_to_the_standard_output(@TempDir Path dir) {
        Result result = runWithMachine(
                dir, "# a comment\n\nblockdev-add driver=null-co node-name=true size=512\nquery-named-block-nodes\n");

        assertThat(result.err()).isEmpty();
        assertThat(result.status()).isZero();
        assertThat(result.out()).contains("\"node-name\" : \"true\"", "\"virtual-size\" : 512");
    }

    @Test
    void a_transaction_is_typed_action_by_action(@TempDir Path dir) {
        Result result = runWithMachine(dir, """
                blockdev-add driver=null-co node-name=disk size=1048576
                transaction(
                block-dirty-bitmap-add node=disk name=one granularity=65536
                block-dirty-bitmap-add node=disk name=two )
                transaction( block-dirty-bitmap-disable node=disk name=two
                )
                query-named-block-nodes
                """);

        assertThat(result.err()).isEmpty();
        assertThat(result.status()).isZero();
        assertThat(result.out()).contains("\"name\" : \"one\"", "\"name\" : \"two\"", "\"granularity\" : 65536");
    }

    @Test
    void a_transaction_fails_as_a_whole_and_one_that_is_not_ended_is_told(@TempDir Path dir) {
        Result result = runWithMachine(dir, """
                blockdev-add driver=null-co node-name=disk size=1048576
                transaction(
                block-dirty-bitmap-add node=disk name=one
                abort
                )
                transaction(
                nonsense here
                """);

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err())
                .contains(
                        "GenericError",
                        "Expected key=value, but found \"here\"",
                        "The transaction was not executed: a line with \")\" is missing.");
    }

    @Test
    void a_port_is_an_address_as_well() {
        try (ScriptedQmpServer server = ScriptedQmpServer.start();
                QmpAcceptor port = QmpAcceptor.bind(QmpAddress.tcp("127.0.0.1", 0))) {
            assertThat(server.address())
                    .hasToString(
                            new Addresses().convert(server.socket().toString()).toString());
            assertThat(new Addresses().convert(port.address().toString().replace("tcp:", "")))
                    .isEqualTo(port.address());
        }
        assertThat(new Addresses().convert("[::1]:4444")).isEqualTo(QmpAddress.tcp("::1", 4444));
        assertThat(new Addresses().convert("./a:1")).isEqualTo(QmpAddress.unix(Path.of("./a:1")));
        assertThat(new Addresses().convert("unix:a:1")).isEqualTo(QmpAddress.unix(Path.of("a:1")));
    }

    @Test
    void a_failed_command_is_told_and_makes_the_session_fail(@TempDir Path dir) {
        Result result = runWithMachine(dir, "query-statuss\nnonsense here\nquery-status");

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err())
                .contains(
                        "CommandNotFound", "did you mean \"query-status\"?", "Expected key=value, but found \"here\"");
        assertThat(result.out()).contains("\"status\"");
    }

    @Test
    void a_command_in_json_may_have_several_lines(@TempDir Path dir) {
        Result result = runWithMachine(dir, "{\n  \"execute\":\n    \"query-name\"\n}\nquery-kvm\n");

        assertThat(result.status()).isZero();
        assertThat(result.out()).startsWith("{ }").contains("\"enabled\"");
    }

    @Test
    void lines_of_the_human_monitor(@TempDir Path dir) {
        Result result = runWithMachine(dir, "info status\n", "--hmp");

        assertThat(result.status()).isZero();
        assertThat(result.out()).startsWith("VM status: ");
    }

    @Test
    void the_log_has_it_all(@TempDir Path dir) throws IOException {
        Path log = dir.resolve("log");
        runWithMachine(dir, "query-status\n", "--log", log.toString());

        assertThat(Files.readAllLines(log))
                .anyMatch(line -> line.contains("\"QMP\""))
                .anyMatch(line -> line.contains("\"sent\"") && line.contains("query-status"));
    }

    @Test
    void secrets_are_masked_on_the_screen_and_in_the_log(@TempDir Path dir) throws IOException {
        Path log = dir.resolve("log");
        Result result = runWithMachine(dir, """
                object-add qom-type=secret id=s0 data=hunter-22
                object-add qom-type=secret id=s0 data=hunter-23
                qom-get path=/objects/s0 property=data
                object-add qom-type=secret id=s1 data=hunter-24 nonsense
                """, "--log", log.toString());

        assertThat(result.err()).contains("duplicate", "nonsense").doesNotContain("hunter");
        assertThat(result.out()).contains("\"***\"").doesNotContain("hunter");
        assertThat(log).content().contains("\"data\":\"***\"").doesNotContain("hunter");
    }

    @Test
    void the_history_keeps_lines_without_their_secrets() {
        Prompt.DiscreetHistory history = new Prompt.DiscreetHistory(new Secrets());

        history.add(Instant.EPOCH, "object-add qom-type=secret id=s0 data=hunter-22");
        history.add(Instant.EPOCH, "query-status");

        assertThat(history)
                .extracting(History.Entry::line)
                .containsExactly("object-add qom-type=secret id=s0 data=***", "query-status");
    }

    @Test
    void a_launched_qemu_ends_with_the_session() {
        Result result = launch("stop\n");

        assertThat(result.status()).isZero();
        assertThat(result.err()).contains("STOP", "QEMU exited with status 0.");
    }

    @Test
    void a_launched_qemu_may_quit_itself() {
        Result result = launch("quit\n");

        assertThat(result.err())
                .contains("SHUTDOWN {guest: false, reason: \"host-qmp-quit\"}", "QEMU exited with status 0.");
        assertThat(result.status()).isZero();
    }

    @Test
    void a_qemu_that_does_not_start_says_why() {
        Result result = launch("", "-no-such-option");

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err()).contains("-no-such-option: invalid option", "exited with status 1");
    }

    @Test
    void nobody_at_the_socket(@TempDir Path dir) {
        Result result = run("", dir.resolve("nothing").toString());

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err()).startsWith("qmp-shell: ").contains("nothing").doesNotContain("\tat ");
    }

    @Test
    void wrong_arguments() {
        assertThat(run("").err()).contains("Expected either a SOCKET");
        assertThat(run("").status()).isEqualTo(2);
        assertThat(run("", "--no-such-option").status()).isEqualTo(2);
    }

    @Test
    void help() {
        Result result = run("", "--help");

        assertThat(result.status()).isZero();
        assertThat(result.out())
                .contains("SOCKET", "--hmp", "--log", "-- qemu-system")
                .doesNotContain("--interactive");
    }
}
