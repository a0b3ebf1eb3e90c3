package io.github.qmpjunit.qmp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.internal.CallSite;
import io.github.qmpjunit.qmp.scripted.ScriptedQmpServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

class TranscriptMemoryTest {

    @Test
    void keeps_what_a_file_would_have(@TempDir Path dir) throws Exception {
        Path file = dir.resolve("transcript.jsonl");
        QmpTranscript transcript = QmpTranscript.to(file).alsoInMemory();
        long before = System.nanoTime();
        try (ScriptedQmpServer server = ScriptedQmpServer.start();
                QmpClient qmp = QmpClient.builder().transcript(transcript).connect(server.address())) {
            server.whenExecuted("query-name").replies(Map.of("name", "caf\u00e9"));
            qmp.execute("query-name");

            assertThat(transcript.lines())
                    .hasSize(6)
                    .extracting(Object::toString)
                    .isEqualTo(Files.readAllLines(file));
            assertThat(transcript.lines())
                    .extracting(QmpTranscriptLine::nanoTime)
                    .isSorted()
                    .allMatch(nanos -> nanos - before >= 0 && System.nanoTime() - nanos >= 0);
            assertThat(transcript.dropped()).isZero();
        }
    }

    @Test
    void a_full_disk_does_not_make_it_forget() {
        QmpTranscript transcript = QmpTranscript.to(Path.of("/dev/full")).alsoInMemory();
        try (ScriptedQmpServer server = ScriptedQmpServer.start()) {
            QmpClient qmp = QmpClient.builder().transcript(transcript).connect(server.address());

            assertThat(transcript.failure()).isPresent();
            assertThat(transcript.lines()).hasSize(4);
            assertThatThrownBy(qmp::close).isInstanceOf(QmpException.class).hasMessageContaining("/dev/full");
        }
    }

    @Test
    void without_it_nothing_is_kept() {
        QmpTranscript transcript = QmpTranscript.to(line -> {});
        transcript.received(message("A"));

        assertThat(transcript.lines()).isEmpty();
    }

    @Test
    void what_is_done_with_a_message_later_does_not_change_it() {
        QmpTranscript transcript = QmpTranscript.inMemory();
        ObjectNode message = message("A");
        transcript.sent(message, 0, CallSite.UNKNOWN);
        message.put("event", "B");

        assertThat(transcript.lines())
                .singleElement()
                .satisfies(line -> assertThat(
                                line.line().path("message").path("event").asString())
                        .isEqualTo("A"));
    }

    @Test
    void of_too_many_lines_it_keeps_the_last() {
        QmpTranscript transcript = QmpTranscript.inMemory();
        for (int i = 0; i < TranscriptMemory.MOST_LINES + 3; i++) {
            transcript.received(message("E" + i));
        }

        List<QmpTranscriptLine> lines = transcript.lines();
        assertThat(lines).hasSize(TranscriptMemory.MOST_LINES);
        assertThat(lines.get(0).line().path("message").path("event").asString()).isEqualTo("E3");
        assertThat(transcript.dropped()).isEqualTo(3);
    }

    @Test
    void large_lines_push_out_others_but_the_last_stays() {
        QmpTranscript transcript = QmpTranscript.inMemory();
        transcript.received(message("small"));
        ObjectNode large = message("large");
        for (int i = 0; i < TranscriptMemory.MOST_VALUES; i++) {
            large.withArray("/many").add(i);
        }
        transcript.received(large);

        assertThat(transcript.lines()).hasSize(1);
        assertThat(transcript.dropped()).isEqualTo(1);
        transcript.received(message("small"));
        assertThat(transcript.lines()).hasSize(1);
        assertThat(transcript.dropped()).isEqualTo(2);
    }

    private static ObjectNode message(String event) {
        return JsonNodeFactory.instance.objectNode().put("event", event);
    }
}
