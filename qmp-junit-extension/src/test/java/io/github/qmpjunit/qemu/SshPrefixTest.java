package io.github.qmpjunit.qemu;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.qemu.process.LaunchPrefix;
import io.github.qmpjunit.qemu.process.QemuExitException;
import io.github.qmpjunit.qemu.process.QemuStartException;
import io.github.qmpjunit.qmp.EventMatcher;
import io.github.qmpjunit.qmp.QmpDisconnectedException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Through a real OpenSSH server. */
@Tag("prefix")
class SshPrefixTest extends RemotePrefixContract {

    private static final String CONFIGURATION = requireNonNull(
            System.getenv("QMPJUNIT_SSH_CONFIG"), "QMPJUNIT_SSH_CONFIG: run these tests by scripts/check/prefixes");

    @Override
    List<String> words() {
        return words("ssh", "-F", CONFIGURATION, "far");
    }

    @Test
    void a_host_that_cannot_be_reached_fails_the_start_with_what_ssh_says() {
        assertThatThrownBy(() -> QemuMachine.builder()
                        .prefix(LaunchPrefix.remoteShell("ssh", "-F", CONFIGURATION, "-p", "1", "far"))
                        .start())
                .isInstanceOf(QemuStartException.class)
                .hasMessageContaining("exited with status 255")
                .hasMessageContaining("Connection refused");
    }

    @Test
    void a_connection_that_breaks_ends_waits_and_leaves_nothing(@TempDir Path marker) throws Exception {
        QemuMachine vm = QemuMachine.builder()
                .prefix(prefix(words()))
                .args("-name", marker.toString())
                .start();
        ProcessHandle script =
                FarProcesses.ofQemu(marker.toString()).get(0).parent().orElseThrow();
        FarProcesses.signal("KILL", script.parent().orElseThrow().pid());

        assertThatThrownBy(() -> vm.qmp().events().next(EventMatcher.event("RESUME"), Duration.ofMinutes(1)))
                .isInstanceOf(QmpDisconnectedException.class)
                .hasMessageContaining("exited with status 255");
        FarProcesses.awaitNone(marker.toString());
        assertThatThrownBy(vm::close).isInstanceOf(QemuExitException.class);
    }
}
