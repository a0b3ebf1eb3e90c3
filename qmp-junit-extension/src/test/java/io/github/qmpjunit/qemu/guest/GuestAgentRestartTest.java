package io.github.qmpjunit.qemu.guest;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.qemu.LinuxGuest;
import io.github.qmpjunit.qemu.QemuMachine;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An agent whose machine is restarted. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class GuestAgentRestartTest {

    @Test
    void the_same_object_asks_the_agent_of_the_new_process() {
        try (QemuMachine vm = LinuxGuest.builder().guestAgent().start()) {
            GuestAgent agent = vm.guestAgent();
            agent.awaitReady(LinuxGuest.BOOT_LIMIT);
            agent.run("touch", "/of-before");
            vm.kill();

            vm.restart();

            agent.awaitReady(LinuxGuest.BOOT_LIMIT);
            assertThat(agent.run("test", "-e", "/of-before").isSuccess()).isFalse();
            assertThat(vm.guestAgent()).isSameAs(agent);
        }
    }
}
