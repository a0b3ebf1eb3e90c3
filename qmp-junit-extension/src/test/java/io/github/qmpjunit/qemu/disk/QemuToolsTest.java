package io.github.qmpjunit.qemu.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.qemu.process.QemuNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Where the tools of a QEMU are looked for. */
class QemuToolsTest {

    @TempDir
    Path dir;

    private final Map<String, String> settings = new HashMap<>();
    private final Map<String, String> environment = new HashMap<>();

    @BeforeEach
    void put_tools_on_the_path() throws IOException {
        for (QemuTool tool : QemuTool.values()) {
            program("path/" + tool.command());
        }
        program("build/qemu-system-x86_64");
        environment.put("PATH", dir.resolve("empty") + ":" + dir.resolve("path"));
    }

    private Path program(String name) throws IOException {
        return program(name, "exit 0");
    }

    private Path program(String name, String script) throws IOException {
        Path file = dir.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + script + "\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }

    private QemuTools tools() {
        return tools(dir.resolve("build/qemu-system-x86_64"));
    }

    private QemuTools tools(Path qemu) {
        return new QemuTools(
                qemu.toString(),
                key -> Optional.ofNullable(settings.get(key)),
                key -> Optional.ofNullable(environment.get(key)),
                Duration.ofSeconds(20));
    }

    @ParameterizedTest
    @EnumSource
    void a_tool_beside_the_binary_comes_before_the_path(QemuTool tool) throws IOException {
        assertThat(tools().find(tool)).isEqualTo(dir.resolve("path").resolve(tool.command()));

        Path own = program("build/" + tool.command());

        assertThat(tools().find(tool)).isEqualTo(own);
    }

    @Test
    void a_build_keeps_the_storage_daemon_in_a_folder_of_its_own() throws IOException {
        Path own = program("build/storage-daemon/qemu-storage-daemon");

        assertThat(tools().find(QemuTool.QEMU_STORAGE_DAEMON)).isEqualTo(own);
    }

    @Test
    void an_older_build_keeps_the_binary_in_a_folder_of_its_own() throws IOException {
        Path qemu = program("build/x86_64-softmmu/qemu-system-x86_64");
        Path own = program("build/qemu-img");

        assertThat(tools(qemu).find(QemuTool.QEMU_IMG)).isEqualTo(own.toRealPath());
    }

    @Test
    void a_link_to_the_binary_leads_to_its_tools() throws IOException {
        Path own = program("build/qemu-io");
        Path link = Files.createSymbolicLink(dir.resolve("qemu"), dir.resolve("build/qemu-system-x86_64"));

        assertThat(tools(link).find(QemuTool.QEMU_IO)).isEqualTo(own.toRealPath());
    }

    @ParameterizedTest
    @EnumSource
    void a_key_names_the_folder_of_all_and_others_name_one(QemuTool tool) throws IOException {
        program("build/" + tool.command());
        Path inFolder = program("folder/" + tool.command());
        Path single = program("single");

        environment.put("QMPJUNIT_TOOLS", dir.resolve("folder").toString());
        assertThat(tools().find(tool)).isEqualTo(inFolder);
        settings.put("qmpjunit.tools", dir.resolve("path").toString());
        assertThat(tools().find(tool)).isEqualTo(dir.resolve("path").resolve(tool.command()));
        environment.put(tool.environment(), inFolder.toString());
        assertThat(tools().find(tool)).isEqualTo(inFolder);
        settings.put(tool.property(), single.toString());
        assertThat(tools().find(tool)).isEqualTo(single);
        assertThat(tools().find(tool, inFolder.toString())).isEqualTo(inFolder);
    }

    @Test
    void a_tool_that_is_not_in_the_folder_is_not_replaced_by_another() {
        settings.put("qmpjunit.tools", dir.resolve("build").toString());

        assertThatThrownBy(() -> tools().find(QemuTool.QEMU_IMG))
                .isInstanceOf(QemuNotFoundException.class)
                .hasMessage(
                        "Cannot find qemu-img: looked for \"qemu-img\", in the folder that qmpjunit.tools names, and found no executable file at\n  %s/build/qemu-img\nInstall it (Debian: qemu-utils, Fedora: qemu-img, Homebrew: qemu), name the folder of all tools with -Dqmpjunit.tools=/path/to/folder or QMPJUNIT_TOOLS=/path/to/folder, or this tool with -Dqmpjunit.qemu-img=/path/to/qemu-img or QEMU_IMG_PROG=/path/to/qemu-img"
                                .formatted(dir));
    }

    @Test
    void a_missing_tool_says_where_it_was_looked_for() {
        environment.put("PATH", dir.resolve("empty").toString());

        assertThatThrownBy(() -> tools().find(QemuTool.QEMU_NBD))
                .isInstanceOf(QemuNotFoundException.class)
                .hasMessageContaining("beside the QEMU %s/build/qemu-system-x86_64 and on the PATH".formatted(dir))
                .hasMessageContaining("\n  %s/build/qemu-nbd\n  %s/empty/qemu-nbd\n".formatted(dir, dir));
        assertThatThrownBy(() -> tools(dir.resolve("nowhere")).find(QemuTool.QEMU_NBD))
                .hasMessageContaining("on the PATH, since there is no QEMU beside which it could be");
    }

    @Test
    void a_failure_has_the_tools_own_words() throws IOException {
        program("build/qemu-img", "echo out of luck >&2; exit 3");

        assertThatThrownBy(() -> tools().run(QemuTool.QEMU_IMG, "info", "disk one"))
                .isInstanceOf(ToolFailedException.class)
                .hasMessage(
                        "qemu-img failed, it exited with status 3:\n  out of luck\nCommand line: %s/build/qemu-img info 'disk one'"
                                .formatted(dir));
    }

    @Test
    void a_tool_that_hangs_is_killed() throws IOException {
        Path program = program("build/qemu-img", "while :; do sleep 1; done");

        assertThatThrownBy(() -> tools().within(Duration.ofMillis(300)).run(QemuTool.QEMU_IMG, "info"))
                .isInstanceOf(ToolFailedException.class)
                .hasMessageStartingWith("qemu-img did not end within 300 ms and was killed.");
        assertThat(ProcessHandle.allProcesses()
                        .filter(ProcessHandle::isAlive)
                        .filter(process ->
                                process.info().commandLine().orElse("").contains(program.toString())))
                .isEmpty();
    }

    @Test
    void a_passphrase_is_in_a_private_file_and_in_no_message() throws IOException {
        program(
                "build/qemu-img",
                "f=$(echo ${3##*file=} | cut -d, -f1); ls -l $f | cut -c1-10 >&2; cat $f >&2; exit 1");

        assertThatThrownBy(() -> Disk.qcow2(dir.resolve("disk"))
                        .tools(tools())
                        .size("1M")
                        .passphrase("open-sesame-7")
                        .create())
                .isInstanceOf(ToolFailedException.class)
                .hasMessageContaining("-rw-------\n  ***\n")
                .hasMessageContaining("encrypt.key-secret=key-disk")
                .hasMessageNotContainingAny("open-sesame-7");
    }
}
