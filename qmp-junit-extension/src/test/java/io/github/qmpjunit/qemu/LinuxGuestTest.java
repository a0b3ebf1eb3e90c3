package io.github.qmpjunit.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.qemu.guest.SerialConsole;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 5, unit = TimeUnit.MINUTES)
class LinuxGuestTest {

    @Test
    void boots_to_a_shell_and_powers_off_at_its_power_button() {
        try (QemuMachine vm = LinuxGuest.boot(LinuxGuest.builder())) {
            SerialConsole console = vm.console();

            console.sendLine("echo $((6 * 7)) is the answer");

            console.output().awaitText("42 is the answer", Duration.ofSeconds(60));
            assertThat(vm.shutDownGuest(Duration.ofSeconds(60)).isSuccess()).isTrue();
        }
    }
}
