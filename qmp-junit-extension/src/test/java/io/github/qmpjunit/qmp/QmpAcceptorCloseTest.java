package io.github.qmpjunit.qmp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.qmp.transport.QmpAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class QmpAcceptorCloseTest {

    private static final int TIMES = 200;
    private static final Duration SOON = Duration.ofSeconds(10);

    @TempDir
    private Path folder;

    @Test
    @EnabledOnOs(OS.LINUX)
    void a_wait_that_comes_to_nothing_costs_no_file_descriptor() throws IOException {
        long before = openSockets();
        for (int i = 0; i < TIMES; i++) {
            QmpAcceptor acceptor = QmpAcceptor.bind(QmpAddress.unix(folder.resolve("s" + i)));
            assertThatThrownBy(() -> acceptor.accept(Duration.ofMillis(2))).isInstanceOf(QmpConnectException.class);
        }

        // Tests beside this one have theirs.
        assertThat(openSockets() - before).isLessThan(TIMES / 2);
    }

    @Test
    void the_file_of_the_next_acceptor_at_the_same_path_stays() {
        Path path = folder.resolve("s");
        for (int i = 0; i < TIMES; i++) {
            QmpAcceptor acceptor = QmpAcceptor.bind(QmpAddress.unix(path));
            CompletableFuture<QmpClient> accepting = acceptor.acceptAsync(SOON);
            acceptor.close();

            try (QmpAcceptor next = QmpAcceptor.bind(QmpAddress.unix(path))) {
                assertThat(next.address()).isEqualTo(acceptor.address());
                assertThat(accepting).failsWithin(SOON); // only now its thread has ended
                assertThat(path).exists();
            }
            assertThat(path).doesNotExist();
        }
    }

    private static long openSockets() throws IOException {
        try (Stream<Path> fds = Files.list(Path.of("/proc/self/fd"))) {
            return fds.filter(QmpAcceptorCloseTest::isSocket).count();
        }
    }

    private static boolean isSocket(Path fd) {
        try {
            return Files.readSymbolicLink(fd).toString().startsWith("socket:");
        } catch (IOException e) {
            return false; // closed meanwhile
        }
    }
}
