package io.github.qmpjunit.examples;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.qmp.QmpEvents.STOP;
import static io.github.qmpjunit.qmp.QmpEvents.WATCHDOG;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.junit.Vm;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.qtest.Qtest;
import java.time.Duration;
import org.junit.jupiter.api.Test;

@QemuTest
@Vm(
        machine = "pc",
        args = {"-m", "16", "-device", "ib700", "-action", "watchdog=pause"})
class WatchdogTest {

    @Test
    void a_watchdog_that_nobody_feeds_pauses_the_guest(QemuMachine vm, Qtest guest) {
        guest.outb(0x443, 0xf); // the shortest time, 0 s

        assertThat(vm)
                .within(Duration.ofSeconds(30))
                .awaitEvent(WATCHDOG)
                .withData("action", "pause")
                .thenEvent(STOP);
        assertThat(vm).awaitStatus("watchdog");
    }

    @Test
    void a_watchdog_that_is_switched_off_does_not_bite(QemuMachine vm, Qtest guest) {
        assertThat(vm).receivesNoEvent(WATCHDOG).during(() -> {
            guest.outb(0x443, 0xe); // 2 s
            guest.outb(0x441, 0);
        });
        assertThat(vm).awaitStatus("running");
    }
}
