package io.github.qmpjunit.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Does things as another user of this machine; where that is not possible, the test is skipped. */
public final class OtherUser {

    private static final String UID = "65534"; // nobody's

    private OtherUser() {}

    /** Run a script as another user. */
    public static void run(String script) throws IOException, InterruptedException {
        assumeTrue(
                Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0)
                        && Files.isExecutable(Path.of("/usr/bin/setpriv")),
                "only root can be another user, through setpriv");
        Process process = new ProcessBuilder(
                        "/usr/bin/setpriv", "--reuid=" + UID, "--regid=" + UID, "--clear-groups", "sh", "-ec", script)
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
    }

    /** Let others put files into a folder, as into {@code /tmp}. */
    public static void letIn(Path folder) throws IOException {
        Files.setAttribute(folder, "unix:mode", 01777);
    }
}
