package io.github.qmpjunit.qemu.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.Scripts;
import io.github.qmpjunit.qemu.process.QemuStartException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StraysTest {

    private final String marker = UUID.randomUUID().toString();

    @Test
    void who_has_the_argument_is_killed_and_nobody_else() throws Exception {
        Process stray = new ProcessBuilder("sh", "-c", "read line", marker).start();
        Process other = new ProcessBuilder("sh", "-c", "read line", marker + "-and-more").start();
        try {
            Strays.kill(marker);

            assertThat(stray.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(other.isAlive()).isTrue();
        } finally {
            stray.destroyForcibly();
            other.destroyForcibly();
        }
    }

    @Test
    void what_a_wrapper_has_started_goes_with_it_when_it_ends_too_early(@TempDir Path folder) throws Exception {
        Path wrapper = Scripts.write(folder, "(setsid \"$QEMU\" \"$@\" &)\nexit 3");

        assertThatThrownBy(() -> QemuMachine.builder()
                        .binary(wrapper)
                        .args("-name", marker)
                        .startTimeout(Duration.ofSeconds(10))
                        .start())
                .isInstanceOf(QemuStartException.class);

        ProcessHandle.allProcesses()
                .filter(process -> process.info().commandLine().orElse("").contains(marker))
                .forEach(process -> assertThat(process.onExit()).succeedsWithin(Duration.ofSeconds(20)));
    }
}
