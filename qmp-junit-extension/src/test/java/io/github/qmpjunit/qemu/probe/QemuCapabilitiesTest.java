package io.github.qmpjunit.qemu.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.Scripts;
import io.github.qmpjunit.qemu.process.QemuBinary;
import io.github.qmpjunit.qemu.process.QemuException;
import io.github.qmpjunit.qemu.process.QemuNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QemuCapabilitiesTest {

    private final QemuCapabilities qemu = QemuCapabilities.of(QemuBinary.find(null));

    @TempDir
    private Path folder;

    @Test
    void a_machine_tells_what_its_binary_can_do() {
        try (QemuMachine vm = QemuMachine.builder().start()) {
            assertThat(QemuCapabilities.of(vm)).isSameAs(qemu);
            assertThat(qemu.version()).isEqualTo(vm.qmp().greeting().version());
            assertThat(qemu.binary()).hasToString(vm.commandLine().get(0));
        }
    }

    @Test
    void machines_have_their_names_and_their_aliases() {
        assertThat(qemu.machines()).contains("none", "q35").anyMatch(name -> name.startsWith("pc-q35-"));
    }

    @Test
    void devices_have_their_names_and_their_aliases_and_modules_count() {
        assertThat(qemu.devices())
                .contains("virtio-blk-pci", "virtio-blk", "isa-debug-exit", "virtio-gpu-pci")
                .doesNotContain("virtio-device", "q35");
    }

    @Test
    void accelerators_are_those_that_were_built_in() {
        assertThat(qemu.accelerators()).contains("tcg").doesNotContain("accel", "");
    }

    @Test
    void says_in_a_line_what_it_found() {
        assertThat(qemu)
                .asString()
                .matches("QEMU \\d+\\.\\d+\\.\\d+ .* at /.*: \\d+ machines, \\d+ devices, accelerators \\[.*tcg.*]");
    }

    @Test
    void a_binary_is_asked_once_however_it_is_called_and_however_many_ask() throws Exception {
        Path script = countingScript("");
        Path link = Files.createSymbolicLink(folder.resolve("link"), script);
        List<QemuCapabilities> found = new CopyOnWriteArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (Path path : List.of(script, link, script, link)) {
            Thread thread = new Thread(() -> found.add(QemuCapabilities.of(path)));
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(found).hasSize(4).containsOnly(QemuCapabilities.of(script));
        assertThat(starts()).isEqualTo(1);
    }

    @Test
    void a_binary_that_has_changed_is_asked_again() throws IOException {
        QemuCapabilities before = QemuCapabilities.of(countingScript(""));

        assertThat(QemuCapabilities.of(countingScript("# changed"))).isNotSameAs(before);
        assertThat(starts()).isEqualTo(2);
    }

    @Test
    void a_binary_that_did_not_start_is_asked_again() throws IOException {
        Path broken = Files.createFile(folder.resolve("broken"));
        Path script = countingScript("[ -e '%s' ] && { echo not today >&2; exit 3; }".formatted(broken));
        assertThatThrownBy(() -> QemuCapabilities.of(script))
                .isInstanceOf(QemuException.class)
                .hasMessageStartingWith(
                        "Cannot find out what %s can do: QEMU \"capabilities\" did not start: not today", script)
                .hasMessageContaining("exited with status 3")
                .hasMessageContaining("not today");

        Files.delete(broken);

        assertThat(QemuCapabilities.of(script).machines()).contains("none");
    }

    @Test
    void a_binary_that_is_not_there_is_an_error_that_says_so() {
        assertThatThrownBy(() -> QemuCapabilities.of(folder.resolve("nothing")))
                .isInstanceOf(QemuNotFoundException.class)
                .hasMessageContaining("nothing");
    }

    private Path countingScript(String more) throws IOException {
        return Scripts.write(folder, """
                echo started >> '%s'
                %s
                exec "$QEMU" "$@\"""".formatted(folder.resolve("starts"), more));
    }

    private long starts() throws IOException {
        return Files.readAllLines(folder.resolve("starts")).size();
    }
}
