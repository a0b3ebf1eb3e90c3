package io.github.qmpjunit.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.qmpjunit.qemu.guest.GuestProgram;
import io.github.qmpjunit.qemu.guest.GuestProgramResult;
import io.github.qmpjunit.qemu.process.ExitStatus;
import io.github.qmpjunit.qemu.process.LaunchPrefix;
import io.github.qmpjunit.qemu.process.QemuStartException;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpCommand;
import io.github.qmpjunit.qmp.QmpErrorException;
import io.github.qmpjunit.qmp.QmpTranscript;
import io.github.qmpjunit.qmp.scripted.ScriptedQmpServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** QEMU gets the secrets, and hands them out again; nobody reads them in what is written about it. */
class MaskingTest {

    private static final String SECRET = "hunter-22, it's";

    private static final Map<String, Object> ADD =
            Map.of("qom-type", "secret", "id", "s0", "data", SECRET, "format", "raw");

    private static String dataOf(QemuMachine vm, String id) {
        return vm.qmp()
                .execute("qom-get", Map.of("path", "/objects/" + id, "property", "data"))
                .asString();
    }

    @Test
    void qemu_gets_what_messages_do_not_show() {
        try (QemuMachine vm = QemuMachine.builder()
                .args("-object", "secret,id=s1,data=correct horse")
                .recording()
                .start()) {
            vm.qmp().execute("object-add", ADD);

            assertThat(dataOf(vm, "s0")).isEqualTo(SECRET);
            assertThat(dataOf(vm, "s1")).isEqualTo("correct horse");
            assertThat(vm.describe()).doesNotContain("correct").contains("secret,id=s1,data=***");
            assertThat(vm.commandLine()).contains("secret,id=s1,data=correct horse");
            assertThat(vm.transcript().orElseThrow().lines().toString())
                    .doesNotContain("hunter", "correct")
                    .contains("\"data\":\"***\"", "{\"return\":\"***\"");
        }
    }

    @Test
    void a_launch_prefix_tells_no_secret_either() {
        LaunchPrefix prefix = LaunchPrefix.local("env", "API_TOKEN=hunter 22");
        try (QemuMachine vm = QemuMachine.builder().prefix(prefix).start()) {
            assertThat(vm.describe()).doesNotContain("hunter").contains("API_TOKEN=***");
            assertThat(vm.qmp().secrets().mask("hunter 22?")).isEqualTo("***?");
            assertThat(prefix.toString()).isEqualTo("env 'API_TOKEN=***'");
        }
    }

    @Test
    void a_program_in_the_guest_tells_no_secret_either() {
        GuestProgram program =
                GuestProgram.of("mysql", "--password=hunter22").withEnvironment("API_TOKEN", "letmein, please");
        GuestProgramResult result = new GuestProgramResult(
                program, new ExitStatus(1, false), "wrong: letmein, please", "hunter22?", false, false);

        assertThat(program.toString()).isEqualTo("mysql '--password=***'");
        assertThat(result.toString()).doesNotContain("hunter", "letmein").contains("wrong: ***", "***?");
        assertThat(result.stderr()).isEqualTo("hunter22?");
    }

    /** QEMU repeats the option at which it takes offence. */
    @Test
    void a_start_that_fails_does_not_tell_what_qemu_repeats() {
        QemuStartException failure = catchThrowableOfType(
                QemuStartException.class,
                () -> QemuMachine.builder()
                        .args("-object", "secret,id=s0,data=hunter-22,colour=red")
                        .start());

        String written = failure.attempt().orElseThrow().stderr().orElseThrow().text();
        assertThat(written).as("what QEMU wrote").contains("hunter-22");
        assertThat(failure)
                .hasMessageContaining("colour")
                .hasMessageContaining("data=***")
                .message()
                .doesNotContain("hunter");
        assertThat(failure.attempt().orElseThrow().commandLine()).contains("secret,id=s0,data=hunter-22,colour=red");
        assertThat(failure.attempt().orElseThrow().toString()).doesNotContain("hunter");
    }

    @Test
    void an_error_shows_the_command_without_its_secret() {
        try (QemuMachine vm = QemuMachine.builder().start()) {
            QmpCommand wrong = QmpCommand.of(
                    "object-add", Map.of("qom-type", "secret", "id", "s0", "data", "hunter-22", "format", "base64"));

            QmpErrorException failure =
                    catchThrowableOfType(QmpErrorException.class, () -> vm.qmp().execute(wrong));

            assertThat(failure).hasMessageContaining("object-add").message().doesNotContain("hunter");
            assertThat(failure.command().arguments().orElseThrow().path("data").asString())
                    .isEqualTo("hunter-22");
            assertThat(wrong.toString()).doesNotContain("hunter").contains("***");
        }
    }

    @Test
    void the_human_monitors_commands_are_masked_too() {
        try (QemuMachine vm = QemuMachine.builder().recording().start()) {
            vm.qmp().hmp("object_add secret,id=s0,data=hunter-22");

            assertThat(dataOf(vm, "s0")).isEqualTo("hunter-22");
            assertThat(vm.transcript().orElseThrow().lines().toString()).doesNotContain("hunter");
        }
    }

    @Test
    void what_was_sent_as_text_is_masked() {
        try (QemuMachine vm = QemuMachine.builder().recording().start()) {
            JsonNode reply = vm.qmp()
                    .executeRaw("{\"execute\":\"object-add\",\"arguments\":"
                            + "{\"qom-type\":\"secret\",\"id\":\"s0\",\"data\":\"hunter-22\"},\"id\":\"raw\"}");

            assertThat(reply.has("return")).isTrue();
            assertThat(dataOf(vm, "s0")).isEqualTo("hunter-22");
            assertThat(vm.transcript().orElseThrow().lines().toString()).doesNotContain("hunter");
        }
    }

    @Test
    void a_transcripts_file_is_masked_and_can_be_replayed(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("transcript.jsonl");
        try (QemuMachine vm =
                QemuMachine.builder().transcript(() -> QmpTranscript.to(file)).start()) {
            vm.qmp().execute("object-add", ADD);
            assertThat(dataOf(vm, "s0")).isEqualTo(SECRET);
        }

        String written = Files.readString(file);
        assertThat(written).doesNotContain("hunter").contains("***");
        written.lines()
                .forEach(line -> assertThat(JsonMapper.shared().readTree(line).isObject())
                        .isTrue());
        try (ScriptedQmpServer server = ScriptedQmpServer.replay(file);
                QmpClient client = QmpClient.connect(server.address())) {
            assertThat(client.execute("object-add", ADD)).isEmpty();
            assertThat(client.execute("qom-get", Map.of("path", "/objects/s0", "property", "data"))
                            .asString())
                    .isEqualTo("***");
            client.execute("quit");
        }
    }
}
