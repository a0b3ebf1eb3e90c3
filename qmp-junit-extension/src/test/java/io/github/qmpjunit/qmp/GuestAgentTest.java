package io.github.qmpjunit.qmp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.qmp.transport.PeerCredentials;
import io.github.qmpjunit.qmp.transport.QmpAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The client against a real guest agent, which runs on the host: no greeting, nothing to negotiate. */
@EnabledOnOs(OS.LINUX)
class GuestAgentTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    /** Connect as soon as the agent listens, which it has no other way to tell: its socket's file is there a moment before. */
    private static QmpClient connect(Path socket, Process agent) {
        Deadline deadline = Deadline.in(SOON);
        while (true) {
            try {
                return QmpClient.builder().name("agent").expectGreeting(false).connect(QmpAddress.unix(socket));
            } catch (QmpConnectException e) {
                if (!agent.isAlive() || deadline.isOver()) {
                    throw e;
                }
            }
        }
    }

    private static Process start(Path dir) throws Exception {
        Path agent = Stream.of("/usr/sbin/qemu-ga", "/usr/bin/qemu-ga")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no qemu-ga; scripts/setup/qemu installs it"));
        return new ProcessBuilder(
                        agent.toString(),
                        "-m",
                        "unix-listen",
                        "-p",
                        dir.resolve("qga").toString(),
                        "-t",
                        dir.toString(),
                        "-f",
                        dir.resolve("pid").toString(),
                        "-l",
                        dir.resolve("log").toString())
                .start();
    }

    @Test
    void needs_neither_greeting_nor_negotiation(@TempDir Path dir) throws Exception {
        Process agent = start(dir);
        try (QmpClient qga = connect(dir.resolve("qga"), agent)) {
            assertThat(qga.execute("guest-sync", Map.of("id", 4711)).asInt()).isEqualTo(4711);
            assertThat(qga.execute("guest-sync-delimited", Map.of("id", 4712)).asInt())
                    .isEqualTo(4712);
            assertThat(qga.execute("guest-info").path("version").asString()).isNotEmpty();
            assertThat(qga.execute("guest-ping")).isEmpty();
            assertThat(qga.peer().map(PeerCredentials::pid)).hasValue(agent.pid());
            assertThatThrownBy(() -> qga.execute("guest-nonsense"))
                    .isInstanceOf(QmpErrorException.class)
                    .hasMessageContaining("guest-nonsense");
            assertThatThrownBy(qga::greeting).isInstanceOf(QmpStateException.class);
        } finally {
            agent.destroyForcibly().waitFor();
        }
    }
}
