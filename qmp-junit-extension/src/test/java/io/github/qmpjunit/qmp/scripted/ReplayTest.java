package io.github.qmpjunit.qmp.scripted;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpCommand;
import io.github.qmpjunit.qmp.QmpDisconnectedException;
import io.github.qmpjunit.qmp.QmpErrorException;
import io.github.qmpjunit.qmp.QmpEvent;
import io.github.qmpjunit.qmp.QmpTranscript;
import io.github.qmpjunit.qmp.transport.QmpAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A real QEMU is taken down once, and played to a client again. */
class ReplayTest {

    private static final Duration SOON = Duration.ofSeconds(10);

    @TempDir
    private static Path dir;

    private static Path transcript;
    private static List<JsonNode> results;
    private static List<String> events;

    @BeforeAll
    static void record() {
        Path socket = dir.resolve("qmp");
        transcript = dir.resolve("transcript.jsonl");
        try (QemuMachine vm = QemuMachine.builder()
                        .args("-qmp", "unix:" + socket + ",server=on,wait=off")
                        .start();
                QmpClient qmp = QmpClient.builder()
                        .transcript(QmpTranscript.to(transcript))
                        .connect(QmpAddress.unix(socket))) {
            results = perform(qmp);
            events = qmp.events().history().stream().map(QmpEvent::toString).toList();
            assertThat(vm.qmp().name()).isNotEmpty();
        }
    }

    private static List<JsonNode> perform(QmpClient qmp) {
        List<JsonNode> found = List.of(
                qmp.execute("query-status"),
                qmp.execute("stop"),
                qmp.execute("query-status"),
                qmp.execute("qom-list", Map.of("path", "/")));
        assertThatThrownBy(() -> qmp.execute("device_del", Map.of("id", "nope")))
                .isInstanceOf(QmpErrorException.class);
        qmp.execute("quit");
        assertThatThrownBy(() -> {
                    while (true) {
                        qmp.events().next(SOON);
                    }
                })
                .isInstanceOf(QmpDisconnectedException.class);
        return found;
    }

    @Test
    void strictly_it_is_the_same_conversation() {
        try (ScriptedQmpServer server = ScriptedQmpServer.replay(transcript);
                QmpClient qmp = QmpClient.connect(server.address())) {
            assertThat(perform(qmp)).isEqualTo(results);
            assertThat(qmp.events().history()).extracting(QmpEvent::toString).isEqualTo(events);
        }
    }

    @Test
    void strictly_another_command_is_refused_with_the_one_expected() {
        try (ScriptedQmpServer server = ScriptedQmpServer.replay(transcript);
                QmpClient qmp = QmpClient.connect(server.address())) {
            assertThatThrownBy(() -> qmp.execute("stop", Map.of("now", true)))
                    .isInstanceOf(QmpErrorException.class)
                    .hasMessageStartingWith(
                            "GenericError: The transcript does not have {\"execute\":\"stop\",\"arguments\":{\"now\":true}} here: command 2 of connection 1 is {\"execute\":\"query-status\"}");
            assertThat(qmp.execute("query-status")).isEqualTo(results.get(0));
        }
    }

    @Test
    void leniently_commands_come_in_any_order_and_number() {
        try (ScriptedQmpServer server =
                        ScriptedQmpServer.builder().replayLeniently(transcript).start();
                QmpClient qmp = QmpClient.connect(server.address())) {
            assertThat(qmp.execute("qom-list", Map.of("path", "/"))).isEqualTo(results.get(3));
            assertThat(qmp.execute("query-status")).isEqualTo(results.get(0));
            assertThat(qmp.execute("query-status")).isEqualTo(results.get(2));
            assertThat(qmp.execute("query-status")).isEqualTo(results.get(2));
            qmp.execute("stop");
            assertThat(qmp.events().next(SOON).name()).isEqualTo("STOP");
            assertThatThrownBy(() -> qmp.execute("qom-list", Map.of("path", "/machine")))
                    .isInstanceOf(QmpErrorException.class)
                    .hasMessageContaining("The transcript does not have")
                    .hasMessageContaining("{\"execute\":\"device_del\",\"arguments\":{\"id\":\"nope\"}}");
        }
    }

    @Test
    void scripts_take_precedence_and_ids_are_the_clients_own() {
        try (ScriptedQmpServer server =
                        ScriptedQmpServer.builder().replayLeniently(transcript).start();
                QmpClient qmp = QmpClient.connect(server.address())) {
            server.whenExecuted("stop").repliesWithError("GenericError", "scripted");

            assertThatThrownBy(() -> qmp.execute("stop")).hasMessageContaining("scripted");
            assertThat(qmp.execute(QmpCommand.of("query-status").withId(Map.of("mine", 1))))
                    .isEqualTo(results.get(0));
        }
    }

    @Test
    void each_connection_replays_the_next_one(@TempDir Path own) throws Exception {
        Path file = own.resolve("two.jsonl");
        Files.writeString(file, """
                {"t":0,"dir":"note","note":"opened","client":"qmp"}
                {"t":1,"dir":"received","message":{"QMP":{"version":{},"capabilities":[]}}}
                {"t":2,"dir":"sent","message":{"execute":"qmp_capabilities","id":"a"}}
                {"t":3,"dir":"received","message":{"return":{},"id":"a"}}
                {"t":4,"dir":"sent","message":{"execute":"x","id":"b"}}
                {"t":5,"dir":"sent","message":{"execute":"y","id":"c"}}
                {"t":6,"dir":"received","message":{"return":"y1","id":"c"}}
                {"t":7,"dir":"received","message":{"return":"x1","id":"b"},"late":true}
                {"t":8,"dir":"note","note":"ended","by":"client","reason":"closed"}
                {"t":9,"dir":"note","note":"opened","client":"qmp"}
                {"t":10,"dir":"received","message":{"QMP":{"version":{},"capabilities":[]}}}
                {"t":11,"dir":"sent","message":{"execute":"qmp_capabilities","id":"d"}}
                {"t":12,"dir":"received","message":{"return":{},"id":"d"}}
                {"t":13,"dir":"sent","message":{"execute":"x","id":"e"}}
                {"t":14,"dir":"received","message":{"return":"x2","id":"e"}}
                {"t":15,"dir":"sent","mess""");
        try (ScriptedQmpServer server = ScriptedQmpServer.replay(file)) {
            try (QmpClient first = QmpClient.connect(server.address())) {
                assertThatThrownBy(() -> first.execute(QmpCommand.of("x").withTimeout(Duration.ofMillis(20))))
                        .hasMessageContaining("No reply");
                assertThat(first.execute("y").asString()).isEqualTo("y1");
                assertThatThrownBy(() -> first.execute("y")).hasMessageContaining("connection 1 has only 3 commands");
            }
            try (QmpClient second = QmpClient.connect(server.address())) {
                assertThat(second.execute("x").asString()).isEqualTo("x2");
            }
        }
    }

    @Test
    void what_is_no_transcript_is_refused(@TempDir Path own) throws Exception {
        Path file = Files.writeString(own.resolve("other"), "{\"dir\":\"note\",\"note\":\"opened\"}\nhello\n{}\n");

        assertThatThrownBy(() -> ScriptedQmpServer.replay(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "Line 2 of %s is not a line of a transcript, an object with \"dir\": hello".formatted(file));
        assertThatThrownBy(() -> ScriptedQmpServer.replay(own.resolve("missing")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("missing");
    }
}
