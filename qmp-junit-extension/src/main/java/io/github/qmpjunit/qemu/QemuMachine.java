package io.github.qmpjunit.qemu;

import io.github.qmpjunit.internal.ClientView;
import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.qemu.faults.Faults;
import io.github.qmpjunit.qemu.guest.GuestAgent;
import io.github.qmpjunit.qemu.guest.Keyboard;
import io.github.qmpjunit.qemu.guest.Screen;
import io.github.qmpjunit.qemu.guest.SerialConsole;
import io.github.qmpjunit.qemu.launch.LaunchPlan;
import io.github.qmpjunit.qemu.launch.LaunchedProcess;
import io.github.qmpjunit.qemu.launch.ThreadShortage;
import io.github.qmpjunit.qemu.process.ExitStatus;
import io.github.qmpjunit.qemu.process.LaunchPrefix;
import io.github.qmpjunit.qemu.process.MonitoredProcess;
import io.github.qmpjunit.qemu.process.OutputLog;
import io.github.qmpjunit.qemu.process.OutputMark;
import io.github.qmpjunit.qemu.process.QemuException;
import io.github.qmpjunit.qemu.process.QemuStartException;
import io.github.qmpjunit.qemu.process.QemuTimeoutException;
import io.github.qmpjunit.qemu.qtest.Qtest;
import io.github.qmpjunit.qemu.state.Migration;
import io.github.qmpjunit.qemu.state.MigrationOptions;
import io.github.qmpjunit.qemu.state.QemuIo;
import io.github.qmpjunit.qemu.state.Snapshot;
import io.github.qmpjunit.qemu.state.Snapshots;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpTranscript;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A QEMU process with a connected monitor.
 *
 * <pre>{@code
 * try (QemuMachine vm =
 *         QemuMachine.builder().machine("q35").args("-m", "64").start()) {
 *     stopped = vm;
 *     JsonNode status = vm.qmp().execute("query-status");
 *     assertThat(status.path("status").asString()).isEqualTo("running");
 * }
 * }</pre>
 *
 * <p>QEMU connects to a socket that is bound before it starts, so a QEMU that exits instead is noticed at once. The process does
 * not outlive the JVM, and with {@link #close()} all that was made for it goes too.
 *
 * <p>Thread-safe.
 */
@API(status = API.Status.MAINTAINED, since = "0.1.0")
public final class QemuMachine implements MonitoredProcess {

    private static final Duration SNAPSHOT_TIMEOUT = Duration.ofMinutes(1);
    private static final Duration FAREWELL = Duration.ofSeconds(2);

    /** What a dead process wrote to its consoles has arrived; it only has to be read. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(2);

    private final LaunchedProcess monitored;
    private final QemuIo qemuIo;
    private final Snapshots snapshots;
    private final Faults faults;

    /** Guards the change from one process to the next. */
    private final ReentrantLock restarting = new ReentrantLock();

    private volatile QemuMachineBuilder definition;
    private volatile Map<String, SerialConsole> consoles = Map.of();
    private volatile @Nullable Qtest qtest;
    private volatile @Nullable GuestAgent guestAgent;
    private volatile Optional<Attachment> attachment = Optional.empty();

    private QemuMachine(LaunchedProcess monitored, QemuMachineBuilder definition) {
        this.monitored = monitored;
        this.definition = definition;
        this.qemuIo = new QemuIo(monitored);
        this.snapshots = new Snapshots(monitored, null);
        this.faults = new Faults(monitored, Map.of(), qemuIo);
    }

    /** {@return a builder for a machine} */
    public static QemuMachineBuilder builder() {
        return new QemuMachineBuilder();
    }

    static QemuMachine start(QemuMachineBuilder builder) {
        QemuMachineBuilder definition = builder.copy();
        LaunchPlan plan = definition.plan();
        QemuMachine machine = new QemuMachine(LaunchedProcess.start(plan), definition);
        machine.connectParts(definition, plan);
        return machine;
    }

    /** Connect the parts that have their own sockets; existing parts continue over new ones. */
    private void connectParts(QemuMachineBuilder defined, LaunchPlan plan) {
        boolean ready = false;
        try {
            Map<String, SerialConsole> connected = new LinkedHashMap<>(consoles);
            for (Map.Entry<String, String> console : defined.consoleChannels().entrySet()) {
                Socket socket = plan.channel(console.getValue()).socket();
                SerialConsole known = connected.get(console.getKey());
                if (known == null) {
                    connected.put(
                            console.getKey(),
                            new SerialConsole(console.getKey(), socket, plan.label(), monitored.secrets(), monitored));
                } else {
                    known.reconnect(socket);
                }
            }
            consoles = connected;
            if (defined.qtestChannel().isPresent()) {
                connectQtest(plan.channel(defined.qtestChannel().get()).socket());
            }
            if (defined.guestAgentChannel().isPresent()) {
                connectAgent(plan.channel(defined.guestAgentChannel().get()).socket(), plan.label());
            }
            attachment = defined.attachment(monitored.directory());
            snapshots.restarted(guestAgent);
            faults.restarted(defined.faultyDisks());
            ready = true;
        } catch (IOException e) {
            throw new QemuStartException("Could not start %s: %s".formatted(plan.label(), e.getMessage()), e);
        } catch (OutOfMemoryError e) {
            throw new QemuStartException("Could not start %s: %s".formatted(plan.label(), ThreadShortage.reason(e)), e);
        } finally {
            if (!ready) {
                monitored.close();
            }
        }
    }

    private void connectQtest(Socket socket) throws IOException {
        Qtest known = qtest;
        if (known == null) {
            qtest = new Qtest(socket, name(), this::howItEnded);
        } else {
            known.reconnect(socket);
        }
    }

    /** A process closes its sockets some milliseconds before it is gone. */
    private String howItEnded() {
        monitored.endsWithin(FAREWELL);
        return monitored.describeBriefly();
    }

    private void connectAgent(Socket socket, String label) throws IOException {
        GuestAgent known = guestAgent;
        if (known == null) {
            guestAgent = GuestAgent.of(socket, monitored, label, consoles.values(), monitored.secrets());
        } else {
            known.reconnect(socket);
        }
    }

    /**
     * Stop QEMU, if it still runs, and start it again by the same definition: after a crash, after {@code quit}, or to see what a new
     * process finds. This object, its client, consoles, qtest and agent continue with the new process, at the same sockets.
     *
     * <ul>
     *   <li>Registered listeners stay registered, with what they hold; {@code qmp().events()} and all histories keep the events.
     *   <li>Assertions and waits for output look only at what comes after the restart.
     *   <li>Transcript, standard output, standard error, consoles and the failure report go on in one timeline.
     *   <li>Faults, snapshots, jobs and whatever was plugged in or configured by commands end with the process.
     * </ul>
     *
     * @throws IllegalStateException if the machine is closed
     * @throws io.github.qmpjunit.qemu.process.QemuExitException if {@link #close()} would throw it now: after a crash that is not
     *     {@linkplain #expectEnd expected}, for example. QEMU is not started again then
     * @throws io.github.qmpjunit.qemu.process.QemuStartException if QEMU does not start again
     */
    public void restart() {
        restart(same -> {});
    }

    /**
     * Restart the machine, as {@link #restart()} does, by a changed definition, from which later restarts begin.
     *
     * @param change what is different: what it adds is added, and {@link QemuMachineBuilder#removeArgs} removes; name, transcript and
     *     events that are kept cannot change
     * @throws IllegalArgumentException if it changes what cannot be changed; the machine goes on as it was
     */
    public void restart(Consumer<QemuMachineBuilder> change) {
        restarting.lock();
        try {
            QemuMachineBuilder next = definition.copy();
            change.accept(next);
            LaunchPlan plan = next.planAfter(monitored.plan());
            if (!isRunning()) {
                consoles.values().forEach(console -> console.output().awaitEnd(LAST_WORDS));
            }
            monitored.restart(plan);
            definition = next;
            connectParts(next, plan);
        } finally {
            restarting.unlock();
        }
    }

    /** {@return the folder of the machine's test, if its definition uses one: <code>${tempDir}</code> in {@code @Vm}} */
    public Optional<Path> tempDir() {
        return definition.tempDir();
    }

    /** {@return how often the machine was restarted} */
    public int restarts() {
        return monitored.restarts();
    }

    /** {@return the name by which messages tell this machine from others} */
    @Override
    public String name() {
        return monitored.name();
    }

    /** {@return the client that is connected to the machine's monitor; it belongs to the machine, which closes it} */
    @Override
    public QmpClient qmp() {
        return monitored.qmp();
    }

    /**
     * Return the machine's only console.
     *
     * @return the console
     * @throws IllegalStateException if it has none or several
     */
    public SerialConsole console() {
        if (consoles.size() != 1) {
            throw new IllegalStateException(
                    "Machine \"%s\" has %s; add one with console(name) in its definition, or ask for one by name"
                            .formatted(
                                    name(), consoles.isEmpty() ? "no console" : "the consoles " + consoles.keySet()));
        }
        return consoles.values().iterator().next();
    }

    /**
     * Return one of the machine's consoles.
     *
     * @param consoleName its name in the machine's definition
     * @return the console
     * @throws IllegalArgumentException if there is none of that name
     */
    public SerialConsole console(String consoleName) {
        SerialConsole console = consoles.get(consoleName);
        if (console == null) {
            throw new IllegalArgumentException("Machine \"%s\" has no console \"%s\"; it has %s"
                    .formatted(name(), consoleName, consoles.keySet()));
        }
        return console;
    }

    /** {@return all consoles by their names, in the order of the machine's definition} */
    public Map<String, SerialConsole> consoles() {
        return Collections.unmodifiableMap(consoles);
    }

    /**
     * Return the qtest connection.
     *
     * @return it
     * @throws IllegalStateException if the machine's definition has not asked for it
     */
    public Qtest qtest() {
        Qtest connected = qtest;
        if (connected == null) {
            throw new IllegalStateException(
                    "Machine \"%s\" has no qtest connection; ask for it with qtest() in its definition"
                            .formatted(name()));
        }
        return connected;
    }

    /** {@return where others attach to it; empty unless the machine's definition is {@linkplain QemuMachineBuilder#attachable() attachable}} */
    public Optional<Attachment> attachment() {
        return attachment;
    }

    /**
     * Let QEMU's gdb server listen at the {@link #attachment}'s socket; gdb's {@code target remote} connects to it.
     *
     * @throws IllegalStateException if the machine's definition is not attachable
     * @throws QemuException if it does not, as on a machine without processors
     */
    public void startGdbServer() {
        Attachment sockets = attachment.orElseThrow(() -> new IllegalStateException(
                "Machine \"%s\" has no place for a gdb server; ask for it with attachable() in its definition"
                        .formatted(name())));
        String answer = qmp().hmp("gdbserver " + sockets.gdbServer());
        if (!Files.exists(sockets.gdb())) {
            throw new QemuException(
                    "The gdb server of machine \"%s\" does not listen: %s".formatted(name(), answer.strip()), null);
        }
    }

    /**
     * Return what the machine shows on its first display.
     *
     * @return the screen; whether there is a display, turns out with the first picture
     * @throws QemuException if QEMU runs on another machine, from where its pictures do not come here
     */
    public Screen screen() {
        return new Screen(monitored);
    }

    /**
     * Return the guest agent, which need not be there yet: it is waited for when it is asked.
     *
     * @return it
     * @throws IllegalStateException if the machine's definition has not asked for it
     */
    public GuestAgent guestAgent() {
        GuestAgent agent = guestAgent;
        if (agent == null) {
            throw new IllegalStateException(
                    "Machine \"%s\" has no port for a guest agent; ask for it with guestAgent() in its definition"
                            .formatted(name()));
        }
        return agent;
    }

    /**
     * Take a snapshot, within a minute, to rewind to it later: instead of a reboot, and much faster. The machine stands still
     * meanwhile, then goes on.
     *
     * @return the snapshot
     * @throws QemuException if QEMU refuses, naming the device that cannot be saved or the drive that has no snapshots; if a job is
     *     under way; or if QEMU runs on another machine
     */
    public Snapshot snapshot() {
        return snapshot(SNAPSHOT_TIMEOUT);
    }

    /**
     * Take a snapshot, as {@link #snapshot()} does.
     *
     * @param timeout how long it may take
     * @return the snapshot
     */
    public Snapshot snapshot(Duration timeout) {
        requireFilesInReach("take a snapshot");
        return snapshots.take(timeout);
    }

    /**
     * Save the machine's state to a file, within a minute, for machines that are to begin in it ({@link #loadState}): memory,
     * processors, and devices, but no drives. It stands still for a moment, then goes on.
     *
     * <p>A {@link #snapshot} is what takes one machine back, and faster; a file is for new ones, of other test runs too.
     *
     * @param file the file, which is made or overwritten
     * @throws QemuException if QEMU refuses, naming the device that cannot be saved; if a job is under way; or if QEMU runs on
     *     another machine
     */
    public void saveState(Path file) {
        requireFilesInReach("save the state");
        snapshots.save(file, SNAPSHOT_TIMEOUT);
    }

    /**
     * Load the state that a machine of the same definition had ({@link #saveState}), within a minute, and go on from there, running
     * if that one was. Drives must have the content that they had then.
     *
     * @param file the file
     * @throws QemuException if this machine does not wait for it, as one does that was started with {@link
     *     QemuMachineBuilder#incoming()}; if the file cannot be read; or if the machine is another one than it tells of: QEMU ends then
     */
    public void loadState(Path file) {
        requireFilesInReach("load the state");
        snapshots.load(file, SNAPSHOT_TIMEOUT);
    }

    private void requireFilesInReach(String purpose) {
        if (launchPrefix().isRemote()) {
            throw new QemuException(
                    "Cannot %s of machine \"%s\": it runs behind \"%s\", and this machine has no files over there"
                            .formatted(purpose, name(), monitored.launchPrefix()),
                    null);
        }
    }

    /** {@return the machine's keyboard, if the machine has one: QEMU does not tell, and drops what is pressed} */
    public Keyboard keyboard() {
        return new Keyboard(qmp());
    }

    /** {@return what can be made to go wrong with this machine, and what has been and is not undone yet} */
    public Faults faults() {
        return faults;
    }

    /**
     * Read or write a disk from inside QEMU, without a guest, and make sure that it succeeds: {@code qemuIo("disk", "write -P 1 0 64k")}.
     *
     * <p>This is the human monitor's {@code qemu-io}. Its answer is empty whether it succeeded or not, so this method looks at QEMU's
     * standard output. {@code qmp().hmp("qemu-io ...")} cannot, and refuses.
     *
     * @param target a block node, or {@code -d} and a device's id
     * @param command {@code read}, {@code write}, {@code discard}, {@code readv} or {@code writev} with its arguments, without {@code -q}
     * @return what the command printed
     * @throws IllegalArgumentException if it is another command, which does not report whether it succeeded
     * @throws QemuException if the command fails, in qemu-io's words, or QEMU runs on another host
     */
    public String qemuIo(String target, String command) {
        return qemuIo.execute(target, command);
    }

    /** {@return the process id; with a launch prefix that does not become QEMU, the prefix's} */
    @Override
    public long pid() {
        return monitored.pid();
    }

    /** {@return whether the process runs; a paused machine's does} */
    @Override
    public boolean isRunning() {
        return monitored.isRunning();
    }

    /** {@return how the process ended, with a launch prefix as the prefix tells it; empty while it runs} */
    @Override
    public Optional<ExitStatus> exitStatus() {
        return monitored.exitStatus();
    }

    @Override
    public boolean endsWithin(Duration timeout) {
        return monitored.endsWithin(timeout);
    }

    /**
     * Ask the guest to shut down, as its power button does ({@code system_powerdown}), and wait until the process has ended.
     *
     * @param timeout how long to wait at most
     * @return how it ended
     * @throws QemuTimeoutException if it still runs, since no guest has listened
     */
    public ExitStatus shutDownGuest(Duration timeout) {
        Deadline deadline = Deadline.in(timeout);
        qmp().execute("system_powerdown");
        if (!endsWithin(deadline.remaining())) {
            throw new QemuTimeoutException(
                    "Expected the guest of machine \"%s\" to shut down within %s, but QEMU still runs: the guest has not reacted to its power button. %s"
                            .formatted(name(), Deadline.formatTimeout(timeout), describeBriefly()));
        }
        return exitStatus().orElseThrow();
    }

    /**
     * Migrate to another machine, with the default options, and wait until that has taken over.
     *
     * @param destination the machine, which waits for it ({@link QemuMachineBuilder#incoming()}) and is defined like this one
     * @return this machine's account of it, its reply to {@code query-migrate}
     * @throws io.github.qmpjunit.qemu.state.MigrationException if it does not begin, fails, or takes more than a minute
     */
    public JsonNode migrateTo(QemuMachine destination) {
        return migrateTo(destination, MigrationOptions.defaults());
    }

    /**
     * Migrate to another machine and wait until that has taken over.
     *
     * @param destination the machine, which waits for it ({@link QemuMachineBuilder#incoming()}) and is defined like this one
     * @param options capabilities, parameters, and how long to wait
     * @return this machine's account of it, its reply to {@code query-migrate}
     * @throws io.github.qmpjunit.qemu.state.MigrationException if it does not begin, fails, or takes longer
     */
    public JsonNode migrateTo(QemuMachine destination, MigrationOptions options) {
        return startMigrationTo(destination, options).await(options.timeout());
    }

    /**
     * Begin to migrate to another machine: to do something meanwhile, to pause it, to cancel it.
     *
     * @param destination the machine, which waits for it ({@link QemuMachineBuilder#incoming()}) and is defined like this one
     * @param options capabilities and parameters
     * @return the migration
     * @throws io.github.qmpjunit.qemu.state.MigrationException if it does not begin
     */
    public Migration startMigrationTo(QemuMachine destination, MigrationOptions options) {
        return Migration.start(monitored, destination, options);
    }

    /** {@return what QEMU, and a launch prefix, write to standard error, with the means to await more} */
    @Override
    public OutputLog stderr() {
        return monitored.stderr();
    }

    /**
     * Return what QEMU writes to standard output, with the means to await more: what {@code qemu-io} reports, what a guest writes to
     * {@code -serial stdio}, what {@code -device help} lists.
     *
     * @return the output; empty behind a remote launch prefix, where it carries the monitor's messages
     */
    @Override
    public OutputLog stdout() {
        return monitored.stdout();
    }

    /** {@return what takes down the monitor's messages; empty unless the machine's definition has asked for it} */
    @Override
    public Optional<QmpTranscript> transcript() {
        return monitored.transcript();
    }

    /** {@return the command line with which QEMU was started, the binary first, without a launch prefix} */
    @Override
    public List<String> commandLine() {
        return monitored.commandLine();
    }

    /** {@return the command line as a shell reads it, from the launch prefix on, the harness's own sockets and secrets included} */
    public String shellCommand() {
        return monitored.shellCommand();
    }

    /** {@return what is known about the process: whether and how it ended, its standard error, its command line; secrets are masked} */
    @Override
    public String describe() {
        return monitored.describe();
    }

    /** {@return what its definition adds to QEMU's environment, by variable} */
    public Map<String, String> environment() {
        return monitored.environment();
    }

    /** {@return the directory in which QEMU runs; empty if it is the JVM's} */
    public Optional<Path> workingDirectory() {
        return monitored.workingDirectory();
    }

    /** {@return where somebody keeps what belongs to this machine's run, as its definition says; empty if nowhere} */
    public Optional<Path> artefacts() {
        return ClientView.of(qmp()).artefacts();
    }

    @Override
    public String describeBriefly() {
        return monitored.describeBriefly();
    }

    @Override
    public Path directory() {
        return monitored.directory();
    }

    @Override
    public LaunchPrefix launchPrefix() {
        return monitored.launchPrefix();
    }

    @Override
    public void expectEnd() {
        monitored.expectEnd();
    }

    @Override
    public boolean isEndExpected() {
        return monitored.isEndExpected();
    }

    @Override
    public String unexpectedStderr(OutputMark since) {
        return monitored.unexpectedStderr(since);
    }

    /**
     * Kill the process with SIGKILL, as a power cut would. {@link #close()} does not complain about it.
     *
     * <p>Behind a remote prefix QEMU is killed as well, a moment later: when its end of the connection breaks.
     */
    @Override
    public void kill() {
        monitored.kill();
    }

    /**
     * Stop QEMU and remove all that was made for it: by {@code quit}, then by SIGTERM, then by SIGKILL, each with its limit ({@link
     * io.github.qmpjunit.qemu.process.StopLimits}). Idempotent.
     *
     * @throws io.github.qmpjunit.qemu.process.QemuExitException if its end was {@linkplain #expectEnd expected} and does not come; or if that was not expected, and QEMU had crashed, was ended by another process, hung and had to be ended by force, or exits with a status
     *     other than 0
     */
    @Override
    public void close() {
        monitored.close();
    }

    @Override
    public String toString() {
        return monitored.toString();
    }
}
