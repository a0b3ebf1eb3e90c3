package io.github.qmpjunit.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.qemu.process.QemuStartException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Processes that we have not started ourselves, but that would not be there without us. */
@EnabledOnOs(OS.LINUX)
class OffspringTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    @Test
    void a_qemu_behind_a_wrapper_dies_with_a_jvm_that_is_killed(@TempDir Path temp) throws Exception {
        Process jvm = OtherJvm.start(temp, WrappedMachineHolder.class);
        ProcessHandle qemu =
                ProcessHandle.of(Long.parseLong(OtherJvm.firstLine(jvm))).orElseThrow();
        assertThat(qemu.parent().orElseThrow().pid()).isNotEqualTo(jvm.pid());

        jvm.destroyForcibly().waitFor();

        assertThat(qemu.onExit()).succeedsWithin(SOON);
    }

    @Test
    void who_watches_over_a_wrapped_qemu_goes_with_it() {
        try (QemuMachine vm = QemuMachine.builder()
                .prefix("sh", "-c", "\"$@\"; exit $?", "sh")
                .start()) {
            assertThat(vm.qmp().peer().orElseThrow().pid()).isNotEqualTo(vm.pid());
        }

        assertThat(ProcessHandle.current()
                        .children()
                        .filter(child -> child.info().commandLine().orElse("").contains("qmp-junit-lifeline")))
                .allSatisfy(watcher -> assertThat(watcher.onExit()).succeedsWithin(SOON));
    }

    @Test
    void a_grandchild_that_holds_standard_error_open_ends_with_the_machine(@TempDir Path folder) throws Exception {
        Path pid = folder.resolve("pid");
        String script = "setsid sleep 1000 & echo $! >" + pid + "; exec \"$@\"";
        try (QemuMachine vm = QemuMachine.builder()
                .name("holds-stderr")
                .prefix("sh", "-c", script, "sh")
                .start()) {
            assertThat(vm.isRunning()).isTrue();
        }

        awaitEnd(pid);
        assertReaderEnds("holds-stderr");
    }

    @Test
    void a_grandchild_of_a_failed_start_ends_as_well(@TempDir Path folder) throws Exception {
        Path pid = folder.resolve("pid");
        String script = "setsid sleep 1000 & echo $! >" + pid + "; exec sleep 1000";

        assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> QemuMachine.builder()
                        .name("fails-with-child")
                        .startTimeout(Duration.ofSeconds(2))
                        .prefix("sh", "-c", script, "sh")
                        .start()))
                .isInstanceOf(QemuStartException.class);

        awaitEnd(pid);
        assertReaderEnds("fails-with-child");
    }

    @Test
    void a_process_that_has_its_own_standard_error_is_left_alone(@TempDir Path folder) throws Exception {
        Path pid = folder.resolve("pid");
        String script = "setsid sleep 1000 >/dev/null 2>&1 & echo $! >" + pid + "; exec \"$@\"";
        try (QemuMachine vm =
                QemuMachine.builder().prefix("sh", "-c", script, "sh").start()) {
            // A daemon that the wrapper starts for others, too.
            vm.qmp().execute("quit");
            assertThat(vm.endsWithin(SOON)).isTrue();
        }

        ProcessHandle daemon = ProcessHandle.of(readPid(pid)).orElseThrow();
        assertThat(daemon.isAlive()).isTrue();
        daemon.destroyForcibly();
    }

    private static long readPid(Path file) throws IOException {
        return Long.parseLong(Files.readString(file).strip());
    }

    private static void awaitEnd(Path pid) throws IOException {
        ProcessHandle.of(readPid(pid))
                .ifPresent(process -> assertThat(process.onExit()).succeedsWithin(SOON));
    }

    private static void assertReaderEnds(String name) throws InterruptedException {
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().contains("\"" + name + "\"-stderr")) {
                thread.join(TimeUnit.SECONDS.toMillis(20));
                assertThat(thread.isAlive()).isFalse();
            }
        }
    }
}
