package io.github.qmpjunit.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Does things as another user of this machine; where that is not possible, the test is skipped. */
public final class OtherUser {

    private static final String UID = "65534"; // nobody's

    private OtherUser() {}

    /** Return whether we can be another user. */
    public static boolean isPossible() throws IOException {
        return isRoot() && Files.isExecutable(Path.of("/usr/bin/setpriv"));
    }

    private static boolean isRoot() throws IOException {
        Path self = Path.of("/proc/self");
        return Files.exists(self) && Files.getAttribute(self, "unix:uid").equals(0);
    }

    /** Run a script as another user. */
    public static void run(String script) throws IOException, InterruptedException {
        assumeTrue(isPossible(), "only root can be another user, through setpriv");
        Process process = new ProcessBuilder(
                        "/usr/bin/setpriv", "--reuid=" + UID, "--regid=" + UID, "--clear-groups", "sh", "-ec", script)
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
    }

    /**
     * Return what to put before a command line so that another user runs it who may read all that we do, and whose threads the kernel
     * counts (root's it does not). Without root, that is this user.
     */
    public static List<String> countedByTheKernel() throws IOException {
        if (!isRoot()) {
            return List.of();
        }
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "root can be another user through setpriv only");
        return List.of(
                "/usr/bin/setpriv",
                "--reuid=" + UID,
                "--regid=" + UID,
                "--clear-groups",
                "--inh-caps=+dac_override",
                "--ambient-caps=+dac_override");
    }

    /** Return whether the kernel can count the threads of what we start. */
    public static boolean isCounted() {
        try {
            return Files.isExecutable(Path.of("/usr/bin/prlimit")) && (!isRoot() || isPossible());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Let others put files into a folder, as into {@code /tmp}. */
    public static void letIn(Path folder) throws IOException {
        Files.setAttribute(folder, "unix:mode", 01777);
    }

    /**
     * Limit the threads of a process behind {@link #countedByTheKernel}: as its own user, who can change soft limits.
     *
     * @throws IOException if the process has ended
     */
    public static void limitThreads(Process jvm, int threads) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(countedByTheKernel());
        command.addAll(List.of("/usr/bin/prlimit", "--pid", Long.toString(jvm.pid()), "--nproc=" + threads + ":"));
        Process prlimit = new ProcessBuilder(command).inheritIO().start();
        assertThat(prlimit.waitFor(20, TimeUnit.SECONDS)).isTrue();
        if (!jvm.isAlive()) {
            throw new IOException("it has ended");
        }
        assertThat(prlimit.exitValue()).isZero();
    }
}
