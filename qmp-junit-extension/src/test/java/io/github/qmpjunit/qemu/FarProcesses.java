package io.github.qmpjunit.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.internal.Deadline;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Finds QEMUs of this machine by a marker on their command lines, whoever has started them. */
final class FarProcesses {

    private FarProcesses() {}

    /** Return the QEMUs that were started with {@code -name} and the marker. */
    static List<ProcessHandle> ofQemu(String marker) {
        return ProcessHandle.allProcesses()
                .filter(process -> isQemu(process, marker))
                .toList();
    }

    private static boolean isQemu(ProcessHandle process, String marker) {
        try {
            Path file = Path.of("/proc", Long.toString(process.pid()), "cmdline");
            List<String> words =
                    List.of(Files.readString(file, StandardCharsets.ISO_8859_1).split("\0"));
            int name = words.indexOf("-name");
            return words.get(0).contains("qemu-system")
                    && name > 0
                    && words.get(name + 1).equals(marker);
        } catch (IOException e) {
            return false; // it is gone by now
        }
    }

    /** Wait until none is left; one that was killed from afar needs a moment. */
    static void awaitNone(String marker) {
        Deadline deadline = Deadline.in(Duration.ofSeconds(20));
        while (!ofQemu(marker).isEmpty() && !deadline.isOver()) {
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
        assertThat(ofQemu(marker)).isEmpty();
    }

    static void signal(String signal, long pid) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("sh", "-c", "kill -" + signal + " " + pid)
                        .start()
                        .waitFor())
                .isZero();
    }
}
