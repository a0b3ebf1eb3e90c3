package io.github.qmpjunit.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Without descriptors, starts fail and say so; whatever was made until then goes, and so do the machines that run. */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DescriptorlessTest {

    private static final List<String> LIMITED = List.of("sh", "-c", "ulimit -n 200; exec \"$@\"", "sh");

    @TempDir
    private Path temp;

    @TempDir
    private Path jars;

    @ParameterizedTest
    @ValueSource(strings = {"first", "later"})
    void without_descriptors_a_start_fails_and_says_why(String when) throws Exception {
        List<String> said = run(when, "8", "20");

        assertThat(said.subList(0, 7))
                .allSatisfy(line -> assertThat(line)
                        .contains("QemuStartException: Could not start QEMU \"vm\": ")
                        .contains("too few file descriptors left. Raise \"ulimit -n\""));
        assertThat(said.subList(7, 13)).allSatisfy(line -> assertThat(line).containsAnyOf(": started", "too few"));
        assertThat(said).contains("20 free: started, machines " + (when.equals("first") ? "0" : "1"));
        assertThat(said).contains("closed, machines 0").endsWith("at last: started, machines 0");
        if (when.equals("later")) {
            assertThat(said).contains("more descriptors []");
        }
        assertThat(temp).isEmptyDirectory();
    }

    @Test
    void a_users_folders_that_cannot_be_removed_go_with_the_next_machine() throws Exception {
        assertThat(run("nested", "1", "0")).endsWith("at last: started, machines 0");
    }

    private List<String> run(String... args) throws Exception {
        Process jvm = OtherJvm.start(LIMITED, temp, List.of("-cp", Jars.classPath(jars)), Descriptorless.class, args);
        try (BufferedReader output = jvm.inputReader()) {
            return output.lines().toList();
        } finally {
            jvm.destroyForcibly().waitFor();
        }
    }
}
