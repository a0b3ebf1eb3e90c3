package io.github.qmpjunit.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.qemu.process.LaunchPrefix;
import io.github.qmpjunit.qemu.process.OutputMark;
import io.github.qmpjunit.qemu.process.QemuOutputException;
import io.github.qmpjunit.qemu.process.QemuStartException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a process writes to its standard output. */
class StdoutTest {

    private static final Duration SOON = Duration.ofSeconds(30);

    private static QemuMachineBuilder withDisk() {
        return QemuMachine.builder()
                .blockNode(Map.of("driver", "null-co", "node-name", "disk", "size", 1 << 20, "read-zeroes", true));
    }

    @Test
    void is_captured_and_awaited() {
        try (QemuMachine vm = withDisk().start()) {
            OutputMark before = vm.stdout().mark();
            vm.qmp().execute("human-monitor-command", Map.of("command-line", "qemu-io disk \"write 0 64k\""));

            vm.stdout().awaitLine("wrote 65536/65536 bytes", SOON);

            assertThat(vm.stdout().textSince(before)).startsWith("wrote 65536/65536 bytes at offset 0\n");
            assertThat(vm.stdout().textSince(vm.stdout().mark())).isEmpty();
            assertThat(vm.stderr().text()).isEmpty();
        }
    }

    @Test
    void a_storage_daemons_is_captured(@TempDir Path folder) throws IOException {
        Path greeting = Scripts.write(folder, "echo hello%nexec qemu-storage-daemon \"$@\"".formatted());
        try (StorageDaemon daemon =
                StorageDaemon.builder().binary(greeting.toString()).start()) {
            daemon.stdout().awaitLine("hello", SOON);

            assertThat(daemon.stdout().text()).isEqualTo("hello\n");
        }
    }

    @Test
    void a_start_that_only_prints_says_what() {
        assertThatThrownBy(() -> QemuMachine.builder().machine("help").start())
                .isInstanceOf(QemuStartException.class)
                .hasMessageContaining("exited with status 0")
                .hasMessageContaining("The last lines of its standard output:\n");
    }

    @Test
    void behind_a_remote_prefix_says_where_it_is() {
        try (QemuMachine vm =
                QemuMachine.builder().prefix(LaunchPrefix.remote("nice")).start()) {
            assertThat(vm.stdout().text()).isEmpty();
            assertThatThrownBy(() -> vm.stdout().awaitText("x", SOON))
                    .isInstanceOf(QemuOutputException.class)
                    .hasMessage(
                            "QEMU \"vm\"'s standard output, which carries the monitor behind a remote launch prefix, has not written \"x\" and it has ended; it has written nothing");
        }
    }

    @Test
    void commands_of_several_threads_get_their_own_output() throws InterruptedException {
        List<String> wrong = Collections.synchronizedList(new ArrayList<>());
        try (QemuMachine vm = withDisk().start()) {
            CountDownLatch go = new CountDownLatch(1);
            List<Thread> threads = new ArrayList<>();
            for (int i = 1; i <= 4; i++) {
                int length = i * 512;
                Thread thread = new Thread(() -> {
                    try {
                        go.await();
                        for (int round = 0; round < 50; round++) {
                            String printed = vm.qemuIo("disk", "write 0 " + length);
                            if (!printed.startsWith("wrote %s/%s bytes at offset 0\n".formatted(length, length))) {
                                wrong.add(printed);
                            }
                        }
                    } catch (InterruptedException | RuntimeException e) {
                        wrong.add(e.toString());
                    }
                });
                threads.add(thread);
                thread.start();
            }
            go.countDown();
            for (Thread thread : threads) {
                thread.join();
            }
        }

        assertThat(wrong).isEmpty();
    }
}
