package io.github.qmpjunit.qemu.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QemuBinaryTest {

    @TempDir
    private Path folder;

    private String named;
    private String property;
    private String environment;

    @BeforeEach
    void make_executables() throws IOException {
        named = executable("named");
        property = executable("property");
        environment = executable("environment");
    }

    private String executable(String name) throws IOException {
        Path file = Files.createFile(folder.resolve(name));
        assertThat(file.toFile().setExecutable(true)).isTrue();
        return file.toString();
    }

    @Test
    void the_nearest_choice_wins() {
        assertThat(QemuBinary.find(named, property, environment, "")).hasToString(named);
        assertThat(QemuBinary.find(null, property, environment, "")).hasToString(property);
        assertThat(QemuBinary.find("", " ", environment, "")).hasToString(environment);
    }

    @Test
    void a_name_is_looked_for_on_the_path() {
        assertThat(QemuBinary.find("named", null, null, "/nowhere:" + folder)).hasToString(named);
    }

    @Test
    void what_was_found_before_is_looked_for_again_once_it_is_gone() throws IOException {
        Path later = Files.createDirectory(folder.resolve("later"));
        Path second = Files.createFile(later.resolve("named"));
        assertThat(second.toFile().setExecutable(true)).isTrue();
        String searchPath = folder + ":" + later;
        assertThat(QemuBinary.find("named", null, null, searchPath)).hasToString(named);

        Files.delete(Path.of(named));

        assertThat(QemuBinary.find("named", null, null, searchPath)).isEqualTo(second);
    }

    @Test
    void a_choice_that_is_not_there_is_not_replaced_by_another() {
        assertThatThrownBy(() -> QemuBinary.find(null, "/nowhere/qemu", environment, ""))
                .isInstanceOf(QemuNotFoundException.class)
                .hasMessage("""
                        Cannot find a QEMU to start: looked for "/nowhere/qemu", which the system property qmpjunit.qemu names, and found no executable file at
                          /nowhere/qemu
                        Install QEMU (Debian: qemu-system-x86, Fedora: qemu-system-x86-core, Homebrew: qemu), or name one with -Dqmpjunit.qemu=/path/to/qemu-system-x86_64 or QEMU_PROG=/path/to/qemu-system-x86_64""");
    }

    @Test
    void what_was_tried_on_the_path_is_in_the_error() {
        assertThatThrownBy(() -> QemuBinary.find(null, null, null, "/a:/b"))
                .isInstanceOf(QemuNotFoundException.class)
                .hasMessageContaining(
                        "since neither its definition nor the system property qmpjunit.qemu nor the environment variable QEMU_PROG names one")
                .hasMessageMatching("(?s).*\\n  /a/qemu-system-\\w+\\n  /b/qemu-system-\\w+\\n.*");
    }

    @Test
    void a_file_that_is_not_executable_is_none() throws IOException {
        Path plain = Files.createFile(folder.resolve("plain"));

        assertThatThrownBy(() -> QemuBinary.find(plain.toString(), null, null, ""))
                .isInstanceOf(QemuNotFoundException.class)
                .hasMessageContaining(plain + " (which is there, but not executable)");
        assertThatThrownBy(() -> QemuBinary.find(folder.toString(), null, null, ""))
                .isInstanceOf(QemuNotFoundException.class)
                .hasMessageContaining(folder + " (which is a directory)");
    }
}
