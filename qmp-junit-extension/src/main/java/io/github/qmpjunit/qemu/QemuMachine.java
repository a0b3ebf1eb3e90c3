package io.github.qmpjunit.qemu;

import io.github.qmpjunit.qmp.Deadline;
import io.github.qmpjunit.qmp.PeerCredentials;
import io.github.qmpjunit.qmp.QmpAcceptor;
import io.github.qmpjunit.qmp.QmpAddress;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpCommand;
import io.github.qmpjunit.qmp.QmpException;
import io.github.qmpjunit.qmp.QmpState;
import io.github.qmpjunit.qmp.QmpTimeoutException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A QEMU process with a connected monitor.
 *
 * <p>The monitor's socket is bound before QEMU starts, and QEMU connects to it: nothing is polled for, no port is taken, and a
 * QEMU that exits instead of connecting is noticed at once. The process does not outlive the JVM, and with {@link #close()} all
 * that was made for it goes too.
 *
 * <p>Thread-safe.
 */
public final class QemuMachine implements AutoCloseable {

    private static final Logger LOGGER = System.getLogger(QemuMachine.class.getName());

    private static final Duration QUIT_TIMEOUT = Duration.ofSeconds(3);
    private static final Duration EXIT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration TERMINATE_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration KILL_TIMEOUT = Duration.ofSeconds(10);

    private final String name;
    private final Path directory;
    private final QemuProcess process;
    private final QmpClient qmp;
    private final ReentrantLock closing = new ReentrantLock();
    private boolean closed;
    private volatile boolean killed;

    private QemuMachine(String name, Path directory, QemuProcess process, QmpClient qmp) {
        this.name = name;
        this.directory = directory;
        this.process = process;
        this.qmp = qmp;
    }

    /** {@return a builder for a machine} */
    public static QemuMachineBuilder builder() {
        return new QemuMachineBuilder();
    }

    static QemuMachine start(QemuMachineBuilder definition) {
        Path binary = definition.findBinary();
        Path directory = RunDirectory.ofThisJvm().create();
        boolean started = false;
        try {
            QemuMachine machine = launch(definition, binary, directory);
            started = true;
            return machine;
        } finally {
            if (!started) {
                RunDirectory.ofThisJvm().remove(directory);
            }
        }
    }

    private static QemuMachine launch(QemuMachineBuilder definition, Path binary, Path directory) {
        String label = "QEMU \"%s\"".formatted(definition.name());
        Path socket = directory.resolve("qmp");
        List<String> commandLine = definition.commandLine(binary, socket);
        try (QmpAcceptor acceptor = QmpAcceptor.bind(QmpAddress.unix(socket))) {
            QemuProcess process = QemuProcess.start(label, commandLine, directory);
            QmpClient qmp = QmpClient.builder()
                    .name(definition.name())
                    .peerDiagnosis(() -> diagnose(process))
                    .build();
            process.onExit(acceptor::close);
            try {
                acceptor.accept(qmp, definition.startTimeout());
                requirePeer(process, qmp);
                LOGGER.log(
                        Level.DEBUG,
                        () -> "started %s, version %s: %s"
                                .formatted(label, qmp.greeting().version(), CommandLine.forShell(commandLine)));
                return new QemuMachine(definition.name(), directory, process, qmp);
            } catch (RuntimeException e) {
                boolean exitedByItself = process.awaitExit(Deadline.in(Duration.ZERO));
                String details = process.details();
                process.kill();
                process.awaitExit(Deadline.in(KILL_TIMEOUT));
                closeClient(qmp);
                // Where QEMU has exited, the broken connection is but its shadow: no cause, which would say the same
                // twice.
                throw exitedByItself
                        ? new QemuStartException("Could not start a machine: " + details, null)
                        : new QemuStartException(
                                "Could not start a machine: %s%n%s".formatted(e.getMessage(), details), e);
            }
        } catch (IOException e) {
            throw new QemuStartException(
                    "Could not start a machine, %s: %s%nCommand line:%n  %s"
                            .formatted(label, e.getMessage(), CommandLine.forShell(commandLine)),
                    e);
        }
    }

    /** Say why the monitor's connection has ended; QEMU closes it some milliseconds before it is gone. */
    private static String diagnose(QemuProcess process) {
        return process.awaitExit(Deadline.in(Duration.ofSeconds(2)))
                ? process.details()
                : process.state() + ", but has closed its monitor";
    }

    /** Make sure that it is our QEMU, or a child of the command that wraps it, who has connected. */
    private static void requirePeer(QemuProcess process, QmpClient qmp) {
        Optional<Long> peer = qmp.peer().map(PeerCredentials::pid);
        Optional<ProcessHandle> ancestor = peer.flatMap(ProcessHandle::of);
        while (ancestor.isPresent() && ancestor.get().pid() != process.pid()) {
            ancestor = ancestor.get().parent();
        }
        if (peer.isPresent() && ancestor.isEmpty() && process.isRunning()) {
            throw new IllegalStateException("a stranger connected to its monitor's socket: process %d instead of %d"
                    .formatted(peer.get(), process.pid()));
        }
    }

    /** {@return the name by which messages tell this machine from others} */
    public String name() {
        return name;
    }

    /** {@return the client that is connected to the machine's monitor; it belongs to the machine, which closes it} */
    public QmpClient qmp() {
        return qmp;
    }

    /** {@return the process id} */
    public long pid() {
        return process.pid();
    }

    /** {@return whether the process runs; a paused machine's does} */
    public boolean isRunning() {
        return process.isRunning();
    }

    /** {@return the exit status, 128 plus the signal's number after a signal; empty while the process runs} */
    public OptionalInt exitStatus() {
        return process.exitStatus();
    }

    /**
     * Wait until the process has ended, as it does after a guest's shutdown.
     *
     * @param timeout how long to wait at most
     * @return the exit status; empty if the process still runs
     */
    public OptionalInt awaitExit(Duration timeout) {
        process.awaitExit(Deadline.in(timeout));
        return process.exitStatus();
    }

    /** {@return what QEMU has written to its standard error so far} */
    public String stderr() {
        return process.stderr().text();
    }

    /** {@return the command line with which QEMU was started, the binary first} */
    public List<String> commandLine() {
        return process.commandLine();
    }

    /** {@return the command line as a shell reads it} */
    public String shellCommand() {
        return CommandLine.forShell(process.commandLine());
    }

    /** {@return what is known about the process: whether and how it ended, its standard error, its command line} */
    public String describe() {
        return process.details();
    }

    /** Kill the process with SIGKILL, as a power cut would. {@link #close()} does not complain about it. */
    public void kill() {
        killed = true;
        process.kill();
    }

    /**
     * Stop QEMU and remove all that was made for it: by {@code quit}, then by SIGTERM, then by SIGKILL, each with a limit of a
     * few seconds. Idempotent.
     *
     * @throws QemuExitException if QEMU had crashed, was killed by somebody else, or exits with a status other than 0
     */
    @Override
    public void close() {
        closing.lock();
        try {
            if (!closed) {
                closed = true;
                stop();
            }
        } finally {
            closing.unlock();
        }
    }

    private void stop() {
        boolean interrupted = Thread.interrupted(); // an interrupted test's machine must go all the same
        boolean forced = false;
        String details;
        try {
            quit();
            forced = process.isRunning() && !killed && endByForce();
            details = process.details();
        } finally {
            closeClient(qmp);
            RunDirectory.ofThisJvm().remove(directory);
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        int status = process.exitStatus().orElse(-1);
        if (status != 0 && !killed && !forced) {
            throw new QemuExitException("A machine ended in another way than it should have: " + details, status);
        }
    }

    /** Why the connection ended, the process itself tells better. */
    private static void closeClient(QmpClient qmp) {
        try {
            qmp.close();
        } catch (QmpException e) {
            LOGGER.log(Level.DEBUG, "closed after its end", e);
        }
    }

    private void quit() {
        if (qmp.state() == QmpState.RUNNING && process.isRunning()) {
            try {
                qmp.execute(QmpCommand.of("quit").withTimeout(QUIT_TIMEOUT));
            } catch (QmpTimeoutException e) {
                return; // it does not listen: signals follow at once
            } catch (QmpException e) {
                // Its exit may be faster than its reply.
            }
            process.awaitExit(Deadline.in(EXIT_TIMEOUT));
        }
    }

    private boolean endByForce() {
        String how = "SIGTERM";
        process.terminate();
        if (!process.awaitExit(Deadline.in(TERMINATE_TIMEOUT))) {
            how = "SIGKILL";
            process.kill();
            process.awaitExit(Deadline.in(KILL_TIMEOUT));
        }
        LOGGER.log(
                Level.WARNING,
                "QEMU \"{0}\" (pid {1}) did not end by \"quit\" and was ended by {2}",
                name,
                Long.toString(pid()),
                how);
        return true;
    }

    @Override
    public String toString() {
        return process.state();
    }
}
