package io.github.qmpjunit.examples;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.junit.Vm;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qmp.QmpCommand;
import io.github.qmpjunit.qmp.QmpDisconnectedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An end that the test expects, and a machine that is started again. */
@QemuTest
@Vm(args = {"-blockdev", "null-co,node-name=disk,size=1048576"})
class CrashAndRestartTest {

    private static final QmpCommand CRASH =
            QmpCommand.of("human-monitor-command").with("command-line", "qemu-io disk abort");

    @Test
    void a_crash_is_expected(QemuMachine vm) {
        assertThatThrownBy(() -> vm.qmp().execute(CRASH)).isInstanceOf(QmpDisconnectedException.class);
        assertThat(vm).endsBySignal(6);
    }

    @Test
    void whichever_way_it_ends(QemuMachine vm) {
        vm.expectEnd();
        assertThatThrownBy(() -> vm.qmp().execute(CRASH)).isInstanceOf(QmpDisconnectedException.class);
    }

    @Test
    void what_was_written_survives_a_crash(QemuMachine vm, @TempDir Path dir) throws IOException {
        Path image = Files.write(dir.resolve("disk.img"), new byte[1 << 20]);
        vm.restart(with -> with.blockNode(Map.of("driver", "file", "node-name", "image", "filename", image)));
        vm.qemuIo("image", "write -P 0x5a 0 64k");
        assertThatThrownBy(() -> vm.qmp().execute(CRASH)).isInstanceOf(QmpDisconnectedException.class);
        assertThat(vm).endsBySignal(6);

        vm.restart();

        vm.qemuIo("image", "read -P 0x5a 0 64k");
    }
}
