package io.github.qmpjunit.qemu.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.faults.Fault;
import io.github.qmpjunit.qemu.process.LaunchPrefix;
import io.github.qmpjunit.qemu.process.QemuException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QemuIoTest {

    private static final int SIZE = 1 << 20;

    @TempDir
    Path folder;

    private Path image;
    private QemuMachine vm;

    @BeforeEach
    void start() throws IOException {
        image = Files.write(folder.resolve("disk.img"), new byte[SIZE]);
        vm = QemuMachine.builder()
                .faultyDisk("disk", Map.of("driver", "file", "filename", image))
                .start();
    }

    @AfterEach
    void stop() {
        vm.close();
    }

    @Test
    void what_is_written_is_there() throws IOException {
        assertThat(vm.qemuIo("disk", "write -P 0x5a 512 1k")).startsWith("wrote 1024/1024 bytes at offset 512");
        assertThat(vm.qemuIo("disk", "read -P 0x5a 512 1k")).startsWith("read 1024/1024 bytes at offset 512");

        byte[] expected = new byte[1024];
        Arrays.fill(expected, (byte) 0x5a);
        assertThat(Arrays.copyOfRange(Files.readAllBytes(image), 512, 1536)).isEqualTo(expected);
    }

    @Test
    void a_write_that_fails_fails() {
        try (Fault full = vm.faults().fillUp("disk")) {
            assertThatThrownBy(() -> vm.qemuIo("disk", "write -P 1 0 4k"))
                    .as("with %s", full)
                    .isInstanceOf(QemuException.class)
                    .hasMessage(
                            "qemu-io disk \"write -P 1 0 4k\" failed on machine \"vm\": write failed: No space left on device");
        }
        vm.qemuIo("disk", "write -P 1 0 4k");
    }

    @Test
    void a_pattern_that_is_not_there_fails() {
        assertThatThrownBy(() -> vm.qemuIo("disk", "read -P 7 0 4k"))
                .isInstanceOf(QemuException.class)
                .hasMessageEndingWith("Pattern verification failed at offset 0, 4096 bytes");
    }

    @Test
    void a_node_that_is_not_there_fails_in_the_monitors_words() {
        assertThatThrownBy(() -> vm.qemuIo("nowhere", "write 0 4k"))
                .isInstanceOf(QemuException.class)
                .hasMessageEndingWith("Error: Cannot find device='' nor node-name='nowhere'");
    }

    @Test
    void arguments_that_are_no_numbers_fail() {
        assertThatThrownBy(() -> vm.qemuIo("disk", "write 0 \u0661"))
                .isInstanceOf(QemuException.class)
                .hasMessageContaining("failed on machine \"vm\": ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"flush", "nosuch", "aio_write 0 4k", "write -q 0 4k", ""})
    void commands_that_do_not_tell_are_refused(String command) {
        assertThatThrownBy(() -> vm.qemuIo("disk", command))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "Only discard, read, readv, write, writev without -q report whether they succeed, \"%s\" does not",
                        command);
    }

    @Test
    void a_machine_elsewhere_is_refused() {
        try (QemuMachine far =
                QemuMachine.builder().prefix(LaunchPrefix.remote("nice")).start()) {
            assertThatThrownBy(() -> far.qemuIo("disk", "write 0 4k"))
                    .isInstanceOf(QemuException.class)
                    .hasMessageEndingWith("it runs behind \"nice\", out of sight");
        }
    }
}
