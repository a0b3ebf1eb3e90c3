package io.github.qmpjunit.qemu.launch;

import io.github.qmpjunit.internal.ClientView;
import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.internal.TerminalText;
import io.github.qmpjunit.internal.Waiting;
import io.github.qmpjunit.qemu.process.ExitStatus;
import io.github.qmpjunit.qemu.process.LaunchPrefix;
import io.github.qmpjunit.qemu.process.MonitoredProcess;
import io.github.qmpjunit.qemu.process.OutputLog;
import io.github.qmpjunit.qemu.process.OutputMark;
import io.github.qmpjunit.qemu.process.QemuExitException;
import io.github.qmpjunit.qemu.process.QemuStartException;
import io.github.qmpjunit.qemu.process.StartAttempt;
import io.github.qmpjunit.qmp.QmpAcceptor;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpClientBuilder;
import io.github.qmpjunit.qmp.QmpCommand;
import io.github.qmpjunit.qmp.QmpEvent;
import io.github.qmpjunit.qmp.QmpEventListener;
import io.github.qmpjunit.qmp.QmpException;
import io.github.qmpjunit.qmp.QmpInterruptedException;
import io.github.qmpjunit.qmp.QmpPeer;
import io.github.qmpjunit.qmp.QmpState;
import io.github.qmpjunit.qmp.QmpTimeoutException;
import io.github.qmpjunit.qmp.QmpTranscript;
import io.github.qmpjunit.qmp.transport.PeerCredentials;
import io.github.qmpjunit.qmp.transport.QmpAddress;
import io.github.qmpjunit.secrets.Secrets;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * A process with a connected monitor, from its start to its end: what a machine and a storage daemon have in common.
 *
 * <p>The monitor's socket is bound before the process starts, and the process connects to it: nothing is polled for, no port is
 * taken, and a process that exits instead of connecting is noticed at once. A process behind a {@linkplain LaunchPrefix#isRemote
 * remote} prefix cannot reach that socket; its monitor is the prefix's standard input and output. Thread-safe.
 */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public final class LaunchedProcess implements MonitoredProcess {

    /** The name of the monitor's socket in the private directory, and the id of its chardev. */
    public static final String MONITOR = "qmp";

    /** What a start takes beside its channels: of the directory, of the monitor, and of the process. */
    private static final int DESCRIPTORS = 4 + DescriptorShortage.FOR_A_PROCESS;

    private static final String ADVICE =
            "%nIf the test expects that, let it say so: expectEnd() on the machine or daemon, or assertThat(vm).endsBySignal(6) or exitsWith(1)"
                    .formatted();

    /** A process closes its monitor some milliseconds before it is gone. */
    private static final Duration FAREWELL = Duration.ofSeconds(2);

    private final Path directory;
    private final Owner owner;
    private final QmpClient qmp;

    /** Guards the change from one process to the next, and to none. */
    private final ReentrantLock closing = new ReentrantLock();

    /** What those processes wrote to standard error that were restarted, and a test has to answer for. */
    private final List<Written> writtenBefore = new CopyOnWriteArrayList<>();

    private volatile LaunchPlan plan;
    private volatile QemuProcess process;
    private final AtomicInteger restarts = new AtomicInteger();
    private boolean closed;
    private boolean endIsTold;
    private boolean interrupted;
    private boolean tidied;
    private volatile boolean killed;
    private volatile boolean endExpected;

    private record Written(OutputMark from, OutputMark to) {}

    private LaunchedProcess(LaunchPlan plan, Path directory, Connected connected) {
        this.plan = plan;
        this.directory = directory;
        this.owner = connected.owner;
        this.process = connected.process;
        this.qmp = connected.qmp;
    }

    /** A process whose monitor is connected. */
    private record Connected(QemuProcess process, QmpClient qmp, Owner owner) {}

    public static LaunchedProcess start(LaunchPlan plan) {
        ProcessKeeper.watchOverThisJvm();
        requireDescriptors(plan);
        Path directory = RunDirectory.ofThisJvm().create();
        boolean started = false;
        try {
            LaunchedProcess process = new LaunchedProcess(plan, directory, launch(plan, directory, null));
            started = true;
            return process;
        } finally {
            if (!started) {
                try {
                    plan.channels().forEach(Channel::close);
                } finally {
                    RunDirectory.ofThisJvm().remove(directory);
                }
            }
        }
    }

    private static void requireDescriptors(LaunchPlan plan) {
        try {
            DescriptorShortage.requireRoomFor(DESCRIPTORS + plan.channels().size());
        } catch (IOException e) {
            throw new QemuStartException("Could not start %s: %s".formatted(plan.label(), e.getMessage()), e);
        }
    }

    /**
     * End the process, if it still runs, and start it again. Client, logs, transcript and listeners stay.
     *
     * @param next what to start, made by {@link LaunchPlan#next}
     * @throws IllegalStateException if this is closed
     * @throws QemuExitException if the end of the process would make {@link #close()} complain; nothing is started then
     * @throws QemuStartException if the next one does not start; nothing runs then, and another restart may succeed
     */
    public void restart(LaunchPlan next) {
        closing.lock();
        try {
            if (closed) {
                throw new IllegalStateException(
                        "Cannot restart %s: it is closed. Start another one".formatted(label()));
            }
            try {
                stop();
            } finally {
                if (!endIsTold && !endExpected) {
                    writtenBefore.add(new Written(stderr().beginning(), stderr().mark()));
                }
                endIsTold = true;
            }
            startAgain(next);
        } finally {
            closing.unlock();
        }
    }

    private void startAgain(LaunchPlan next) {
        requireDescriptors(next);
        RunDirectory.ofThisJvm().renew(directory);
        tidied = false;
        boolean started = false;
        try {
            process = launch(next, directory, this).process;
            started = true;
        } finally {
            if (!started) {
                try {
                    next.channels().forEach(Channel::close);
                } finally {
                    tidyUp();
                }
            }
        }
        plan = next;
        killed = false;
        endExpected = false;
        endIsTold = false;
        restarts.incrementAndGet();
    }

    /** Return how often the process was restarted. */
    public int restarts() {
        return restarts.get();
    }

    /** Return what the next process is planned from. */
    public LaunchPlan plan() {
        return plan;
    }

    private static Connected launch(LaunchPlan plan, Path directory, @Nullable LaunchedProcess before) {
        List<String> commandLine = plan.commandLine().apply(directory);
        requireForeground(plan, commandLine);
        try {
            if (plan.prefix().isRemote()) {
                return launch(plan, commandLine, directory, before, (qmp, process) -> qmp.open(process.streams()));
            }
            try (QmpAcceptor acceptor = QmpAcceptor.bind(QmpAddress.unix(directory.resolve(MONITOR)))) {
                for (Channel channel : plan.channels()) {
                    channel.bind(directory);
                }
                return launch(plan, commandLine, directory, before, (qmp, process) -> {
                    process.onExit(acceptor::close);
                    acceptor.accept(qmp, plan.startTimeout());
                });
            }
        } catch (IOException | QmpException | IllegalStateException e) {
            throw couldNotStart(plan, commandLine, String.valueOf(e.getMessage()), e);
        } catch (OutOfMemoryError e) {
            String reason = ThreadShortage.reason(e);
            Strays.kill(monitorArgument(directory)); // the JDK may have started it before it missed the thread
            throw couldNotStart(plan, commandLine, reason, e);
        }
    }

    private static QemuStartException couldNotStart(
            LaunchPlan plan, List<String> commandLine, String reason, Throwable cause) {
        return new QemuStartException(
                "Could not start %s: %s%nCommand line:%n  %s"
                        .formatted(
                                plan.label(),
                                reason,
                                PrefixedCommand.forMessages(
                                        plan.prefix(),
                                        commandLine,
                                        plan.environment(),
                                        plan.learnedBy(new Secrets(), commandLine))),
                cause,
                new StartAttempt(commandLine, Optional.empty(), Optional.empty(), Optional.empty(), plan.transcript()));
    }

    /** Brings a client to the monitor of a process that has just been started. */
    private interface Connector {
        void connect(QmpClient qmp, QemuProcess process);
    }

    private static Connected launch(
            LaunchPlan plan,
            List<String> commandLine,
            Path directory,
            @Nullable LaunchedProcess before,
            Connector connector)
            throws IOException {
        QemuProcess process = QemuProcess.start(plan, commandLine, before == null ? null : before.process);
        boolean ready = false;
        try {
            Connected connected = connect(plan, directory, process, before, connector);
            ready = true;
            return connected;
        } finally {
            if (!ready) {
                try {
                    process.kill();
                } finally {
                    Strays.kill(monitorArgument(directory));
                    process.letGo();
                }
            }
        }
    }

    private static void requireForeground(LaunchPlan plan, List<String> commandLine) {
        for (String argument : commandLine) {
            if (argument.equals("-daemonize") || argument.equals("--daemonize")) {
                throw new QemuStartException(
                        "Cannot start %s with %s: it would go into the background, where nobody can tell how it ended. Leave the argument out, it runs beside the test anyway"
                                .formatted(plan.label(), argument),
                        null);
            }
        }
    }

    private static Connected connect(
            LaunchPlan plan,
            Path directory,
            QemuProcess process,
            @Nullable LaunchedProcess before,
            Connector connector) {
        Owner owner = before == null ? new Owner(plan, process) : before.owner;
        List<QmpEventListener> listeners =
                new ArrayList<>(plan.settings().client().listeners());
        QmpClient qmp;
        if (before == null) {
            qmp = newClient(plan, owner);
        } else {
            qmp = before.qmp;
            owner.follow(plan, process);
            listeners.removeAll(before.plan.settings().client().listeners());
            ClientView.of(qmp).beginAnew();
        }
        boolean connected = false;
        try {
            listeners.forEach(qmp::register);
            connector.connect(qmp, process);
            qmp.peer().map(PeerCredentials::pid).ifPresent(pid -> process.setSpeaker(pid, monitorArgument(directory)));
            requirePeer(process, qmp);
            for (Channel channel : plan.channels()) {
                channel.accept();
            }
            connected = true;
            logger().log(
                            Level.DEBUG,
                            () -> TerminalText.message("started %s, version %s: %s"
                                    .formatted(plan.label(), qmp.greeting().version(), process.shownCommand())));
            return new Connected(process, qmp, owner);
        } catch (IOException | RuntimeException e) {
            throw startFailure(plan, process, qmp, e);
        } finally {
            if (!connected) {
                closeClient(qmp);
            }
        }
    }

    private static QmpClient newClient(LaunchPlan plan, Owner owner) {
        QmpClientBuilder client = QmpClient.builder();
        plan.transcript().ifPresent(client::transcript);
        if (plan.settings().client().eventsKept() > 0) {
            client.keepEvents(plan.settings().client().eventsKept());
        }
        return client.name(plan.name())
                .connectTimeout(plan.startTimeout())
                .peer(owner)
                .ownEvents(plan.settings().client().ownEvents().toArray(String[]::new))
                .build();
    }

    /** What we know of the process that we have started last. */
    private static final class Owner implements QmpPeer {

        private volatile LaunchPlan plan;
        private volatile QemuProcess process;

        Owner(LaunchPlan plan, QemuProcess process) {
            this.plan = plan;
            this.process = process;
        }

        void follow(LaunchPlan next, QemuProcess successor) {
            plan = next;
            process = successor;
        }

        @Override
        public String diagnose() {
            return LaunchedProcess.diagnose(process);
        }

        @Override
        public String describe() {
            return process.describe();
        }

        @Override
        public Optional<Path> artefacts() {
            return plan.settings().artefacts();
        }

        @Override
        public Secrets secrets() {
            return process.secrets();
        }

        @Override
        public String program() {
            return plan.prefix().isRemote() ? "" : QemuProgram.identify(process.commandLine(), process.pid());
        }
    }

    /** Return the arguments of {@code -chardev} for the monitor. */
    public static String monitorChardev(LaunchPrefix prefix, Path directory) {
        return prefix.isRemote() ? "stdio,id=%s,signal=off".formatted(MONITOR) : monitorArgument(directory);
    }

    /** Return the argument that only processes of ours have: it names the socket in the private directory. */
    private static String monitorArgument(Path directory) {
        return new Channel(MONITOR).chardev(directory);
    }

    /** Return how the argument begins of all processes with directories in this one. */
    static String monitorsBelow(Path jvmDirectory) {
        String argument = monitorArgument(jvmDirectory.resolve("1"));
        return argument.substring(0, argument.length() - ("1/" + MONITOR).length());
    }

    /** End a process that did not become ready, and return what to throw. */
    private static QemuStartException startFailure(
            LaunchPlan plan, QemuProcess process, QmpClient qmp, Exception failure) {
        boolean exitedByItself = process.awaitExit(Deadline.in(Duration.ZERO));
        String details = exitedByItself ? process.whyNotStarted() : process.details();
        StartAttempt attempt = new StartAttempt(
                process.commandLine(),
                Optional.of(process.stderr()),
                Optional.of(process.stdout()),
                exitedByItself ? process.exitStatus() : Optional.empty(),
                plan.transcript());
        process.kill();
        boolean interrupted = Thread.interrupted(); // it must be gone all the same
        process.awaitExit(Deadline.in(plan.stopLimits().kill()));
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        closeClient(qmp);
        // Where the process has exited, the broken connection is but its shadow: no cause, which would say it all
        // twice.
        return exitedByItself
                ? new QemuStartException(details, null, attempt)
                : new QemuStartException(
                        "Could not start %s: %s%n%s".formatted(plan.label(), failure.getMessage(), details),
                        failure,
                        attempt);
    }

    /** Say why the monitor's connection has ended. */
    private static String diagnose(QemuProcess process) {
        if (process.isEndExpected()) { // whoever stops it waits for its exit, but not for two threads that do
            return process.isRunning() ? process.label() + " was told to quit" : process.state();
        }
        if (!process.awaitExit(Deadline.in(FAREWELL))) {
            return process.state() + ", but has closed its monitor";
        }
        return process.details();
    }

    /** Make sure that it is our process, or a child of the command that wraps it, who has connected. */
    private static void requirePeer(QemuProcess process, QmpClient qmp) {
        Optional<Long> peer = qmp.peer().map(PeerCredentials::pid);
        if (peer.filter(pid -> pid == process.pid()).isPresent()) {
            return; // as it is nearly always, and to look for ancestors takes time
        }
        Optional<ProcessHandle> ancestor = peer.flatMap(ProcessHandle::of);
        while (ancestor.isPresent() && ancestor.get().pid() != process.pid()) {
            ancestor = ancestor.get().parent();
        }
        if (peer.isPresent() && ancestor.isEmpty()) {
            throw new IllegalStateException(
                    "a stranger connected to its monitor's socket: process %s instead of %s or a child of it. Where a launch prefix has QEMU started by somebody else, it is a remote one: LaunchPrefix.remote(...)"
                            .formatted(peer.get(), process.pid()));
        }
    }

    @Override
    public String name() {
        return plan.name();
    }

    /** Return what names the process in messages, such as {@code QEMU "vm"}. */
    public String label() {
        return plan.label();
    }

    @Override
    public LaunchPrefix launchPrefix() {
        return plan.prefix();
    }

    @Override
    public QmpClient qmp() {
        return qmp;
    }

    @Override
    public long pid() {
        return process.pid();
    }

    @Override
    public boolean isRunning() {
        return process.isRunning();
    }

    @Override
    public Optional<ExitStatus> exitStatus() {
        return process.exitStatus();
    }

    @Override
    public boolean endsWithin(Duration timeout) {
        Waiting waiting = Waiting.step(() -> "the end of " + this);
        try {
            boolean ended = process.awaitExit(Deadline.in(timeout));
            if (ended) {
                waiting.fulfilled();
            }
            return ended;
        } finally {
            waiting.end();
        }
    }

    @Override
    public OutputLog stderr() {
        return process.stderr();
    }

    @Override
    public OutputLog stdout() {
        return process.stdout();
    }

    @Override
    public Optional<QmpTranscript> transcript() {
        return plan.transcript();
    }

    @Override
    public List<String> commandLine() {
        return process.commandLine();
    }

    /** Return the command line as a shell reads it, the prefix first, secrets included. */
    public String shellCommand() {
        return process.shellCommand();
    }

    /** Return what the process was told in confidence, by its command line or its monitor. */
    public Secrets secrets() {
        return process.secrets();
    }

    public Map<String, String> environment() {
        return plan.environment();
    }

    public Optional<Path> workingDirectory() {
        return plan.workingDirectory();
    }

    @Override
    public Path directory() {
        return directory;
    }

    @Override
    public String describe() {
        return process.details();
    }

    @Override
    public String describeBriefly() {
        return process.describe();
    }

    /** Return the state of the process in one sentence. */
    @Override
    public String toString() {
        int count = restarts.get();
        return count == 0
                ? process.state()
                : "%s, after %s".formatted(process.state(), count == 1 ? "a restart" : count + " restarts");
    }

    @Override
    public void expectEnd() {
        endExpected = true;
    }

    @Override
    public boolean isEndExpected() {
        return endExpected;
    }

    @Override
    public String unexpectedStderr(OutputMark since) {
        StringBuilder text = new StringBuilder();
        for (Written written : writtenBefore) {
            text.append(stderr().textBetween(later(since, written.from()), written.to()));
        }
        if (!endExpected) {
            text.append(stderr().textSince(later(since, stderr().beginning())));
        }
        return text.toString();
    }

    private static OutputMark later(OutputMark one, OutputMark other) {
        return one.place() > other.place() ? one : other;
    }

    @Override
    public void kill() {
        killed = true;
        process.kill();
    }

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
        interrupted = Thread.interrupted(); // an interrupted test's process must go all the same
        boolean overdue =
                endExpected && !awaitExit(Deadline.in(plan.stopLimits().quit()));
        String survivor = overdue ? process.details() : "";
        boolean wasRunning = process.isRunning();
        boolean forced = false;
        String resisted = "";
        try {
            boolean asked = quit();
            plan.channels().forEach(Channel::close); // a full console must not hold up the exit
            forced = process.isRunning() && !killed;
            if (forced) {
                resisted = endByForce(asked);
            }
        } finally {
            release();
        }
        if (overdue && !killed) {
            throw new QemuExitException(
                    "%s was expected to end (expectEnd()), but still ran %s after its last use, and was stopped then.%n%s"
                            .formatted(
                                    plan.label(),
                                    Deadline.formatTimeout(plan.stopLimits().quit()),
                                    survivor),
                    process.exitStatus());
        }
        if (!resisted.isEmpty() && !killed) {
            throw new QemuExitException(
                    "%s hung, and %s.%n%s".formatted(plan.label(), resisted, process.details()), process.exitStatus());
        }
        if (!forced) {
            complainAbout(wasRunning);
        }
    }

    /** Let go of everything. Nested, and without any object of its own: it must do its work when memory has run out, too. */
    private void release() {
        try {
            if (process.isAnyoneLeft()) {
                process.kill();
            }
        } finally {
            try {
                closeClient(qmp);
            } finally {
                try {
                    plan.channels().forEach(Channel::close);
                } finally {
                    try {
                        tidyUp();
                    } finally {
                        process.letGo();
                    }
                    if (interrupted) {
                        Thread.currentThread().interrupt();
                    }
                }
            }
        }
    }

    /** Remove the directory. Whoever has said that it quits opens nothing in there any more. */
    private void tidyUp() {
        if (!tidied) {
            RunDirectory.ofThisJvm().remove(directory);
            tidied = true; // and not before: what fails for want of memory is tried again at the end
        }
    }

    private void complainAbout(boolean wasRunning) {
        if (killed || endExpected || endIsTold) {
            return;
        }
        Optional<ExitStatus> status = process.exitStatus();
        if (status.isEmpty() || !status.get().isSuccess()) {
            throw new QemuExitException(
                    "%s did not end as it should: %s%n%s"
                                    .formatted(
                                            plan.label(),
                                            status.map(Object::toString).orElse("it still runs"),
                                            process.details())
                            + ADVICE,
                    status);
        }
        if (!wasRunning && wasEndedByASignal()) {
            throw new QemuExitException(
                    "Another process has ended %s by a signal (SIGTERM, SIGINT or SIGHUP).%n%s"
                                    .formatted(plan.label(), process.details())
                            + ADVICE,
                    status);
        }
    }

    /** QEMU exits with status 0 on SIGTERM; but it tells why. */
    private boolean wasEndedByASignal() {
        return qmp.events().history().stream()
                .filter(event -> event.sequence() > ClientView.of(qmp).begunAfter())
                .filter(event -> event.name().equals("SHUTDOWN"))
                .map(QmpEvent::data)
                .anyMatch(data -> data.path("reason").asString("").equals("host-signal"));
    }

    /** Return whether it could be told at all. */
    private boolean quit() {
        if (qmp.state() != QmpState.RUNNING || !process.isRunning()) {
            return false;
        }
        Deadline deadline = Deadline.in(plan.stopLimits().quit());
        try {
            sendQuit(deadline);
        } catch (QmpTimeoutException e) {
            return true; // it does not listen: signals follow
        } catch (QmpException e) {
            // Its exit may be faster than its reply.
        }
        tidyUp(); // while it takes its time to exit
        awaitExit(deadline);
        return true;
    }

    private void sendQuit(Deadline deadline) {
        process.expectEnd();
        while (true) {
            try {
                qmp.execute(QmpCommand.of("quit").withTimeout(deadline.remaining()));
                return;
            } catch (QmpInterruptedException e) {
                interrupted |= Thread.interrupted(); // perhaps before it was sent; twice does no harm
            }
        }
    }

    /** Wait as long as it takes, whoever interrupts: to escalate for that would be no orderly end. */
    private boolean awaitExit(Deadline deadline) {
        while (true) {
            boolean exited = process.awaitExit(deadline);
            if (!Thread.interrupted()) {
                return exited;
            }
            interrupted = true;
        }
    }

    /** Return what it took beyond what it should; a SIGTERM is no force where there is no monitor to say "quit" to. */
    private String endByForce(boolean asked) {
        process.terminate();
        if (awaitExit(Deadline.in(plan.stopLimits().terminate()))) {
            return asked ? "was ended by SIGTERM, since \"quit\" did not end it" : "";
        }
        process.kill();
        awaitExit(Deadline.in(plan.stopLimits().kill()));
        return asked
                ? "was ended by SIGKILL, since neither \"quit\" nor SIGTERM ended it"
                : "was ended by SIGKILL, since SIGTERM did not end it";
    }

    /** Why the connection ended, the process itself tells better. */
    private static void closeClient(QmpClient qmp) {
        try {
            qmp.close();
        } catch (QmpException e) {
            logger().log(Level.DEBUG, TerminalText.message("closed after its end"), e);
        }
    }

    /** Fetched where it is needed: the JDK's loggers need descriptors, and a class that misses one stays unusable. */
    private static Logger logger() {
        return System.getLogger(LaunchedProcess.class.getName());
    }
}
