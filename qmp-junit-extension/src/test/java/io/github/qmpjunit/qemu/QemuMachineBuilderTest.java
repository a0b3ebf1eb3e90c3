package io.github.qmpjunit.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.qemu.process.CommandLine;
import io.github.qmpjunit.qmp.EventMatcher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QemuMachineBuilderTest {

    private static String lineOf(QemuMachineBuilder builder) {
        return builder.shellCommand().replaceAll("^\\S+/qemu-system-\\S+ ", "");
    }

    @Test
    void the_command_line_without_plumbing_is_what_a_person_would_try() {
        assertThat(lineOf(QemuMachine.builder()
                        .machine("q35")
                        .cpu("qemu64")
                        .accelerators("kvm", "tcg,thread=single")
                        .memory("64M")
                        .smp(2)
                        .paused()
                        .console("com1")
                        .qtest()
                        .args("-name", "a b")))
                .isEqualTo(
                        "-no-user-config -display none -nodefaults -machine q35 -accel kvm -accel tcg,thread=single -cpu qemu64 -m 64M -smp 2 -S -name 'a b'");
    }

    @Test
    void parts_get_ids_that_never_clash() {
        QemuMachineBuilder builder = QemuMachine.builder()
                .object("iothread", Map.of())
                .object("iothread", Map.of("id", "object1"))
                .object("iothread", Map.of());

        assertThat(lineOf(builder))
                .endsWith("-object iothread,id=object0 -object iothread,id=object1 -object iothread,id=object2");
        assertThatThrownBy(() -> builder.object("iothread", Map.of("id", "object1")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The object id \"object1\" is taken already");
    }

    @Test
    void structured_values_are_written_in_qemus_own_escaping() {
        assertThat(lineOf(QemuMachine.builder()
                        .blockNode(Map.of(
                                "driver",
                                "qcow2",
                                "file",
                                Map.of("driver", "file", "filename", "/a,b"),
                                "read-only",
                                true))))
                .endsWith("-blockdev qcow2,file.driver=file,file.filename=/a,,b,node-name=node0,read-only=on");
        assertThat(CommandLine.option("quorum", Map.of("children", List.of("a", "b"), "vote-threshold", 2)))
                .isEqualTo("quorum,children.0=a,children.1=b,vote-threshold=2");
    }

    @Test
    void a_part_without_its_kind_is_refused() {
        assertThatThrownBy(() -> QemuMachine.builder().blockNode(Map.of("node-name", "n")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("-blockdev needs a \"driver\", but has only {node-name=n}");
    }

    @Test
    void qemu_understands_it_all(@TempDir Path dir) throws IOException {
        Path odd = Files.write(dir.resolve("a, b=c.img"), new byte[4096]);
        try (QemuMachine vm = QemuMachine.builder()
                .machine("q35")
                .accelerators("tcg")
                .cpu("qemu64")
                .memory("32M")
                .smp(2)
                .paused()
                .blockNode(
                        Map.of("driver", "raw", "node-name", "disk", "file", Map.of("driver", "file", "filename", odd)))
                .device("virtio-blk-pci", Map.of("drive", "disk", "id", "blk0"))
                .object("iothread", Map.of("id", "io0"))
                .chardev("null", Map.of("id", "sink"))
                .netdev("hubport", Map.of("hubid", 1))
                .start()) {
            assertThat(vm.qmp().execute("query-status").path("status").asString())
                    .isEqualTo("prelaunch");
            assertThat(vm.qmp().execute("query-cpus-fast").size()).isEqualTo(2);
            assertThat(vm.qmp().execute("query-named-block-nodes").findValuesAsString("file"))
                    .contains(odd.toString());
            assertThat(vm.qmp().execute("query-iothreads").path(0).path("id").asString())
                    .isEqualTo("io0");
            assertThat(vm.qmp().execute("query-chardev").findValuesAsString("label"))
                    .contains("sink");
            vm.qmp().execute("cont");
            assertThat(vm.qmp().events().next(EventMatcher.event("RESUME"), Duration.ofSeconds(20)))
                    .hasToString("RESUME");
        }
    }

    @Test
    void environment_and_working_directory_reach_the_process(@TempDir Path dir) throws IOException {
        Path script = Files.writeString(
                dir.resolve("qemu"), "#!/bin/sh\necho \"$OURS in $PWD\" >&2\nexec qemu-system-x86_64 \"$@\"\n");
        assertThat(script.toFile().setExecutable(true)).isTrue();
        try (QemuMachine vm = QemuMachine.builder()
                .binary(script)
                .environment("OURS", "value")
                .workingDirectory(dir)
                .start()) {
            assertThat(vm.stderr().awaitLine(" in ", Duration.ofSeconds(20))).isEqualTo("value in " + dir);
        }
    }
}
