package io.github.qmpjunit.assertj;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.assertj.ScriptedVm.textOf;
import static io.github.qmpjunit.qmp.EventMatcher.event;
import static io.github.qmpjunit.qmp.QmpEvents.STOP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** That an event does not come: while time passes, or while code runs. */
class AbsenceTest {

    private final ScriptedVm vm = new ScriptedVm();

    @AfterEach
    void close() {
        vm.close();
    }

    @Test
    void what_came_before_does_not_count_and_nothing_is_consumed() {
        vm.sends("STOP");

        assertThat(vm.qmp).receivesNoEvent(STOP).during(Duration.ofMillis(20));
        assertThat(vm.qmp)
                .receivesNoEvent(STOP)
                .during(() -> vm.sends("RESUME"))
                .during(() -> vm.sends("X"));
        assertThat(vm.qmp).awaitEvent(STOP);
        assertThat(vm.qmp).awaitEvent("RESUME");
    }

    @Test
    void the_whole_time_is_waited_for() {
        long started = System.nanoTime();

        assertThat(vm.qmp).receivesNoEvent("STOP").during(Duration.ofMillis(50)).during(Duration.ofMillis(50));

        assertThat(Duration.ofNanos(System.nanoTime() - started)).isGreaterThanOrEqualTo(Duration.ofMillis(100));
    }

    @Test
    void a_time_fails_at_the_first_event() throws InterruptedException {
        Thread guest = new Thread(() -> {
            CountDownLatch never = new CountDownLatch(1);
            try {
                do {
                    vm.sends("X", Map.of("n", 1));
                } while (!never.await(20, TimeUnit.MILLISECONDS));
            } catch (InterruptedException e) {
                // The test is over.
            } catch (RuntimeException e) {
                // So it is.
            }
        });
        guest.start();
        AssertionError failure = catchThrowableOfType(
                AssertionError.class,
                () -> assertThat(vm.qmp)
                        .as("quiet")
                        .receivesNoEvent(event("X").withData("n", 1))
                        .during(Duration.ofDays(1)));
        guest.interrupt();
        guest.join();

        assertThat(textOf(failure)).startsWith("""
                [quiet]\s
                Expecting QMP client "vm":
                  to receive no X with data n = 1
                during 86400 s, but it received:
                  X {n: 1}
                All events, in order:
                """);
        assertThat(failure.getStackTrace()[0].getClassName()).isEqualTo(AbsenceTest.class.getName());
    }

    @Test
    void code_fails_by_what_came_meanwhile_even_if_it_is_on_its_way_still() {
        vm.server
                .whenExecuted("query-version")
                .does(command -> command.sendEvent("STOP").reply());

        AssertionError failure = catchThrowableOfType(
                AssertionError.class,
                () -> assertThat(vm.qmp).receivesNoEvent(STOP).during(() -> {}));

        assertThat(textOf(failure)).isEqualTo("""

                Expecting QMP client "vm":
                  to receive no STOP
                while the code ran, but it received:
                  STOP
                All events, in order:
                  T  STOP""");
        assertThat(failure.getStackTrace()[0].getClassName()).isEqualTo(AbsenceTest.class.getName());
    }

    @Test
    void what_the_code_throws_is_thrown_on() {
        IllegalStateException unchecked = new IllegalStateException("unchecked");
        IOException checked = new IOException("checked");

        assertThatThrownBy(() -> assertThat(vm.qmp).receivesNoEvent(STOP).during(() -> {
                    throw unchecked;
                }))
                .isSameAs(unchecked);
        assertThatThrownBy(() -> assertThat(vm.qmp).receivesNoEvent(STOP).during(() -> {
                    throw checked;
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("The code during which no STOP was to come has thrown")
                .hasCause(checked);
    }

    @Test
    void after_the_connections_end_nobody_can_tell() {
        vm.server.connection().disconnect();

        AssertionError failure = catchThrowableOfType(
                AssertionError.class,
                () -> assertThat(vm.qmp).receivesNoEvent(STOP).during(Duration.ofDays(1)));

        assertThat(failure).hasMessage("""

                Expecting QMP client "vm":
                  to receive no STOP
                during 86400 s, but its connection ended:
                  No further event can arrive: the peer closed the connection (QMP client "vm")""");
        assertThat(failure.getStackTrace()[0].getClassName()).isEqualTo(AbsenceTest.class.getName());
    }
}
