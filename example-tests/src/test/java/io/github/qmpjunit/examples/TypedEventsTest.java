package io.github.qmpjunit.examples;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.qmp.QmpEvents.STOP;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** That {@link TypedEvents} hears of the examples' events, and sees what is wrong with one. */
@QemuTest
class TypedEventsTest {

    @Test
    void every_event_is_heard(QmpClient qmp) {
        qmp.execute("stop");
        assertThat(qmp).awaitEvent(STOP);

        assertThat(TypedEvents.read()).contains("STOP");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', nullValues = "-", textBlock = """
            {"event": "STOP"}                                                           | -
            {"event": "JOB_STATUS_CHANGE", "data": {"id": "a", "status": "dreaming"}}   | -
            {"event": "DREAM"}                                                          | DREAM has no type
            {"event": "JOB_STATUS_CHANGE", "data": {"id": "a", "depth": 1}}             | JOB_STATUS_CHANGE has no type for depth
            {"event": "JOB_STATUS_CHANGE", "data": {"id": 5, "status": "x"}}            | "id" is 5, not a string
            {"event": "GUEST_PANICKED", "data": {"action": "pause", "info": {"type": "hyper-v", "arg9": 1}}} | has no type for arg9
            """)
    void what_has_no_type_is_seen(String event, String problem) {
        if (problem == null) {
            assertThat(TypedEvents.problems(QmpEvent.parse(event))).isEmpty();
        } else {
            assertThat(TypedEvents.problems(QmpEvent.parse(event))).anyMatch(found -> found.contains(problem));
        }
    }
}
