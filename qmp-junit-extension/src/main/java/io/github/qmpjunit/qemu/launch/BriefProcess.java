package io.github.qmpjunit.qemu.launch;

import io.github.qmpjunit.qemu.process.ExitStatus;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apiguardian.api.API;

/** Runs a program to its end, within a limit. Its output goes to files, so that no thread has to read it. */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public final class BriefProcess {

    private static final Duration LAST_BREATH = Duration.ofSeconds(5);

    private BriefProcess() {}

    /**
     * What came of a program.
     *
     * @param exit how it ended; empty if its time was over, and it was killed
     * @param stdout its standard output
     * @param stderr its standard error
     */
    public record Outcome(Optional<ExitStatus> exit, String stdout, String stderr) {}

    /**
     * Run a program. It dies with the JVM.
     *
     * @param commandLine the command line, the program first
     * @param directory a folder for its output
     * @param limit how long it can run
     * @return what came of it
     * @throws IOException if the system cannot start it, or its output cannot be read
     * @throws InterruptedException if the thread is interrupted; the program is killed then
     */
    public static Outcome run(List<String> commandLine, Path directory, Duration limit)
            throws IOException, InterruptedException {
        File stdout = directory.resolve("stdout").toFile();
        File stderr = directory.resolve("stderr").toFile();
        ProcessKeeper.watchOverThisJvm();
        Process process = ProcessKeeper.start(
                commandLine,
                new ProcessBuilder()
                        .redirectInput(new File("/dev/null"))
                        .redirectOutput(stdout)
                        .redirectError(stderr),
                true);
        boolean ended = false;
        try {
            ended = process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS);
        } finally {
            if (ended) {
                ProcessKeeper.hasEnded(process);
            } else {
                ProcessKeeper.discard(process, true);
            }
        }
        if (!ended) {
            process.waitFor(LAST_BREATH.toNanos(), TimeUnit.NANOSECONDS);
        }
        return new Outcome(
                ended ? Optional.of(ExitStatus.of(process.exitValue(), false)) : Optional.empty(),
                textOf(stdout),
                textOf(stderr));
    }

    private static String textOf(File file) throws IOException {
        return new String(Files.readAllBytes(file.toPath()), StandardCharsets.UTF_8);
    }
}
