package io.github.qmpjunit.assertj;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.assertj.QmpAssertions.inOrder;
import static io.github.qmpjunit.qmp.EventMatcher.anyOf;
import static io.github.qmpjunit.qmp.EventMatcher.event;
import static io.github.qmpjunit.qmp.QmpEvents.RESET;
import static io.github.qmpjunit.qmp.QmpEvents.RESUME;
import static io.github.qmpjunit.qmp.QmpEvents.STOP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.junit.Vm;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qmp.EventMark;
import io.github.qmpjunit.qmp.EventType;
import io.github.qmpjunit.qmp.QmpClient;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Order, counts, absence and marks, on a real QEMU. */
@QemuTest
class OrderAndCountTest {

    private static final Duration SHORT = Duration.ofMillis(60);

    @Test
    void an_event_after_another(QmpClient qmp) {
        qmp.execute("stop");
        qmp.execute("cont");

        assertThat(qmp).awaitEvent(STOP).thenEvent(RESUME);
    }

    @Test
    void an_event_before_the_other_is_not_after_it(QmpClient qmp) {
        qmp.execute("stop");
        qmp.execute("cont");

        assertThatThrownBy(
                        () -> assertThat(qmp).within(SHORT).awaitEvent(RESUME).thenEvent(STOP))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("to receive STOP after RESUME")
                .hasMessageContaining("STOP    <- it came before RESUME");
    }

    @Test
    void a_list_in_order(QmpClient qmp) {
        qmp.execute("stop");
        qmp.execute("cont");
        qmp.execute("stop");

        assertThat(qmp).awaitEventsInOrder(STOP, RESUME, STOP);
        qmp.execute("cont");
        assertThatThrownBy(() -> assertThat(qmp).within(SHORT).awaitEventsInOrder(RESUME, STOP))
                .isInstanceOf(AssertionError.class);
    }

    @Test
    @Vm("src")
    @Vm("dst")
    void across_machines(@Vm("src") QmpClient src, @Vm("dst") QmpClient dst) {
        dst.execute("stop");
        src.execute("stop");
        dst.execute("cont");

        inOrder().awaitEvent(dst, STOP).awaitEvent(src, STOP).awaitEvent(dst, RESUME);

        assertThatThrownBy(() -> {
                    dst.execute("stop");
                    src.execute("cont");
                    inOrder(SHORT).awaitEvent(src, RESUME).awaitEvent(dst, STOP);
                })
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("to receive STOP after RESUME of \"src\"");
    }

    @Test
    void one_of_several(QmpClient qmp) {
        qmp.execute("stop");

        assertThat(assertThat(qmp).awaitEvent(anyOf(RESUME, STOP)).event().name())
                .isEqualTo("STOP");
    }

    @Test
    void at_least_so_many(QmpClient qmp) {
        for (int i = 0; i < 2; i++) {
            qmp.execute("stop");
            qmp.execute("cont");
        }

        assertThat(qmp).awaitEvent(STOP).atLeast(2);
        assertThatThrownBy(
                        () -> assertThat(qmp).within(SHORT).awaitEvent(RESUME).atLeast(3))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("Only 2 of at least 3 such events came.");
    }

    @Test
    void exactly_so_many(QmpClient qmp) {
        for (int i = 0; i < 3; i++) {
            qmp.execute("stop");
            qmp.execute("cont");
        }

        assertThat(qmp).awaitEvent(STOP).exactly(3);
        assertThatThrownBy(() -> assertThat(qmp).awaitEvent(RESUME).exactly(2))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith(
                        "%nExpecting exactly 2 times RESUME%nbut there is one more:%n  RESUME%nAll events".formatted());
    }

    @Test
    void what_qemu_rate_limits_cannot_be_counted() {
        try (QemuMachine vm = QemuMachine.builder()
                .machine("pc")
                .qtest()
                .device("ib700", Map.of())
                .args("-action", "watchdog=none")
                .start()) {
            vm.qtest().outb(0x443, 0xf);

            assertThatThrownBy(() -> assertThat(vm)
                            .within(Duration.ofSeconds(20))
                            .awaitEvent("WATCHDOG")
                            .exactly(1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(
                            "QEMU sends WATCHDOG at most once a second and drops those in between, so they cannot be counted; use atLeast(1)");
        }
    }

    @Test
    void absence_while_code_runs(QmpClient qmp) {
        qmp.execute("stop"); // before: does not count

        assertThat(qmp).receivesNoEvent(STOP).during(() -> qmp.execute("query-status"));
        assertThatThrownBy(() -> assertThat(qmp).receivesNoEvent(RESUME).during(() -> qmp.execute("cont")))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith(
                        "%nExpecting QMP client \"vm\":%n  to receive no RESUME%nwhile the code ran, but it received:%n  RESUME%nAll events"
                                .formatted());
        assertThat(qmp).as("it has consumed nothing").awaitEvent(RESUME);
    }

    @Test
    void absence_of_what_never_can_come_proves_nothing(QmpClient qmp) {
        assertThatThrownBy(() -> assertThat(qmp).receivesNoEvent("STOPP").during(() -> qmp.execute("stop")))
                .isInstanceOf(AssertionError.class)
                .hasMessage("""

                        Expecting QMP client "vm":
                          to receive no STOPP
                        and it has not, but it never can:
                          No event STOPP; did you mean STOP?
                        If this QEMU sends it all the same, declare it for the machine with @Vm(ownEvents = ...) or ownEvents(...) of its builder, or call withoutSchemaCheck() before this assertion""");
        assertThatThrownBy(() -> assertThat(qmp)
                        .receivesNoEvent(event("JOB_STATUS_CHANGE").withData("stat", "concluded"))
                        .during(SHORT))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("did you mean \"status\"?");
        assertThat(qmp).withoutSchemaCheck().receivesNoEvent("STOPP").during(SHORT);
        assertThat(qmp).receivesNoEvent(new EventType("OF_A_NEWER_QEMU")).during(SHORT);
    }

    @Test
    void absence_for_a_time_fails_at_the_first_event(QmpClient qmp) throws InterruptedException {
        assertThat(qmp).receivesNoEvent(STOP).during(SHORT);

        Thread toggling = new Thread(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                qmp.hmp("stop");
                qmp.hmp("cont");
            }
        });
        toggling.setUncaughtExceptionHandler((thread, interrupted) -> {});
        toggling.start();
        assertThatThrownBy(() -> assertThat(qmp).receivesNoEvent(STOP).during(Duration.ofDays(1)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("to receive no STOP\nduring ");
        toggling.interrupt();
        toggling.join();
    }

    @Test
    void absence_cannot_be_told_of_a_qemu_that_has_gone() {
        try (QemuMachine vm = QemuMachine.builder().start()) {
            vm.kill();

            assertThatThrownBy(() -> assertThat(vm).receivesNoEvent(RESET).during(Duration.ofDays(1)))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("but its connection ended:");
        }
    }

    @Test
    void since_a_mark(QmpClient qmp) {
        qmp.execute("stop");
        EventMark mark = qmp.mark();

        assertThatThrownBy(() -> assertThat(qmp).since(mark).within(SHORT).awaitEvent(STOP))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("STOP    <- it came before the mark");
        qmp.execute("cont");
        assertThat(qmp).since(mark).awaitEvent(RESUME);
    }
}
