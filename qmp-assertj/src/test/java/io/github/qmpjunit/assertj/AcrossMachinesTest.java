package io.github.qmpjunit.assertj;

import static io.github.qmpjunit.assertj.QmpAssertions.inOrder;
import static io.github.qmpjunit.assertj.ScriptedVm.textOf;
import static io.github.qmpjunit.qmp.EventMatcher.event;
import static io.github.qmpjunit.qmp.QmpEvents.RESUME;
import static io.github.qmpjunit.qmp.QmpEvents.STOP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.qmpjunit.internal.ClientView;
import io.github.qmpjunit.qmp.QmpEventListener;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The order of events of two machines: the moment at which each was read decides. */
class AcrossMachinesTest {

    private final ScriptedVm src = new ScriptedVm();
    private final ScriptedVm dst = new ScriptedVm();

    @AfterEach
    void close() {
        src.close();
        dst.close();
    }

    @Test
    void in_the_order_in_which_they_came() {
        dst.sends("RESUME");
        src.sends("STOP");
        dst.sends("RESUME").sends("X", Map.of("n", 1)).sends("X", Map.of("n", 2));

        inOrder()
                .awaitEvent(src.qmp, STOP)
                .awaitEvent(dst.qmp, RESUME)
                .awaitEvent(dst.qmp, event("X").withData("n", 2));

        assertThat(ClientView.of(dst.qmp)
                        .assertionEvents(QmpEventListener.class)
                        .pending())
                .as("what came too early, or did not match, is not consumed")
                .extracting(event -> event.sequence())
                .containsExactly(1L, 3L);
    }

    @Test
    void how_many_events_each_machine_had_before_says_nothing() {
        src.sends("X").sends("X").sends("STOP");
        dst.sends("RESUME");

        inOrder().awaitEvent(src.qmp, STOP).awaitEvent(dst.qmp, RESUME);
    }

    @Test
    void of_one_machine_they_stand_in_their_order_on_the_connection() {
        src.sends("RESUME").sends("STOP").sends("RESUME");

        assertThat(catchThrowableOfType(
                        AssertionError.class,
                        () -> inOrder(Duration.ofMillis(60))
                                .awaitEvent(src.qmp, STOP)
                                .awaitEvent(src.qmp, RESUME)
                                .awaitEvent(src.qmp, event("RESUME"))))
                .hasMessageContaining("to receive RESUME after RESUME of \"vm\"");
    }

    @Test
    void one_that_came_before_the_other_is_none_after_it() {
        dst.sends("RESUME");
        src.sends("STOP");

        AssertionError failure = catchThrowableOfType(
                AssertionError.class,
                () -> inOrder(Duration.ofMillis(60))
                        .as("the hand-over")
                        .awaitEvent(src.qmp, STOP)
                        .awaitEvent(dst.qmp, RESUME));

        assertThat(textOf(failure)).isEqualTo("""
                [the hand-over]\s
                Expecting QMP client "vm":
                  to receive RESUME after STOP of "vm"
                within 60 ms, but it came earlier: RESUME T, STOP of "vm" T.
                All events, in order; > marks near misses:
                > T  RESUME    <- it came before STOP of "vm"
                The machine's status is "running".""");
        assertThat(failure.getStackTrace()[0].getClassName()).isEqualTo(AcrossMachinesTest.class.getName());
    }
}
