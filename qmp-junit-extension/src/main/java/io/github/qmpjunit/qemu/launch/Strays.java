package io.github.qmpjunit.qemu.launch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Finds processes whose parent has gone: a script that wraps QEMU was killed, and QEMU lives on as nobody's child. What only we could
 * have given it gives it away: the monitor's socket in our private directory on its command line, or our end of its standard output or standard error.
 */
final class Strays {

    private static final Path PROC = Path.of("/proc");

    private Strays() {}

    /** Kill all whose command line has the argument. */
    static void kill(String argument) {
        killByCommandLine(argument + "\0");
    }

    /** Kill all whose command line has an argument that begins so. */
    static void killByBeginning(String beginning) {
        killByCommandLine(beginning);
    }

    private static void killByCommandLine(String part) {
        ProcessHandle.allProcesses()
                .filter(process -> hasOnCommandLine(process, part))
                .forEach(ProcessHandle::destroyForcibly);
    }

    /** Return whether the process is in the {@code /proc} that we see. */
    static boolean canBeSeen(long pid) {
        return Files.exists(PROC.resolve(Long.toString(pid)));
    }

    /** Return what is behind a descriptor of a process, if it is a pipe; an empty text where that cannot be told. */
    static String pipeOf(long pid, int descriptor) {
        try {
            String target = Files.readSymbolicLink(PROC.resolve(pid + "/fd/" + descriptor))
                    .toString();
            return target.startsWith("pipe:") ? target : "";
        } catch (IOException e) {
            return ""; // no Linux, or it has ended
        }
    }

    /** Kill all who can write to the pipe. */
    static void killWriters(String pipe) {
        ProcessHandle.allProcesses()
                .filter(process -> process.pid() != ProcessHandle.current().pid() && canWrite(process.pid(), pipe))
                .forEach(ProcessHandle::destroyForcibly);
    }

    private static boolean canWrite(long pid, String pipe) {
        Path process = PROC.resolve(Long.toString(pid));
        try (DirectoryStream<Path> open = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path descriptor : open) {
                if (isTarget(descriptor, pipe) && isForWriting(process.resolve("fdinfo/" + descriptor.getFileName()))) {
                    return true;
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            // It has ended, or belongs to another user.
        }
        return false;
    }

    private static boolean isTarget(Path descriptor, String pipe) {
        try {
            return Files.readSymbolicLink(descriptor).toString().equals(pipe);
        } catch (IOException e) {
            return false; // closed meanwhile
        }
    }

    /** The end to read from is not only ours: for a moment, each child that we start has it. */
    private static boolean isForWriting(Path info) throws IOException {
        return Files.readAllLines(info).stream()
                .anyMatch(line -> line.startsWith("flags:") && (line.endsWith("1") || line.endsWith("2")));
    }

    private static boolean hasOnCommandLine(ProcessHandle process, String part) {
        try {
            // Java's own reading stops after a page.
            Path commandLine = PROC.resolve(process.pid() + "/cmdline");
            return Files.readString(commandLine, StandardCharsets.ISO_8859_1).contains(part);
        } catch (IOException e) {
            return process.info().commandLine().orElse("").contains(part.replace("\0", ""));
        }
    }
}
