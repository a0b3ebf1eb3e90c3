package io.github.qmpjunit.qmp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.qmpjunit.qmp.scripted.ScriptedQmpServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a peer writes neither steers the terminal on which an exception is printed, nor fills it. */
class HostileTextTest {

    private static final String HOSTILE = "\u001B[\u001B[31m31m \u009B2J \u001B]0;title\u0007 \b\b \u202E";

    /** Return what is printed where an exception is not caught, or by a test's report. */
    private static String printed(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    private static void assertHarmless(String text) {
        assertThat(text.codePoints().filter(next -> next != '\n' && next != '\t'))
                .as(text)
                .noneMatch(Character::isISOControl)
                .doesNotContain(0x202E);
    }

    @Test
    void an_errors_text_steers_nothing_and_its_value_stays() {
        try (ScriptedQmpServer server = ScriptedQmpServer.start();
                QmpClient qmp = QmpClient.connect(server.address())) {
            server.whenExecuted("fails").repliesWithError(HOSTILE, HOSTILE);

            QmpErrorException failure = catchThrowableOfType(QmpErrorException.class, () -> qmp.execute("fails"));

            assertHarmless(printed(failure));
            assertThat(failure).hasMessageContaining("\\u001B[\\u001B[31m31m \\u009B2J");
            assertThat(failure.description()).isEqualTo(HOSTILE);
        }
    }

    @Test
    void an_error_of_fifty_megabytes_is_told_in_short() {
        try (ScriptedQmpServer server = ScriptedQmpServer.start();
                QmpClient qmp = QmpClient.connect(server.address())) {
            server.whenExecuted("fails").repliesWithError("GenericError", "no " + "x".repeat(50_000_000));

            Throwable failure = catchThrowable(() -> qmp.execute("fails"));

            assertThat(failure.getMessage())
                    .startsWith("GenericError: no xxx")
                    .contains("are left out here", "in reply to QMP client \"qmp\": {\"execute\":\"fails\"}")
                    .hasSizeLessThan(70_000);
        }
    }

    @Test
    void an_event_that_does_not_come_and_those_that_came_are_told_without_harm() {
        try (ScriptedQmpServer server = ScriptedQmpServer.start();
                QmpClient qmp = QmpClient.connect(server.address());
                QmpEventListener events = qmp.listen()) {
            server.sendEvent(HOSTILE, Map.of(HOSTILE, HOSTILE, "long", "x".repeat(1_000_000)));

            QmpEvent event = events.next(Duration.ofSeconds(10));

            assertHarmless(event.toString());
            assertThat(event.toString()).hasSizeLessThan(20_000);
            assertThat(event.name()).isEqualTo(HOSTILE);
            assertHarmless(
                    printed(catchThrowable(() -> events.next(EventMatcher.event(HOSTILE), Duration.ofMillis(1)))));
        }
    }

    @Test
    void the_cause_that_quotes_the_peer_steers_nothing_either() {
        try (ScriptedQmpServer server = ScriptedQmpServer.start();
                QmpClient qmp = QmpClient.connect(server.address())) {
            server.whenExecuted("number").replies(Map.of("value", HOSTILE));

            Throwable failure = catchThrowable(() -> qmp.execute("number", Map.of(), Numbers.class));

            assertThat(failure).isInstanceOf(QmpProtocolException.class).hasCauseInstanceOf(Exception.class);
            assertHarmless(printed(failure));
        }
    }

    record Numbers(int value) {}

    @Test
    void what_is_no_json_steers_nothing() {
        try (ScriptedQmpServer server = ScriptedQmpServer.builder()
                .whenConnected(connection -> connection.sendText("\u009Bx\u009C\u0001" + HOSTILE))
                .start()) {
            assertHarmless(printed(catchThrowable(() -> QmpClient.connect(server.address()))));
        }
    }
}
