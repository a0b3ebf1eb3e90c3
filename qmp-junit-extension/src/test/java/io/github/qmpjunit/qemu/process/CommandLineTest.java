package io.github.qmpjunit.qemu.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

public class CommandLineTest {

    @Test
    void a_shell_reads_back_what_was_meant(@TempDir Path folder) throws IOException {
        List<String> odd =
                List.of("plain", "with space", "", "it's", "a\"b", "$HOME", "a\\b", "x;y", "*", "line\nbreak", "ü");
        List<String> command = new ArrayList<>(List.of("printf", "[%s]"));
        command.addAll(odd);

        // From a file: in the C locale, Java cannot pass an umlaut as an argument.
        Path script = Files.writeString(folder.resolve("script"), CommandLine.forShell(command));
        Process shell = new ProcessBuilder("sh", script.toString()).start();
        String printed = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(printed).isEqualTo("[" + String.join("][", odd) + "]");
    }

    @Test
    void words_without_need_have_no_quotes() {
        assertThat(CommandLine.forShell(List.of("qemu", "-chardev", "socket,id=a,path=/tmp/x")))
                .isEqualTo("qemu -chardev socket,id=a,path=/tmp/x");
    }

    @Test
    void a_comma_in_a_value_is_written_twice() {
        assertThat(CommandLine.optionValue("a,b")).isEqualTo("a,,b");
    }
}
