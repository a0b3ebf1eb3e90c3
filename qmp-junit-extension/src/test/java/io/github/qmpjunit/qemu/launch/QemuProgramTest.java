package io.github.qmpjunit.qemu.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QemuProgramTest {

    private static final long ME = ProcessHandle.current().pid();

    @TempDir
    private Path dir;

    private Path binary;

    @BeforeEach
    void write_a_binary() throws Exception {
        binary = Files.writeString(dir.resolve("qemu"), "#!/bin/sh");
    }

    @Test
    void names_the_binary_and_what_it_became() {
        assertThat(identify("-machine", "none"))
                .isEqualTo(identify("-machine", "q35"))
                .contains(binary.toString(), "9 bytes of ")
                .contains(ProcessHandle.current().info().command().orElse(""));
    }

    @Test
    void changes_with_size_and_time_of_the_binary() throws Exception {
        String before = identify();
        Files.setLastModifiedTime(binary, FileTime.fromMillis(5));
        String touched = identify();
        Files.writeString(binary, "longer than before");
        Files.setLastModifiedTime(binary, FileTime.fromMillis(5));

        assertThat(identify()).isNotEqualTo(touched);
        assertThat(touched).isNotEqualTo(before);
    }

    @Test
    void is_unknown_where_options_change_the_schema_or_the_binary_is_gone() throws Exception {
        assertThat(identify("-compat", "deprecated-output=hide")).isEmpty();
        assertThat(identify("--readconfig", "f")).isEmpty();
        Files.delete(binary);
        assertThat(identify()).isEmpty();
    }

    private String identify(String... args) {
        List<String> commandLine = new java.util.ArrayList<>(List.of(binary.toString()));
        commandLine.addAll(List.of(args));
        return QemuProgram.identify(commandLine, ME);
    }
}
