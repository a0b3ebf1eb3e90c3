package io.github.qmpjunit.junit;

import io.github.qmpjunit.internal.TerminalText;
import io.github.qmpjunit.internal.Waiting;
import io.github.qmpjunit.qemu.wiring.MachineResources;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;

/**
 * Lets only as many tests have machines at a time as the host bears; the others wait until one ends, and are let in in the order in
 * which they have come.
 *
 * <p>A test asks once, for all of its machines, and has all else by then that it might have to wait for: so each that was let in comes
 * to its end. Whoever is next is let in, however much it needs, if nobody else is: what lives on between tests takes room, but nobody
 * waits for its end. So nobody waits for ever. Kept in the root store, for the whole run. Thread-safe.
 */
final class Budget {

    private static final double SHARE_OF_MEMORY = 0.75;

    private final int cores;
    private final LongSupplier memoryBytes;
    private final WaitLimit limit;
    private final ReentrantLock lock = new ReentrantLock(true);
    private final Condition freed = lock.newCondition();
    private MachineResources used = MachineResources.NONE;
    private int holders;
    private long changedNanos = System.nanoTime();

    /** Those who wait, the first one first. */
    private final Deque<Object> queue = new ArrayDeque<>();

    /** The memory is asked for where it counts only: to ask the JVM for the host's takes it some ten milliseconds. */
    Budget(int cores, LongSupplier memoryBytes) {
        this(cores, memoryBytes, new WaitLimit(Duration.ofMinutes(30)));
    }

    Budget(int cores, LongSupplier memoryBytes, WaitLimit limit) {
        this.limit = limit;
        this.cores = cores;
        this.memoryBytes = memoryBytes;
    }

    static Budget of(ExtensionContext context) {
        return ExtensionStore.ofLaunch(context)
                .getOrComputeIfAbsent(
                        Budget.class,
                        key -> configured(Configuration.of(context), WaitLimit.of(context)),
                        Budget.class);
    }

    private static Budget configured(Configuration configuration, WaitLimit limit) {
        int cores = configuration
                .parsed(ConfigurationKeys.BUDGET_CORES, Integer::valueOf, "a number of processors, such as 4")
                .orElseGet(() -> Runtime.getRuntime().availableProcessors());
        OptionalLong memory = configuration
                .parsed(ConfigurationKeys.BUDGET_MEMORY, MachineResources::bytes, "an amount of memory, such as 4G")
                .map(OptionalLong::of)
                .orElseGet(OptionalLong::empty);
        return new Budget(cores, () -> memory.orElseGet(Budget::memoryOfTheHost), limit);
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
        return take(wanted, MachineResources.NONE);
    }

    /**
     * Wait until there is room, and take it.
     *
     * @param wanted what is needed for a while
     * @param staying what is needed as well, and lives on until {@link #vacate} says otherwise
     * @return gives back what was wanted
     */
    Runnable take(MachineResources wanted, MachineResources staying) {
        MachineResources all = wanted.plus(staying);
        if (all.equals(MachineResources.NONE)) {
            return () -> {};
        }
        Object ticket = new Object();
        Waiting waiting = Waiting.queue(() -> "other tests to end, for want of room for " + all);
        lock.lock();
        try {
            queue.add(ticket);
            long sinceNanos = System.nanoTime();
            while (!ticket.equals(queue.peek()) || (holders > 0 && !fits(all))) {
                long remaining = limit.remainingNanos(Math.max(changedNanos, sinceNanos));
                if (remaining <= 0) {
                    throw limit.exceeded(
                            "The test's machines need %s, and no other test has given any back".formatted(all));
                }
                freed.awaitNanos(remaining);
            }
            used = used.plus(all);
            holders++;
            waiting.fulfilled();
            changedNanos = System.nanoTime();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ParameterResolutionException(
                    TerminalText.message(
                            "Interrupted while the test's machines (%s) waited for others to end".formatted(all)),
                    e);
        } finally {
            queue.remove(ticket);
            freed.signalAll();
            lock.unlock();
            waiting.end();
        }
        return () -> giveBack(wanted);
    }

    /** Return whether there is room; there is, for what is not asked for. */
    private boolean fits(MachineResources wanted) {
        MachineResources sum = used.plus(wanted);
        return (wanted.cores() == 0 || sum.cores() <= cores)
                && (wanted.memoryBytes() == 0 || sum.memoryBytes() <= memoryBytes.getAsLong());
    }

    /** Take note that something does not live any more that has stayed. */
    void vacate(MachineResources stayed) {
        lock.lock();
        try {
            free(stayed);
        } finally {
            lock.unlock();
        }
    }

    private void giveBack(MachineResources taken) {
        lock.lock();
        try {
            holders--;
            free(taken);
        } finally {
            lock.unlock();
        }
    }

    private void free(MachineResources taken) {
        changedNanos = System.nanoTime();
        used = new MachineResources(used.cores() - taken.cores(), used.memoryBytes() - taken.memoryBytes());
        freed.signalAll();
    }
}
