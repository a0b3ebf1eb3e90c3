package io.github.qmpjunit.junit;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.QemuMachineBuilder;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
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

    private static final AtomicLong COUNTER = new AtomicLong();

    private static final Duration RESET_TIMEOUT = Duration.ofSeconds(30);

    private final long order = COUNTER.incrementAndGet();
    private final VmDefinition definition;
    private final Supplier<QemuMachineBuilder> builder;
    private final Semaphore lease = new Semaphore(1, true);

    private final ReentrantLock lock = new ReentrantLock(); // guards what follows
    private @Nullable QemuMachine machine;
    private @Nullable Leftovers known;
    private boolean used;

    SharedMachine(VmDefinition definition, Supplier<QemuMachineBuilder> builder) {
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
        try {
            while (!lease.tryAcquire(1, TimeUnit.MINUTES)) {
                // Another test takes its time.
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ParameterResolutionException(
                    "Interrupted while another test had %s".formatted(definition.label()), e);
        }
    }

    /** Return the machine, started if it is not running; for those outside of tests, who need no lease. */
    QemuMachine get() {
        lock.lock();
        try {
            QemuMachine running = machine;
            if (running == null || !running.isRunning()) {
                forget();
                running = builder.get().start();
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
    QemuMachine prepare() {
        lock.lock();
        try {
            QemuMachine running = get();
            if (used) {
                beginAnew(running);
            } else if (definition.reset() == Reset.SNAPSHOT) {
                throw new UnsupportedOperationException("reset = SNAPSHOT");
            }
            used = true;
            if (!definition.without().contains(Check.LEFTOVERS)) {
                known = Leftovers.of(running);
            }
            running.qmp().execute("query-name"); // every event that was sent before this reply has arrived
            running.qmp().forgetEvents();
            return running;
        } finally {
            lock.unlock();
        }
    }

    private void beginAnew(QemuMachine running) {
        switch (definition.reset()) {
            case SYSTEM_RESET -> MachineReset.systemReset(running, RESET_TIMEOUT);
            case SNAPSHOT -> throw new UnsupportedOperationException("reset = SNAPSHOT");
            case NONE -> {
                // as it is
            }
        }
    }

    /** Return what the test that has the lease leaves behind, in words; empty if nothing. */
    String leftovers() {
        lock.lock();
        try {
            QemuMachine running = machine;
            return known == null || running == null || !running.isRunning()
                    ? ""
                    : Leftovers.of(running).beyond(known);
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
                if (machine != null && !machine.isRunning()) {
                    forget();
                }
            } finally {
                lock.unlock();
            }
        } finally {
            lease.release();
        }
    }

    private void forget() {
        QemuMachine last = machine;
        machine = null;
        used = false;
        known = null;
        if (last != null) {
            last.close();
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
