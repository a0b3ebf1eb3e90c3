package io.github.qmpjunit.junit;

import io.github.qmpjunit.internal.CallSite;
import io.github.qmpjunit.internal.ClientView;
import io.github.qmpjunit.internal.Journal;
import io.github.qmpjunit.internal.TerminalText;
import io.github.qmpjunit.internal.Waiting;
import io.github.qmpjunit.junit.report.ReportedMachine;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.QemuMachineBuilder;
import io.github.qmpjunit.qemu.process.OutputMark;
import io.github.qmpjunit.qemu.process.QemuException;
import io.github.qmpjunit.qemu.process.QemuExitException;
import io.github.qmpjunit.qemu.wiring.MachineResources;
import io.github.qmpjunit.qmp.QmpCommand;
import io.github.qmpjunit.qmp.QmpEvent;
import io.github.qmpjunit.qmp.QmpException;
import io.github.qmpjunit.qmp.QmpState;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;

/**
 * A machine that several tests use, one after the other, in the store of the context that all of them have in common.
 *
 * <p>It starts when it is first needed, and anew if the last test has ended it. Whoever has the lease is alone with it. The lease
 * belongs to no thread, since JUnit may begin and end a test on different ones.
 */
@SuppressWarnings("deprecation") // CloseableResource: before JUnit 5.13 nothing else is closed
final class SharedMachine implements ExtensionContext.Store.CloseableResource, AutoCloseable {

    private static final Logger LOGGER = System.getLogger(SharedMachine.class.getName());

    private static final AtomicLong COUNTER = new AtomicLong();

    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration EXIT_TIMEOUT = Duration.ofSeconds(5);

    /** Why a QEMU shuts down that no -no-shutdown keeps from it. */
    private static final Set<String> END_REASONS = Set.of("host-qmp-quit", "host-signal");

    private static final int MOST_EARLIER = 100;

    private final long order = COUNTER.incrementAndGet();
    private final VmDefinition definition;
    private final Optional<ExtensionContext> owner;
    private final BuilderSource builder;
    private final Semaphore lease = new Semaphore(1, true);
    private final TestFolder folder = new TestFolder();

    private final ReentrantLock lock = new ReentrantLock(); // guards what follows
    private @Nullable QemuMachine machine;
    private @Nullable QemuMachineBuilder next;
    private @Nullable RunLog log;
    private long began;
    private Legacy legacy = new Legacy();
    private MachineResources resources = MachineResources.NONE;
    private @Nullable Runnable vacate;
    private OutputMark stderrKnown = OutputMark.BEGINNING;
    private ResetPoints points;
    private boolean used;
    private int restartsKnown;

    /** What the one who has the lease, or had it last, says of the machine. */
    private VmDefinition inUse;

    /** Where the report on whoever has it will lie. */
    private volatile Optional<Path> artefacts = Optional.empty();

    /** Those who have had it, the last ones. */
    private final Deque<Journal.Step> earlier = new ArrayDeque<>(); // guarded by itself

    /** The one who has the lease, or had it last. */
    private volatile Holder holder = new Holder("", System.nanoTime());

    private record Holder(String name, long sinceNanos) {

        String describe() {
            return name.isEmpty() ? "another test" : name;
        }
    }

    /** Makes a builder, for the one who is the first to need the machine. */
    interface BuilderSource {
        QemuMachineBuilder define(TestFolder folder, ExtensionContext user, Supplier<Optional<Path>> artefacts);
    }

    /**
     * @param owner the class to which it belongs; empty if it belongs to the run
     */
    SharedMachine(VmDefinition definition, Optional<ExtensionContext> owner, BuilderSource builder) {
        this.definition = definition;
        this.owner = owner;
        this.builder = builder;
        this.points = new ResetPoints(definition.sharing().reset());
        this.inUse = definition;
    }

    /** Return a number by which all who need several leases sort them, so that nobody waits in a circle. */
    long order() {
        return order;
    }

    VmDefinition definition() {
        return definition;
    }

    /** Wait until nobody else has the machine; only so long while one of the others keeps it. */
    void takeLease(ExtensionContext user) {
        WaitLimit limit = WaitLimit.of(user);
        Holder waitingSince = new Holder(Progress.nameOf(user), System.nanoTime());
        Holder before = holder;
        Waiting waiting = Waiting.queue(() -> "%s to give back %s".formatted(before.describe(), definition.label()));
        try {
            while (!lease.tryAcquire(
                    limit.remainingNanos(Math.max(holder.sinceNanos(), waitingSince.sinceNanos())),
                    TimeUnit.NANOSECONDS)) {
                Holder now = holder;
                if (limit.remainingNanos(Math.max(now.sinceNanos(), waitingSince.sinceNanos())) <= 0) {
                    throw limit.exceeded("%s has waited for %s, which %s has kept"
                            .formatted(waitingSince.name(), definition.label(), now.describe()));
                }
            }
            holder = new Holder(waitingSince.name(), System.nanoTime());
            waiting.fulfilled();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ParameterResolutionException(
                    TerminalText.message("Interrupted while another test had %s".formatted(definition.label())), e);
        } finally {
            waiting.end();
        }
    }

    /**
     * Wait for room on the host for machines that are leased: for their processors until it is given back, for the memory of those
     * that do not live yet as long as they will. An idle machine needs no processors.
     *
     * @param more what else is needed, until it is given back
     * @return gives it back
     */
    static Runnable takeRoom(List<SharedMachine> leased, MachineResources more, ExtensionContext context) {
        Budget budget = Budget.of(context);
        MachineResources wanted = more;
        MachineResources staying = MachineResources.NONE;
        for (SharedMachine shared : leased) {
            MachineResources all = shared.resources(context);
            wanted = wanted.plus(new MachineResources(all.cores(), 0));
            if (!shared.isCounted()) {
                staying = staying.plus(new MachineResources(0, all.memoryBytes()));
            }
        }
        Runnable giveBack = budget.take(wanted, staying);
        leased.forEach(shared -> shared.count(budget, context));
        return giveBack;
    }

    private boolean isCounted() {
        lock.lock();
        try {
            return vacate != null;
        } finally {
            lock.unlock();
        }
    }

    private void count(Budget budget, ExtensionContext context) {
        lock.lock();
        try {
            if (vacate == null) {
                MachineResources stays =
                        new MachineResources(0, resources(context).memoryBytes());
                vacate = () -> budget.vacate(stays);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Give back the room of a machine that does not live any more. */
    private void vacateIfGone() {
        Runnable counted = vacate;
        if (machine == null && counted != null) {
            vacate = null;
            counted.run();
        }
    }

    /** Return what the machine takes of its host. The definition is written once for each machine that starts, so it is kept. */
    private MachineResources resources(ExtensionContext context) {
        lock.lock();
        try {
            return machine == null ? MachineResources.of(nextBuilder(context).arguments()) : resources;
        } finally {
            lock.unlock();
        }
    }

    private QemuMachineBuilder nextBuilder(ExtensionContext context) {
        QemuMachineBuilder written = next;
        if (written == null) {
            written = builder.define(folder, context, () -> artefacts);
            next = written;
        }
        return written;
    }

    /** Return the machine, started if it is not running; with the lease. */
    QemuMachine get(ExtensionContext context) {
        lock.lock();
        try {
            artefacts = Reporting.configuredDirectory(context);
            QemuMachine running = machine;
            if (running == null || !running.isRunning()) {
                forget();
                QemuMachineBuilder written = nextBuilder(context);
                next = null;
                resources = MachineResources.of(written.arguments());
                began = RunEntry.now();
                running = written.start();
                machine = running;
                log = RunLog.of(context);
                log.started(running);
                restartsKnown = 0;
            }
            return running;
        } finally {
            lock.unlock();
        }
    }

    /** Return the machine if it is there; it may have ended. */
    Optional<QemuMachine> running() {
        lock.lock();
        try {
            return Optional.ofNullable(machine);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Return the machine as a test is to find it; with the lease.
     *
     * @param ofTest what the test says of the machine: the same, but perhaps with other checks
     */
    QemuMachine prepare(VmDefinition ofTest, ExtensionContext context) {
        lock.lock();
        try {
            inUse = ofTest;
            QemuMachine running = get(context);
            if (!isUsable(running)) {
                forget();
                running = get(context);
            }
            List<String> classes = TestClasses.idsOf(context);
            if (!points.useForTest(running, classes)) {
                forget();
                running = get(context);
                points.useForTest(running, classes);
            }
            stderrKnown =
                    used ? running.stderr().mark() : OutputMark.BEGINNING; // how it started is the first one's business
            used = true;
            legacy.begin(leftovers(running));
            running.qmp().execute("query-name"); // every event that was sent before this reply has arrived
            ClientView.of(running.qmp()).forgetEvents();
            return running;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Bring the machine, if it runs, to the state in which a class's own method is to find it; with the lease.
     *
     * @param prepares whether the class's tests begin where the method leaves the machine
     */
    void lendToMethod(ExtensionContext context, boolean prepares) {
        lock.lock();
        try {
            List<String> classes = TestClasses.idsOf(context);
            QemuMachine running = machine != null && machine.isRunning() ? machine : null;
            if (!points.useForMethod(running, classes, prepares)) {
                forget();
                points.useForMethod(null, classes, prepares);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Take note that a class is over. */
    void forgetClass(String id) {
        lock.lock();
        try {
            points.forget(id);
        } finally {
            lock.unlock();
        }
    }

    /** Return where its standard error was when the test that has the lease began. */
    OutputMark stderrKnown() {
        lock.lock();
        try {
            return stderrKnown;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Give the lease back.
     *
     * @param test the name of the test that has had it
     * @param leftovers is told what the test leaves behind, in words, if anything
     * @throws io.github.qmpjunit.qemu.process.QemuExitException if the test leaves a machine that has crashed
     */
    void endLease(String test, Consumer<String> leftovers) {
        try {
            lock.lock();
            try {
                QemuMachine running = machine;
                if (running == null || wasRestarted(running) || !isUsable(running) || !isWithoutFaults(running)) {
                    forget();
                } else {
                    legacy.end(test, leftovers(running), leftovers);
                }
            } finally {
                inUse = definition;
                vacateIfGone();
                lock.unlock();
            }
        } finally {
            remember(test);
            lease.release();
        }
    }

    private void remember(String test) {
        Journal.Step step = new Journal.Step(
                Journal.Kind.EARLIER,
                test,
                holder.sinceNanos(),
                System.nanoTime(),
                Journal.Outcome.DONE,
                "",
                CallSite.UNKNOWN,
                new Object());
        synchronized (earlier) {
            earlier.addLast(step);
            if (earlier.size() > MOST_EARLIER) {
                earlier.removeFirst();
            }
        }
    }

    /** Return the tests that have had it before, the last ones, for the page of the one that has it. */
    List<Journal.Step> earlier() {
        synchronized (earlier) {
            return List.copyOf(earlier);
        }
    }

    /** Give the lease back as it is, after something that is no test. */
    void release() {
        lock.lock();
        try {
            QemuMachine running = machine;
            if (running != null && wasRestarted(running)) {
                restartsKnown = running.restarts();
                points.machineRestarted();
            }
            vacateIfGone();
        } finally {
            lock.unlock();
            lease.release();
        }
    }

    /** A machine that a test has restarted is not shared any more: its state is undefined for the next test. */
    private boolean wasRestarted(QemuMachine running) {
        return running.restarts() != restartsKnown;
    }

    private Optional<Leftovers> leftovers(QemuMachine running) {
        if (!inUse.checks(Check.LEFTOVERS)) {
            return Optional.empty();
        }
        Optional<Leftovers> all = Leftovers.of(running);
        return definition.sharing().reset() == Reset.NONE
                ? all
                : all.map(Leftovers::withoutRunState); // the reset sees to it
    }

    /** Return what earlier tests have left, in sentences for the failure of the test that has the lease. */
    List<String> legacy() {
        lock.lock();
        try {
            return legacy.sentences(definition.label());
        } finally {
            lock.unlock();
        }
    }

    /** A machine that has been told to quit, or was sent a signal, runs for a moment more; but it does not answer any more. */
    private static boolean isUsable(QemuMachine machine) {
        if (!machine.isEndExpected() && machine.isRunning() && machine.qmp().state() == QmpState.RUNNING) {
            try {
                machine.qmp().execute(QmpCommand.of("query-status").withTimeout(ANSWER_TIMEOUT));
                if (machine.qmp().events().history().stream()
                        .filter(event ->
                                event.sequence() > ClientView.of(machine.qmp()).begunAfter())
                        .noneMatch(SharedMachine::announcesTheEnd)) {
                    return true;
                }
            } catch (QmpException e) {
                // It is on its way out, or hangs.
            }
            machine.endsWithin(EXIT_TIMEOUT);
        }
        return false;
    }

    private static boolean announcesTheEnd(QmpEvent event) {
        return event.name().equals("SHUTDOWN")
                && END_REASONS.contains(event.data().path("reason").asString(""));
    }

    /** Undo the faults that the test has left, and return whether they are: a machine that keeps one serves no other test. */
    private static boolean isWithoutFaults(QemuMachine used) {
        try {
            used.faults().close();
            return true;
        } catch (QemuException | QmpException e) {
            LOGGER.log(
                    Level.WARNING,
                    TerminalText.message("%s is given up, since a fault cannot be undone".formatted(used)),
                    e);
            return false;
        }
    }

    private void forget() {
        QemuMachine last = machine;
        machine = null;
        used = false;
        points = new ResetPoints(definition.sharing().reset());
        legacy = new Legacy();
        if (last != null) {
            RunLog running = log;
            if (running != null) {
                running.ending(last);
            }
            try {
                last.close();
            } catch (QemuExitException e) {
                if (inUse.checks(Check.EXIT)) {
                    throw e;
                }
            } finally {
                if (running != null) {
                    running.sharedMachine(last.name(), began);
                }
            }
        }
    }

    @Override
    public void close() {
        InterruptFlag.aside(this::end);
    }

    private void end() {
        lock.lock();
        QemuMachine last = machine;
        try {
            forget();
        } catch (QemuExitException e) {
            reportEnd(e, last);
            throw e;
        } finally {
            vacateIfGone();
            folder.remove();
            lock.unlock();
        }
    }

    /** No test can fail any more; the class to which the machine belongs does. What belongs to the whole run belongs to none. */
    private void reportEnd(QemuExitException failure, @Nullable QemuMachine ended) {
        if (owner.isPresent() && ended != null) {
            Reporting.report(
                    owner.get(),
                    "the end of %s".formatted(definition.label()),
                    failure,
                    Instant.now(),
                    List.of(),
                    List.of(),
                    List.of(ReportedMachine.of(ended)));
        }
    }
}
