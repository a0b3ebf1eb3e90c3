package io.github.qmpjunit.qemu.launch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Finds processes whose parent has gone: a script that wraps QEMU was killed, and QEMU lives on as nobody's child. That it has the
 * monitor's socket in our private directory on its command line gives it away.
 */
final class Strays {

    private Strays() {}

    /** Kill all whose command line has the argument. */
    static void kill(String argument) {
        ProcessHandle.allProcesses()
                .filter(process -> hasArgument(process, argument))
                .forEach(ProcessHandle::destroyForcibly);
    }

    private static boolean hasArgument(ProcessHandle process, String argument) {
        try {
            // Java's own reading stops after a page.
            Path commandLine = Path.of("/proc", Long.toString(process.pid()), "cmdline");
            return Files.readString(commandLine, StandardCharsets.ISO_8859_1).contains(argument + "\0");
        } catch (IOException e) {
            return process.info().commandLine().orElse("").contains(argument);
        }
    }
}
