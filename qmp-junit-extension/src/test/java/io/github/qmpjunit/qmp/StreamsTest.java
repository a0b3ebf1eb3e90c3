package io.github.qmpjunit.qmp;

import static io.github.qmpjunit.qmp.QmpEvents.STOP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.qemu.process.QemuBinary;
import io.github.qmpjunit.qmp.transport.QmpAddress;
import java.io.FileDescriptor;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** QMP through a process's standard input and output, as it goes through ssh. */
class StreamsTest {

    private Process qemu;

    @BeforeEach
    void start() throws IOException {
        String binary = QemuBinary.find(null).toString();
        qemu = new ProcessBuilder(
                        binary, "-no-user-config", "-nodefaults", "-display", "none", "-M", "none", "-qmp", "stdio")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    @AfterEach
    void stop() throws InterruptedException {
        qemu.destroyForcibly();
        qemu.waitFor(10, TimeUnit.SECONDS);
    }

    private QmpAddress address() {
        return QmpAddress.streams(qemu.getInputStream(), qemu.getOutputStream());
    }

    @Test
    void commands_and_events_go_through() {
        try (QmpClient qmp = QmpClient.connect(address())) {
            assertThat(qmp.execute("query-qmp-schema").size()).isGreaterThan(900);
            qmp.execute("stop");
            assertThat(qmp.events().next(EventMatcher.event(STOP), Duration.ofSeconds(10)))
                    .isNotNull();
            assertThat(qmp.peer()).isEmpty();
        }
    }

    @Test
    void file_descriptors_do_not_and_the_connection_stays_healthy() {
        try (QmpClient qmp = QmpClient.connect(address())) {
            assertThatThrownBy(() -> qmp.execute(QmpCommand.of("add-fd").withFds(FileDescriptor.in)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("UNIX socket");
            assertThat(qmp.execute("query-fdsets")).isEmpty();
        }
    }

    @Test
    void the_end_of_the_process_ends_the_connection() {
        QmpClient qmp = QmpClient.connect(address());
        qemu.toHandle().destroyForcibly(); // which, unlike the process's own method, does not close its streams
        qmp.awaitState(QmpState.DISCONNECTING, Duration.ofSeconds(10));

        assertThatThrownBy(() -> qmp.execute("query-status"))
                .isInstanceOf(QmpDisconnectedException.class)
                .hasMessageContaining("closed the connection");
        qmp.close();
    }

    @Test
    void close_is_quick_though_the_process_lives_on() {
        QmpClient qmp = QmpClient.connect(address());
        long start = System.nanoTime();

        qmp.close();

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
        assertThat(qemu.isAlive()).isTrue();
        assertThat(qmp.state()).isEqualTo(QmpState.IDLE);
    }
}
