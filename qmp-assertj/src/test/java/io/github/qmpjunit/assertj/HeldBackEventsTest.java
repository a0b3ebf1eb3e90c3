package io.github.qmpjunit.assertj;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.qmp.QmpEvents.STOP;
import static io.github.qmpjunit.qmp.QmpEvents.WATCHDOG;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpEventListener;
import io.github.qmpjunit.qmp.transport.QmpAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** QEMU sends at most one WATCHDOG a second. The second one comes up to a second late, with the time at which it happened. */
class HeldBackEventsTest {

    private static final int START = 0x443;

    @TempDir
    Path folder;

    private Path monitor;
    private QemuMachine vm;

    @BeforeEach
    void start() {
        monitor = folder.resolve("second");
        vm = QemuMachine.builder()
                .machine("pc")
                .memory("16M")
                .accelerators("tcg")
                .qtest()
                .device("ib700", Map.of("id", "dog"))
                .args("-action", "watchdog=pause")
                .args("-chardev", "socket,id=second,path=%s,server=on,wait=off".formatted(monitor))
                .args("-mon", "chardev=second,mode=control")
                .paused()
                .start();
    }

    @AfterEach
    void stop() {
        vm.close();
    }

    /** The timer's shortest time is 0 s; it bites at once and pauses the machine. */
    private void bite() {
        vm.qmp().execute("cont");
        vm.qtest().outb(START, 0xf);
        assertThat(vm).awaitEvent(STOP);
    }

    @Test
    void an_absence_waits_for_an_event_that_is_held_back() {
        bite();
        assertThat(vm).awaitEvent(WATCHDOG);

        assertThatThrownBy(() -> assertThat(vm).receivesNoEvent("WATCHDOG").during(this::bite))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("to receive no WATCHDOG")
                .hasMessageContaining("while the code ran, but it received:\n  WATCHDOG {action: \"pause\"}");
    }

    @Test
    void a_client_that_has_just_connected_waits_for_an_event_that_is_held_back() {
        bite(); // the second client hears nothing of this one, which makes QEMU hold back the next
        try (QmpClient second = QmpClient.connect(QmpAddress.unix(monitor))) {
            assertThatThrownBy(
                            () -> assertThat(second).receivesNoEvent("WATCHDOG").during(this::bite))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("while the code ran, but it received:\n  WATCHDOG {action: \"pause\"}");
        }
    }

    @Test
    void so_does_a_client_that_has_negotiated_by_hand() {
        bite();
        QmpClient second = QmpClient.builder().negotiate(false).connect(QmpAddress.unix(monitor));
        try (second) {
            second.executeRaw("{'execute': 'qmp_capabilities'}");

            assertThatThrownBy(
                            () -> assertThat(second).receivesNoEvent("WATCHDOG").during(this::bite))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("while the code ran, but it received:");
        }
    }

    @Test
    void an_absence_over_a_time_waits_for_an_event_that_is_held_back() {
        bite();
        assertThat(vm).awaitEvent(WATCHDOG);
        bite();

        // It happened before, though it arrives meanwhile.
        assertThat(vm).receivesNoEvent(WATCHDOG).during(Duration.ofMillis(1500));
        assertThat(vm).awaitEvent(WATCHDOG);
    }

    @Test
    void what_happened_first_comes_first_though_it_arrives_later() {
        bite();
        assertThat(vm).awaitEvent(WATCHDOG);
        bite();
        vm.qmp().execute("cont"); // sends RESUME, while the second WATCHDOG is held back

        assertThat(vm).awaitEvent(WATCHDOG).thenEvent("RESUME");
        bite();
        assertThatThrownBy(() -> assertThat(vm)
                        .within(Duration.ofSeconds(2))
                        .awaitEvent("RESUME")
                        .thenEvent("RESUME")
                        .thenEvent("RESUME"))
                .isInstanceOf(AssertionError.class);
    }

    @Test
    void an_event_that_is_held_back_cannot_be_counted() {
        QmpEventListener listener = vm.qmp().listen(WATCHDOG);
        bite();

        assertThatThrownBy(() -> assertThat(listener).awaitEvent(WATCHDOG).exactly(1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at most once a second");

        assertThatThrownBy(() -> assertThat(vm).awaitEvent(WATCHDOG).exactly(1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at most once a second");
    }

    @Test
    void an_absence_of_what_is_not_rate_limited_ends_with_the_code() {
        bite();

        assertThat(vm).receivesNoEvent("RESET").during(() -> vm.qmp().execute("query-name"));
    }
}
