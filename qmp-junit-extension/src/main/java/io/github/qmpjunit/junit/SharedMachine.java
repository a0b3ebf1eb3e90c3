package io.github.qmpjunit.junit;

import static java.util.Objects.requireNonNull;

import io.github.qmpjunit.qemu.MachineResources;
import io.github.qmpjunit.qemu.QemuException;
import io.github.qmpjunit.qemu.QemuExitException;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.QemuMachineBuilder;
import io.github.qmpjunit.qemu.Snapshot;
import io.github.qmpjunit.qmp.QmpCommand;
import io.github.qmpjunit.qmp.QmpEvent;
import io.github.qmpjunit.qmp.QmpException;
import io.github.qmpjunit.qmp.QmpState;
import io.github.qmpjunit.qmp.internal.Waiting;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
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

    private static final Duration RESET_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration EXIT_TIMEOUT = Duration.ofSeconds(5);

    /** Why a QEMU shuts down that no -no-shutdown keeps from it. */
    private static final Set<String> END_REASONS = Set.of("host-qmp-quit", "host-signal");

    private final long order = COUNTER.incrementAndGet();
    private final VmDefinition definition;
    private final Function<ExtensionContext, QemuMachineBuilder> builder;
    private final Semaphore lease = new Semaphore(1, true);

    private final ReentrantLock lock = new ReentrantLock(); // guards what follows
    private @Nullable QemuMachine machine;
    private @Nullable QemuMachineBuilder next;
    private @Nullable Leftovers known;
    private MachineResources resources = MachineResources.NONE;
    private int stderrKnown;
    private @Nullable Snapshot snapshot;
    private boolean used;
    private boolean ranAtFirst;

    SharedMachine(VmDefinition definition, Function<ExtensionContext, QemuMachineBuilder> builder) {
        this.definition = definition;
        this.builder = builder;
    }

    /** Return a number by which all who need several leases sort them, so that nobody waits in a circle. */
    long order() {
        return order;
    }

    VmDefinition definition() {
        return definition;
    }

    /** Wait until no other test has the machine. */
    void takeLease() {
        Waiting waiting = Waiting.begin(() -> "another test to give back " + definition.label());
        try {
            while (!lease.tryAcquire(1, TimeUnit.MINUTES)) {
                // Another test takes its time.
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ParameterResolutionException(
                    "Interrupted while another test had %s".formatted(definition.label()), e);
        } finally {
            waiting.end();
        }
    }

    /** Return what the machine takes of its host. The definition is written once for each machine that starts, so it is kept. */
    MachineResources resources(ExtensionContext context) {
        lock.lock();
        try {
            return machine == null ? nextBuilder(context).resources() : resources;
        } finally {
            lock.unlock();
        }
    }

    private QemuMachineBuilder nextBuilder(ExtensionContext context) {
        QemuMachineBuilder written = next;
        if (written == null) {
            written = builder.apply(context);
            next = written;
        }
        return written;
    }

    /** Return the machine, started if it is not running; for those outside of tests, who need no lease. */
    QemuMachine get(ExtensionContext context) {
        lock.lock();
        try {
            QemuMachine running = machine;
            if (running == null || !running.isRunning()) {
                forget();
                QemuMachineBuilder written = nextBuilder(context);
                next = null;
                resources = written.resources();
                running = written.start();
                machine = running;
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

    /** Return the machine as a test is to find it; with the lease. */
    QemuMachine prepare(ExtensionContext context) {
        lock.lock();
        try {
            QemuMachine running = get(context);
            if (!isUsable(running)) {
                forget();
                running = get(context);
            }
            if (used && !beginAnew(running)) {
                forget();
                running = get(context);
            }
            if (used) {
                // It is as it is to be.
            } else if (definition.reset() == Reset.SNAPSHOT) {
                snapshot = running.snapshot();
            } else {
                ranAtFirst = definition.reset() == Reset.SYSTEM_RESET && MachineReset.runs(running);
            }
            stderrKnown = used ? running.stderr().text().length() : 0; // how it started is the first one's business
            used = true;
            known = definition.checks(Check.LEFTOVERS) ? Leftovers.of(running).orElse(null) : null;
            running.qmp().execute("query-name"); // every event that was sent before this reply has arrived
            running.qmp().forgetEvents();
            return running;
        } finally {
            lock.unlock();
        }
    }

    /** Return how much of its standard error the test that has the lease has not to answer for. */
    int stderrKnown() {
        lock.lock();
        try {
            return stderrKnown;
        } finally {
            lock.unlock();
        }
    }

    /** Return whether it is as a test is to find it: what a test has left under way may stand against it. */
    private boolean beginAnew(QemuMachine running) {
        try {
            switch (definition.reset()) {
                case SYSTEM_RESET -> MachineReset.systemReset(running, ranAtFirst, RESET_TIMEOUT);
                case SNAPSHOT -> requireNonNull(snapshot).rewind();
                case NONE -> {
                    // as it is
                }
            }
            return true;
        } catch (QemuException | QmpException e) {
            LOGGER.log(
                    Level.WARNING,
                    "%s is started anew, since it cannot begin anew (%s)".formatted(running, definition.reset()),
                    e);
            return false;
        }
    }

    /** Return what the test that has the lease leaves behind, in words; empty if nothing. */
    String leftovers() {
        lock.lock();
        try {
            QemuMachine running = machine;
            Leftovers before = known;
            return before == null || running == null || !running.isRunning()
                    ? ""
                    : Leftovers.of(running).map(now -> now.beyond(before)).orElse("");
        } finally {
            lock.unlock();
        }
    }

    /**
     * Give the lease back.
     *
     * @throws io.github.qmpjunit.qemu.QemuExitException if the test leaves a machine that has crashed
     */
    void endLease() {
        try {
            lock.lock();
            try {
                known = null;
                if (machine == null || !isUsable(machine) || !isWithoutFaults(machine)) {
                    forget();
                }
            } finally {
                lock.unlock();
            }
        } finally {
            lease.release();
        }
    }

    /** A machine that has been told to quit, or was sent a signal, runs for a moment more; but it does not answer any more. */
    private static boolean isUsable(QemuMachine machine) {
        if (machine.isRunning() && machine.qmp().state() == QmpState.RUNNING) {
            try {
                machine.qmp().execute(QmpCommand.of("query-status").withTimeout(ANSWER_TIMEOUT));
                if (machine.qmp().events().history().stream().noneMatch(SharedMachine::announcesTheEnd)) {
                    return true;
                }
            } catch (QmpException e) {
                // It is on its way out, or hangs.
            }
            machine.awaitExit(EXIT_TIMEOUT);
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
            LOGGER.log(Level.WARNING, "%s is given up, since a fault cannot be undone".formatted(used), e);
            return false;
        }
    }

    private void forget() {
        QemuMachine last = machine;
        machine = null;
        used = false;
        snapshot = null;
        known = null;
        if (last != null) {
            try {
                last.close();
            } catch (QemuExitException e) {
                if (definition.checks(Check.EXIT)) {
                    throw e;
                }
            }
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            forget();
        } finally {
            lock.unlock();
        }
    }
}
