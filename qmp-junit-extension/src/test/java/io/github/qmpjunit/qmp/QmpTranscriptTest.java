package io.github.qmpjunit.qmp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.json.Json;
import io.github.qmpjunit.qmp.scripted.ReceivedCommand;
import io.github.qmpjunit.qmp.scripted.ScriptedQmpServer;
import io.github.qmpjunit.qmp.transport.QmpAddress;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class QmpTranscriptTest {

    private static final Duration SOON = Duration.ofSeconds(10);

    @Test
    void holds_every_message_of_both_directions(@TempDir Path dir) throws Exception {
        Path file = dir.resolve("transcript.jsonl");
        try (ScriptedQmpServer server = ScriptedQmpServer.start();
                QmpClient qmp = QmpClient.builder()
                        .name("taken down")
                        .transcript(QmpTranscript.to(file))
                        .connect(server.address())) {
            server.whenExecuted("stop")
                    .does(command -> command.sendEvent("STOP").reply());
            qmp.execute("stop");

            List<JsonNode> lines = lines(file);
            assertThat(lines)
                    .as("written while the connection lives")
                    .extracting(QmpTranscriptTest::summary)
                    .containsExactly(
                            "note opened",
                            "received QMP",
                            "sent qmp_capabilities",
                            "received reply",
                            "sent stop",
                            "received STOP",
                            "received reply");
            assertThat(lines.get(0).path("client").asString()).isEqualTo("taken down");
            assertThat(lines.get(0).path("pid").asLong())
                    .isEqualTo(ProcessHandle.current().pid());
            assertThat(lines.get(4).path("message").has("id")).isTrue();
            assertThat(lines.get(4).has("fds")).isFalse();
            assertThat(lines).extracting(line -> line.path("t").asLong()).isSorted();
        }
        assertThat(lines(file)).last().satisfies(line -> {
            assertThat(summary(line)).isEqualTo("note ended");
            assertThat(line.path("by").asString()).isEqualTo("client");
            assertThat(line.path("reason").asString()).isEqualTo("QMP client \"taken down\" was closed");
        });
    }

    @Test
    void tells_the_number_of_descriptors_and_marks_late_and_unknown_replies(@TempDir Path dir) throws Exception {
        List<String> lines = new CopyOnWriteArrayList<>();
        try (ScriptedQmpServer server = ScriptedQmpServer.start();
                QmpClient qmp = QmpClient.builder()
                        .transcript(QmpTranscript.to(lines::add))
                        .connect(server.address());
                RandomAccessFile file = new RandomAccessFile(dir.resolve("f").toFile(), "rw")) {
            server.whenExecuted("add-fd").staysSilent();
            assertThatThrownBy(() -> qmp.execute(QmpCommand.of("add-fd")
                            .withFds(file.getFD(), file.getFD())
                            .withId("mine")
                            .withTimeout(Duration.ofMillis(1))))
                    .isInstanceOf(QmpTimeoutException.class);
            server.awaitCommand("add-fd", SOON).reply().reply();
            assertThatThrownBy(() -> qmp.execute("nothing")).isInstanceOf(QmpErrorException.class);
        }

        assertThat(lines)
                .anySatisfy(
                        line -> assertThat(line)
                                .matches(
                                        "\\{\"t\":\\d+,\"dir\":\"sent\",\"message\":\\{\"execute\":\"add-fd\",\"id\":\"mine\"},\"fds\":2}"))
                .anySatisfy(line -> assertThat(line).endsWith("{\"return\":{},\"id\":\"mine\"},\"late\":true}"))
                .anySatisfy(line -> assertThat(line).endsWith("{\"return\":{},\"id\":\"mine\"},\"unknown\":true}"));
    }

    @Test
    void goes_on_over_a_second_connection_and_tells_who_ended_the_first(@TempDir Path dir) throws Exception {
        Path file = dir.resolve("transcript.jsonl");
        try (ScriptedQmpServer server = ScriptedQmpServer.start()) {
            QmpClient qmp =
                    QmpClient.builder().transcript(QmpTranscript.to(file)).connect(server.address());
            server.whenExecuted("quit")
                    .does(command -> command.reply().connection().disconnect());
            qmp.execute("quit");
            assertThatThrownBy(() -> qmp.events().next(SOON)).isInstanceOf(QmpDisconnectedException.class);
            qmp.close();
            qmp.open(server.address());
            qmp.close();
        }

        List<JsonNode> notes =
                lines(file).stream().filter(line -> line.has("note")).toList();
        assertThat(notes)
                .extracting(note ->
                        note.path("note").asString() + " " + note.path("by").asString("-"))
                .containsExactly("opened -", "ended peer", "opened -", "ended client");
    }

    @Test
    void is_ASCII_and_loses_no_character(@TempDir Path dir) throws Exception {
        Path file = dir.resolve("transcript.jsonl");
        try (ScriptedQmpServer server = ScriptedQmpServer.start();
                QmpClient qmp =
                        QmpClient.builder().transcript(QmpTranscript.to(file)).connect(server.address())) {
            server.whenExecuted("echo")
                    .does(command -> command.connection()
                            .sendText("{\"return\": \"\\ud800 é €\", \"id\": %s}\n"
                                    .formatted(command.id().orElseThrow())));
            qmp.execute("echo");
        }

        assertThat(Files.readString(file)).matches("\\p{ASCII}*");
        assertThat(lines(file))
                .anySatisfy(
                        line -> assertThat(line.path("message").path("return").asString(""))
                                .isEqualTo("\ud800 é €"));
    }

    @Test
    void an_interrupted_thread_does_not_end_it(@TempDir Path dir) throws Exception {
        Path file = dir.resolve("transcript.jsonl");
        try (ScriptedQmpServer server = ScriptedQmpServer.start();
                QmpClient qmp =
                        QmpClient.builder().transcript(QmpTranscript.to(file)).connect(server.address())) {
            server.whenExecuted("stop").replies();
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> qmp.execute("stop")).isInstanceOf(QmpInterruptedException.class);
            assertThat(Thread.interrupted()).isTrue();
            qmp.execute("stop");
        }

        assertThat(lines(file))
                .extracting(QmpTranscriptTest::summary)
                .filteredOn("sent stop"::equals)
                .hasSize(2);
    }

    @Test
    void a_sink_that_throws_harms_nothing_and_is_reported_once_at_close() {
        try (ScriptedQmpServer server = ScriptedQmpServer.start()) {
            QmpTranscript transcript = QmpTranscript.to(line -> {
                if (line.contains("query-status")) {
                    throw new AssertionError("the disk is full");
                }
            });
            QmpClient qmp =
                    QmpClient.builder().name("vm").transcript(transcript).connect(server.address());
            server.whenExecuted("query-status").replies(Map.of("status", "running"));

            assertThat(transcript.failure()).isEmpty();
            assertThat(qmp.execute("query-status").path("status").asString()).isEqualTo("running");
            assertThat(qmp.execute("query-status").path("status").asString()).isEqualTo("running");
            assertThat(transcript.failure()).isPresent();

            assertThatThrownBy(qmp::close)
                    .isInstanceOf(QmpException.class)
                    .hasMessage(
                            "The transcript of QMP client \"vm\" lacks its last 5 lines: Could not write a line to its sink: java.lang.AssertionError: the disk is full")
                    .hasRootCauseMessage("the disk is full");
            assertThat(qmp.state()).isEqualTo(QmpState.IDLE);
            qmp.close();
        }
    }

    @Test
    void a_file_that_cannot_be_written_is_told_before_there_is_a_connection(@TempDir Path dir) {
        assertThatThrownBy(() -> QmpTranscript.to(dir.resolve("missing/transcript")))
                .isInstanceOf(QmpException.class)
                .hasMessageContaining("missing/transcript");
    }

    @Test
    void a_connection_that_failed_is_in_it_up_to_the_reason() {
        List<String> lines = new CopyOnWriteArrayList<>();
        try (ScriptedQmpServer server = ScriptedQmpServer.builder()
                .whenConnected(connection -> connection.sendText("220 smtp ready\r\n"))
                .start()) {
            assertThatThrownBy(() -> QmpClient.builder()
                            .transcript(QmpTranscript.to(lines::add))
                            .connect(server.address()))
                    .isInstanceOf(QmpConnectException.class);
        }

        assertThat(lines).hasSize(2);
        assertThat(lines.get(1)).contains("\"by\":\"peer\"").contains("220 smtp ready");
    }

    @Test
    void survives_the_death_of_its_JVM_to_the_last_command(@TempDir Path dir) throws Exception {
        Path file = dir.resolve("transcript.jsonl");
        try (ScriptedQmpServer server = ScriptedQmpServer.start()) {
            server.whenExecuted("last-words").staysSilent();
            Process jvm = new ProcessBuilder(
                            ProcessHandle.current().info().command().orElseThrow(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            Dying.class.getName(),
                            server.socket().toString(),
                            file.toString())
                    .inheritIO()
                    .start();
            try {
                ReceivedCommand last = server.awaitCommand("last-words", Duration.ofSeconds(30));
                jvm.destroyForcibly().waitFor();
                assertThat(lines(file))
                        .last()
                        .satisfies(line -> assertThat(line.path("message")).isEqualTo(last.message()));
            } finally {
                jvm.destroyForcibly();
            }
        }
    }

    static final class Dying {

        private Dying() {}

        public static void main(String[] args) {
            QmpClient.builder()
                    .transcript(QmpTranscript.to(Path.of(args[1])))
                    .connect(QmpAddress.unix(Path.of(args[0])))
                    .execute("last-words");
        }
    }

    private static List<JsonNode> lines(Path file) throws Exception {
        return Files.readAllLines(file).stream().map(Json.MAPPER::readTree).toList();
    }

    private static String summary(JsonNode line) {
        JsonNode message = line.path("message");
        String what = line.has("note")
                ? line.path("note").asString()
                : message.has("execute")
                        ? message.path("execute").asString()
                        : message.has("event")
                                ? message.path("event").asString()
                                : message.has("QMP") ? "QMP" : "reply";
        return line.path("dir").asString() + " " + what;
    }
}
