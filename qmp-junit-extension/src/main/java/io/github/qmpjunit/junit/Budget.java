package io.github.qmpjunit.junit;

import io.github.qmpjunit.qemu.MachineResources;
import io.github.qmpjunit.qmp.internal.Waiting;
import java.lang.management.ManagementFactory;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;

/**
 * Lets only as many tests have machines at a time as the host bears; the others wait until one ends.
 *
 * <p>A test asks once, for all of its machines, and holds nothing that others wait for while it waits here: so nobody waits for ever.
 * A test is let in, however much it needs, if nobody else is. Kept in the root store, for the whole run. Thread-safe.
 */
final class Budget {

    private static final double SHARE_OF_MEMORY = 0.75;

    private final int cores;
    private final LongSupplier memoryBytes;
    private final ReentrantLock lock = new ReentrantLock(true);
    private final Condition freed = lock.newCondition();
    private MachineResources used = MachineResources.NONE;
    private int holders;

    /** The memory is asked for where it counts only: to ask the JVM for the host's takes it some ten milliseconds. */
    Budget(int cores, LongSupplier memoryBytes) {
        this.cores = cores;
        this.memoryBytes = memoryBytes;
    }

    static Budget of(ExtensionContext context) {
        return QemuExtension.store(context.getRoot())
                .getOrComputeIfAbsent(Budget.class, key -> configured(Configuration.of(context)), Budget.class);
    }

    private static Budget configured(Configuration configuration) {
        int cores = configuration
                .parsed(ConfigurationKeys.BUDGET_CORES, Integer::valueOf, "a number of processors, such as 4")
                .orElseGet(() -> Runtime.getRuntime().availableProcessors());
        OptionalLong memory = configuration
                .parsed(ConfigurationKeys.BUDGET_MEMORY, MachineResources::bytes, "an amount of memory, such as 4G")
                .map(OptionalLong::of)
                .orElseGet(OptionalLong::empty);
        return new Budget(cores, () -> memory.orElseGet(Budget::memoryOfTheHost));
    }

    private static long memoryOfTheHost() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? (long) (system.getTotalMemorySize() * SHARE_OF_MEMORY)
                : Long.MAX_VALUE;
    }

    /**
     * Wait until there is room, and take it.
     *
     * @return gives it back
     */
    Runnable take(MachineResources wanted) {
        if (wanted.equals(MachineResources.NONE)) {
            return () -> {};
        }
        Waiting waiting = Waiting.begin(() -> "other tests to end, for want of room for " + wanted);
        lock.lock();
        try {
            while (holders > 0 && !fits(used.plus(wanted))) {
                freed.awaitNanos(TimeUnit.MINUTES.toNanos(1));
            }
            used = used.plus(wanted);
            holders++;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ParameterResolutionException(
                    "Interrupted while the test's machines (%s) waited for others to end".formatted(wanted), e);
        } finally {
            lock.unlock();
            waiting.end();
        }
        return () -> giveBack(wanted);
    }

    private boolean fits(MachineResources sum) {
        return sum.cores() <= cores && sum.memoryBytes() <= memoryBytes.getAsLong();
    }

    private void giveBack(MachineResources taken) {
        lock.lock();
        try {
            used = new MachineResources(used.cores() - taken.cores(), used.memoryBytes() - taken.memoryBytes());
            holders--;
            freed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
