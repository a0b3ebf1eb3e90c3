package io.github.qmpjunit.qemu;

import io.github.qmpjunit.qmp.Deadline;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/** A running child process: its end, its standard error, and what to say about it. Thread-safe. */
final class QemuProcess {

    private final String label;
    private final List<String> commandLine;
    private final Process process;
    private final ProcessOutput stderr;
    private final long startedNanos = System.nanoTime();
    private volatile long exitedNanos;

    private QemuProcess(String label, List<String> commandLine, Process process) {
        this.label = label;
        this.commandLine = commandLine;
        this.process = process;
        this.stderr = new ProcessOutput(process.getErrorStream(), label + "-stderr");
        onExit(() -> exitedNanos = System.nanoTime());
    }

    /**
     * Start a process. Its standard input is empty, its standard output goes to a file in the directory.
     *
     * @param label names it in messages, such as {@code QEMU "vm"}
     */
    static QemuProcess start(String label, List<String> commandLine, Path directory) throws IOException {
        ProcessBuilder prototype = new ProcessBuilder()
                .redirectInput(new File("/dev/null"))
                .redirectOutput(directory.resolve("stdout").toFile());
        return new QemuProcess(label, commandLine, ProcessKeeper.start(commandLine, prototype));
    }

    long pid() {
        return process.pid();
    }

    boolean isRunning() {
        return process.isAlive();
    }

    /** Return the exit status, 128 plus the signal's number after a signal; empty while the process runs. */
    OptionalInt exitStatus() {
        return process.isAlive() ? OptionalInt.empty() : OptionalInt.of(process.exitValue());
    }

    @SuppressWarnings("FutureReturnValueIgnored") // run for its effect
    final void onExit(Runnable action) {
        process.onExit().thenRun(action);
    }

    /** Wait for the end; return whether it has come. An interrupt ends the wait and stays set. */
    boolean awaitExit(Deadline deadline) {
        try {
            return process.waitFor(Math.max(0, deadline.remainingNanos()), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return !process.isAlive();
        }
    }

    /** Send SIGTERM. */
    void terminate() {
        process.destroy();
    }

    /** Send SIGKILL. */
    void kill() {
        process.destroyForcibly();
    }

    ProcessOutput stderr() {
        return stderr;
    }

    List<String> commandLine() {
        return commandLine;
    }

    /** Return what the end of the process, or its going on, looks like in a sentence; without the details. */
    String state() {
        OptionalInt status = exitStatus();
        if (status.isEmpty()) {
            return "%s is running (pid %d)".formatted(label, pid());
        }
        int code = status.getAsInt();
        long exited = exitedNanos == 0 ? System.nanoTime() : exitedNanos;
        return "%s (pid %d) exited with status %d%s after %s"
                .formatted(
                        label,
                        pid(),
                        code,
                        code > 128 ? " (as after signal %d)".formatted(code - 128) : "",
                        Deadline.format(Duration.ofNanos(exited - startedNanos)));
    }

    /** Return all that is known: state, standard error, command line. */
    String details() {
        if (!isRunning()) {
            stderr.awaitEnd(Duration.ofMillis(500));
        }
        String written = stderr.text();
        return "%s%n%s%nCommand line:%n  %s"
                .formatted(
                        state(),
                        written.isEmpty()
                                ? "Standard error is empty."
                                : "Standard error:\n" + written.indent(2).stripTrailing(),
                        CommandLine.forShell(commandLine));
    }
}
