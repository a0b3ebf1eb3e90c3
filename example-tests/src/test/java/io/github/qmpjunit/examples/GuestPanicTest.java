package io.github.qmpjunit.examples;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.qmp.QmpEvents.GUEST_PANICKED;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.junit.Vm;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.qtest.Qtest;
import org.junit.jupiter.api.Test;

/** What a guest's driver would write to a port, the test writes: no guest is needed. */
@QemuTest
@Vm(
        machine = "pc",
        args = {"-m", "16", "-device", "pvpanic", "-action", "panic=pause"})
class GuestPanicTest {

    @Test
    void a_guest_that_panics_is_paused(QemuMachine vm, Qtest guest) {
        guest.outb(0x505, 1);

        assertThat(vm).awaitEvent(GUEST_PANICKED).withData("action", "pause");
        assertThat(vm).awaitStatus("guest-panicked");
    }
}
