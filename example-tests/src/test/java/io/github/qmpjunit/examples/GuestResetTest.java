package io.github.qmpjunit.examples;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.qmp.QmpEvents.RESET;
import static io.github.qmpjunit.qmp.QmpEvents.SHUTDOWN;

import io.github.qmpjunit.junit.Check;
import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.junit.Vm;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.qtest.Qtest;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How a guest begins anew, and how it ends with a status of its own: what firmware tests report with. */
@QemuTest
class GuestResetTest {

    private static final int FAST_RESET = 0x92;

    @Test
    @Vm(
            machine = "pc",
            args = {"-m", "16"})
    void a_guest_resets_itself(QemuMachine vm, Qtest guest) {
        guest.outb(FAST_RESET, 1);

        assertThat(vm).awaitEvent(RESET).withData("guest", true).withData("reason", "guest-reset");
        assertThat(vm).isRunning();
    }

    @Test
    @Vm(
            machine = "pc",
            args = {"-m", "16", "-action", "reboot=shutdown"})
    void a_reset_may_be_the_end(QemuMachine vm, Qtest guest) {
        guest.outbWithoutReply(FAST_RESET, 1);

        assertThat(vm).awaitEvent(SHUTDOWN).withData("reason", "guest-reset");
        assertThat(vm).within(Duration.ofSeconds(30)).exitsWith(0);
    }

    @Test
    @Vm(
            machine = "pc",
            args = {"-m", "16", "-device", "isa-debug-exit,iobase=0xf4,iosize=4"},
            without = Check.EXIT)
    void a_guest_chooses_the_exit_status(QemuMachine vm, Qtest guest) {
        guest.outbWithoutReply(0xf4, 21);

        assertThat(vm).within(Duration.ofSeconds(30)).exitsWith(2 * 21 + 1);
    }
}
