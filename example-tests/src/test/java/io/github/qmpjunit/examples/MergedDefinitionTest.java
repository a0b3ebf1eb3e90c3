package io.github.qmpjunit.examples;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;

import io.github.qmpjunit.junit.Check;
import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.junit.Scope;
import io.github.qmpjunit.junit.Vm;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qmp.QmpClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One definition, of which single tests change a part; its disk's path is that of a file that the class has made. */
@QemuTest
@Vm(
        machine = "q35",
        args = {"-blockdev", "file,node-name=disk,filename=${image}"},
        paused = true,
        scope = Scope.CLASS)
class MergedDefinitionTest {

    @TempDir
    static Path folder;

    static Path image;

    @BeforeAll
    static void makeImage() throws IOException {
        image = Files.write(folder.resolve("disk.img"), new byte[1 << 20]);
    }

    @Test
    void the_disk_is_there(QemuMachine vm) {
        vm.qemuIo("disk", "read -P 0 0 64k");
    }

    @Test
    @Vm(without = Check.LEFTOVERS)
    void the_same_machine_without_a_check(QmpClient qmp) {
        qmp.execute("blockdev-add", Map.of("driver", "null-co", "node-name", "left"));
    }

    @Test
    @Vm(args = {"${inherited}", "-m", "64"})
    void its_own_machine_with_one_more_argument(QemuMachine vm) {
        assertThat(vm).executing("query-memory-size-summary").returns("base-memory", 64 << 20);
        vm.qemuIo("disk", "read -P 0 0 64k");
    }
}
