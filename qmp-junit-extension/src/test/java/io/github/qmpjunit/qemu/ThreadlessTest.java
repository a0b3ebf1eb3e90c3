package io.github.qmpjunit.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A limit on threads, as containers of CI have one, ends in an exception that says so; nothing hangs, and nothing is left. */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ThreadlessTest {

    @ParameterizedTest
    @ValueSource(strings = {"first", "later"})
    void without_threads_a_start_fails_and_says_why(String when, @TempDir Path temp) throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/prlimit")), "prlimit takes the threads away");
        OtherUser.letIn(temp);
        Process jvm = OtherJvm.start(OtherUser.countedByTheKernel(), temp, List.of(), Threadless.class, when);
        try {
            BufferedReader output = jvm.inputReader();
            assertThat(next(output)).isEqualTo("ready");
            OtherUser.limitThreads(jvm, 0);
            goOn(jvm);
            List<String> said = new ArrayList<>();
            for (String line = next(output); !line.equals("done"); line = next(output)) {
                said.add(line);
            }
            OtherUser.limitThreads(jvm, 4000);
            goOn(jvm);
            said.add(next(output));

            assertThat(said.subList(0, 2))
                    .allSatisfy(line -> assertThat(line)
                            .startsWith("QemuStartException: Could not start QEMU \"vm\": ")
                            .containsAnyOf("no more threads", "Resource temporarily unavailable", "native"));
            assertThat(said).contains("machines []");
            if (when.equals("later")) {
                assertThat(said).contains("closed", "more descriptors []");
                assertThat(said).last().isEqualTo("started again");
            } else { // what junixsocket could not initialise, the JVM does not try again
                assertThat(said.get(said.size() - 1)).contains("QemuStartException: Could not start QEMU");
            }
        } finally {
            jvm.destroyForcibly();
        }
    }

    /** Return what the program says next; the JVM itself has something to say about threads as well. */
    private static String next(BufferedReader output) throws IOException {
        String line = output.readLine();
        while (line != null && !line.startsWith("> ")) {
            line = output.readLine();
        }
        assertThat(line).isNotNull();
        return line.substring(2);
    }

    private static void goOn(Process jvm) throws IOException {
        jvm.getOutputStream().write('x');
        jvm.getOutputStream().flush();
    }
}
