package io.github.qmpjunit.qmp;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.qmp.scripted.ScriptedQmpServer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** A transcript in memory knows which line of a user's code has sent a command. */
class CallerTest {

    private static QmpTranscriptLine lineOf(QmpTranscript transcript, String command) {
        return transcript.lines().stream()
                .filter(line ->
                        line.line().path("message").path("execute").asString("").equals(command))
                .findFirst()
                .orElseThrow();
    }

    private static List<String> methodsOf(QmpTranscriptLine line) {
        return line.caller().stream().map(StackTraceElement::getMethodName).toList();
    }

    @Test
    void of_commands_that_wait_and_of_those_that_do_not() throws Exception {
        QmpTranscript transcript = QmpTranscript.inMemory();
        try (ScriptedQmpServer server = ScriptedQmpServer.start();
                QmpClient qmp = QmpClient.builder().transcript(transcript).connect(server.address())) {
            server.whenExecuted("stop").replies();
            server.whenExecuted("cont").replies();
            stop(qmp);
            qmp.executeAsync(QmpCommand.of("cont")).get(60, TimeUnit.SECONDS);
        }

        assertThat(methodsOf(lineOf(transcript, "stop")))
                .containsSubsequence("stop", "of_commands_that_wait_and_of_those_that_do_not");
        assertThat(lineOf(transcript, "stop").calledMethod()).isEqualTo("QmpClient.execute");
        assertThat(methodsOf(lineOf(transcript, "cont"))).startsWith("of_commands_that_wait_and_of_those_that_do_not");
        assertThat(lineOf(transcript, "cont").calledMethod()).isEqualTo("QmpClient.executeAsync");
        assertThat(transcript.lines())
                .filteredOn(line -> line.line().has("dir")
                        && line.line().path("dir").asString("").equals("received"))
                .allSatisfy(line -> assertThat(line.caller()).isEmpty());
    }

    private static void stop(QmpClient qmp) {
        Supplier<Object> command = () -> qmp.execute(QmpCommand.of("stop").withTimeout(Duration.ofSeconds(60)));
        assertThat(command.get()).isNotNull();
    }
}
