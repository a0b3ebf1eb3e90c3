package io.github.qmpjunit.examples;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.assertj.QmpAssertions.containing;
import static io.github.qmpjunit.examples.LinuxGuest.BOOT;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.guest.GuestAgent;
import io.github.qmpjunit.qemu.guest.SerialConsole;
import org.junit.jupiter.api.Test;

@OurBoard
class LinuxGuestTest {

    @Test
    void the_guest_boots_and_answers_on_its_console_and_through_its_agent(
            QemuMachine vm, SerialConsole console, GuestAgent agent) {
        assertThat(console).within(BOOT).awaitText(LinuxGuest.PROMPT);
        console.sendLine("echo $((6 * 7)) is the answer");
        assertThat(console).within(BOOT).awaitLine(containing("42 is the answer"));

        agent.awaitReady(BOOT);
        assertThat(agent.run("uname", "-s")).succeeds().hasOutput("Linux\n");
        assertThat(agent.run("ls", "/nowhere")).hasExitStatus(1).stderrContains("No such file");

        vm.shutDownGuest(BOOT);
        assertThat(vm).exitsWith(0);
    }
}
