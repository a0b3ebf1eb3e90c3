package io.github.qmpjunit.qemu.launch;

import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.internal.TerminalText;
import io.github.qmpjunit.qemu.process.ExitStatus;
import io.github.qmpjunit.qemu.process.OutputLog;
import io.github.qmpjunit.qmp.transport.QmpAddress;
import io.github.qmpjunit.secrets.Secrets;
import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A running child process: its end, what it writes, and what to say about it. Thread-safe. */
final class QemuProcess {

    /** In characters, of standard error in a message; its end is what explains a failure. */
    private static final int MOST_TOLD = 8_000;

    private static final int TAIL_LINES = 10;

    /** How long its output can stay open after its end; after that, another process holds it. */
    private static final Duration LAST_WORDS = Duration.ofMillis(500);

    private static final int STDOUT = 1;
    private static final int STDERR = 2;

    private final String label;
    private final List<String> commandLine;
    private final String shellCommand;
    private final String shownCommand;
    private final Secrets secrets;
    private final Process process;
    private final OutputLog stderr;
    private final boolean guestMayChooseTheCode;
    private final boolean offspringIsOurs;
    private final OutputLog stdout;
    private final String stderrPipe;
    private final Path workingDirectory;
    private final String stdoutPipe;
    private final long startedNanos = System.nanoTime();
    private final CompletableFuture<@Nullable Void> exit = new CompletableFuture<>();
    private volatile long exitedNanos;
    private volatile @Nullable ProcessHandle speaker;
    private volatile @Nullable Closeable lifeline;
    private volatile boolean endExpected;

    private QemuProcess(LaunchPlan plan, List<String> commandLine, Process process, @Nullable QemuProcess predecessor) {
        this.label = plan.label();
        this.commandLine = commandLine;
        this.secrets = plan.learnedBy(
                predecessor == null ? new Secrets() : predecessor.secrets,
                commandLine); // here, while it starts already
        this.shellCommand = PrefixedCommand.forShell(plan.prefix(), commandLine, plan.environment());
        this.shownCommand = PrefixedCommand.forMessages(plan.prefix(), commandLine, plan.environment(), secrets);
        this.process = process;
        this.workingDirectory = plan.workingDirectory().orElse(Path.of("")).toAbsolutePath();
        this.offspringIsOurs = !plan.prefix().isRemote();
        this.stderr = predecessor == null ? new OutputLog(label + "'s standard error", secrets) : predecessor.stderr;
        this.guestMayChooseTheCode = commandLine.stream()
                .anyMatch(argument -> argument.contains("isa-debug-exit") || argument.contains("semihosting"));
        this.stderrPipe = offspringIsOurs ? Strays.pipeOf(process.pid(), STDERR) : "";
        this.stdoutPipe = offspringIsOurs ? Strays.pipeOf(process.pid(), STDOUT) : "";
        this.stdout = predecessor != null
                ? predecessor.stdout
                : offspringIsOurs
                        ? new OutputLog(label + "'s standard output", secrets)
                        : OutputLog.outOfReach(
                                label + "'s standard output, which carries the monitor behind a remote launch prefix,",
                                secrets);
        if (offspringIsOurs) {
            stdout.follow(process.getInputStream(), label + "-stdout");
        }
        stderr.follow(process.getErrorStream(), label + "-stderr");
        watchExit();
    }

    /** A thread of its own: Process.onExit() tells through the common pool, which a test may keep busy. */
    private void watchExit() {
        Thread thread = new Thread(
                () -> {
                    try {
                        process.waitFor();
                    } catch (InterruptedException e) {
                        // Nobody knows this thread, so nobody interrupts it.
                    }
                    exitedNanos = System.nanoTime();
                    ProcessKeeper.hasEnded(process);
                    exit.complete(null);
                },
                label + "-exit");
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Start what the plan says. On this machine, its standard input is empty; elsewhere, QMP goes through that and its standard output.
     *
     * @param predecessor the process whose place it takes, whose logs and secrets continue; null if it is the first
     */
    static QemuProcess start(LaunchPlan plan, List<String> commandLine, @Nullable QemuProcess predecessor)
            throws IOException {
        ProcessBuilder prototype = new ProcessBuilder();
        if (!plan.prefix().isRemote()) {
            prototype.redirectInput(new File("/dev/null"));
            if (!plan.environment().isEmpty()) { // to touch it is to copy it
                prototype.environment().putAll(plan.environment());
            }
            plan.workingDirectory().ifPresent(folder -> prototype.directory(folder.toFile()));
        }
        Process process = ProcessKeeper.start(
                PrefixedCommand.toStart(plan.prefix(), commandLine, plan.environment(), plan.workingDirectory()),
                prototype,
                !plan.prefix().isRemote());
        boolean watched = false;
        try {
            QemuProcess started = new QemuProcess(plan, commandLine, process, predecessor);
            watched = true;
            return started;
        } finally {
            if (!watched) { // for want of a thread or of memory
                ProcessKeeper.discard(process, !plan.prefix().isRemote());
            }
        }
    }

    /** Return what names it in messages. */
    String label() {
        return label;
    }

    long pid() {
        return process.pid();
    }

    boolean isRunning() {
        return process.isAlive();
    }

    Optional<ExitStatus> exitStatus() {
        return process.isAlive()
                ? Optional.empty()
                : Optional.of(ExitStatus.of(process.exitValue(), guestMayChooseTheCode));
    }

    @SuppressWarnings("FutureReturnValueIgnored") // run for its effect
    void onExit(Runnable action) {
        exit.thenRun(action);
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

    /** Take note that it ends because we want it to: nobody needs to be told the details of that. */
    void expectEnd() {
        endExpected = true;
    }

    boolean isEndExpected() {
        return endExpected;
    }

    /**
     * Take note of who speaks at our monitor's socket: this process or, where it is a wrapper, the one that it started.
     *
     * @param argument what is on the command line of the one who speaks
     */
    void setSpeaker(long pid, String argument) {
        if (pid == pid() || pid <= 0) { // 0: in a namespace that we cannot see
            return;
        }
        speaker = ProcessHandle.of(pid).orElse(null);
        if (Strays.canBeSeen(pid)) {
            try {
                lifeline = ProcessKeeper.killWithThisJvm(pid, argument);
            } catch (IOException e) {
                System.getLogger(QemuProcess.class.getName())
                        .log(
                                Level.WARNING,
                                TerminalText.message(
                                        "%s would outlive this JVM if that is killed: its launch prefix does not become QEMU (with exec), and the process that watches over it could not be started"
                                                .formatted(label)),
                                e);
            }
        }
    }

    /** Let go of all that is kept of it when it has ended; those whom it left behind with its output end, too. */
    void letGo() {
        try {
            killThoseWhoHold(stderrPipe, stderr);
            killThoseWhoHold(stdoutPipe, stdout);
        } finally {
            Closeable line = lifeline;
            if (line != null) {
                try {
                    line.close();
                } catch (IOException e) {
                    // It is gone already.
                }
            }
        }
    }

    private static void killThoseWhoHold(String pipe, OutputLog log) {
        if (!pipe.isEmpty() && !log.awaitEnd(LAST_WORDS)) {
            Strays.killWriters(pipe);
        }
    }

    /** Send SIGTERM to the process and, on this machine, to those whom it started. */
    void terminate() {
        offspring().forEach(ProcessHandle::destroy);
        process.destroy();
    }

    /** Send SIGKILL to the process and, on this machine, to those whom it started. */
    void kill() {
        try {
            offspring().forEach(ProcessHandle::destroyForcibly);
        } finally {
            process.destroyForcibly();
        }
    }

    /** Return whether anyone is left, the process or the one that speaks for it; a wrapper may end before what it wraps. */
    boolean isAnyoneLeft() {
        ProcessHandle handle = speaker;
        return process.isAlive() || (handle != null && handle.isAlive());
    }

    /**
     * The speaker first: it may be nobody's child any more. What a remote prefix has started must outlive it for a moment: srun's
     * child ends the job when srun is killed. All of it ends at the end of its standard input, which goes with the process.
     */
    private List<ProcessHandle> offspring() {
        if (!offspringIsOurs) {
            return List.of();
        }
        return Stream.concat(Stream.ofNullable(speaker), process.descendants()).toList();
    }

    OutputLog stderr() {
        return stderr;
    }

    OutputLog stdout() {
        return stdout;
    }

    /** Return the address of a monitor that speaks through the process's standard input and output. */
    QmpAddress streams() {
        return QmpAddress.streams(process.getInputStream(), process.getOutputStream());
    }

    /** Return the command line without the prefix. */
    List<String> commandLine() {
        return commandLine;
    }

    /** Return the command line as a shell reads it, the prefix first. */
    String shellCommand() {
        return shellCommand;
    }

    /** Return the same for messages: without secrets. */
    String shownCommand() {
        return shownCommand;
    }

    /** Return what the process was told in confidence, by its command line or its monitor. */
    Secrets secrets() {
        return secrets;
    }

    /** Return what the end of the process, or its going on, looks like in a sentence; without the details. */
    String state() {
        Optional<ExitStatus> status = exitStatus();
        if (status.isEmpty()) {
            return "%s is running (pid %s)".formatted(label, pid());
        }
        long exited = exitedNanos == 0 ? System.nanoTime() : exitedNanos;
        return "%s (pid %s) %s after %s"
                .formatted(label, pid(), status.get(), Deadline.format(Duration.ofNanos(exited - startedNanos)));
    }

    /** Return what is worth knowing while it runs: its state, and the last it wrote to standard error; without secrets. */
    String describe() {
        List<String> tail = stderr.tail(TAIL_LINES);
        return tail.isEmpty()
                ? state() + "."
                : "%s. The last lines of its standard error:%n%s"
                        .formatted(
                                state(),
                                secrets.mask(String.join("\n", tail)).indent(2).stripTrailing());
    }

    private static String ending(String text) {
        int tooMany = text.length() - MOST_TOLD;
        return tooMany <= 0
                ? text
                : "[%s characters before this are left out]%n%s".formatted(tooMany, text.substring(tooMany));
    }

    /** Return all that is known: state, standard error, command line; without secrets. */
    String details() {
        String written = written();
        return "%s%n%s%s%n%s"
                .formatted(
                        state(),
                        written.isEmpty() ? "Standard error is empty." : told(written),
                        lastOutput(),
                        command());
    }

    /** Return why it did not start, the most telling line first; without secrets. */
    String whyNotStarted() {
        String written = written();
        String cause = ErrorLines.cause(written);
        String hint = secrets.mask(StartHint.of(commandLine, stderrOfThis(), workingDirectory, offspringIsOurs));
        String first = "%s did not start: %s"
                .formatted(label, cause.isEmpty() ? "it wrote nothing to its standard error" : cause);
        String rest = written.lines().count() > 1 ? "\n" + told(written) : "";
        return "%s%s%n%s%s%s%n%s".formatted(first, hint, state(), rest, lastOutput(), command());
    }

    private String written() {
        if (!isRunning()) {
            stderr.awaitEnd(LAST_WORDS);
            stdout.awaitEnd(LAST_WORDS);
        }
        return ending(secrets.mask(stderrOfThis().stripTrailing()));
    }

    /** Without what a process wrote whose place this one has taken. */
    private String stderrOfThis() {
        return stderr.textSince(stderr.beginning());
    }

    private static String told(String written) {
        return "Standard error:\n" + written.indent(2).stripTrailing();
    }

    private String command() {
        return "Command line:%n  %s".formatted(shownCommand);
    }

    /** What QEMU prints where it was asked to list something, and so exits. While it runs, the guest may write there. */
    private String lastOutput() {
        List<String> tail = isRunning() ? List.of() : stdout.tail(TAIL_LINES);
        return tail.isEmpty()
                ? ""
                : "%nThe last lines of its standard output:%n%s"
                        .formatted(
                                secrets.mask(String.join("\n", tail)).indent(2).stripTrailing());
    }
}
