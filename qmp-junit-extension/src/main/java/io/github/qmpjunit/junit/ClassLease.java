package io.github.qmpjunit.junit;

import io.github.qmpjunit.qemu.wiring.MachineResources;
import java.lang.reflect.Method;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Shared machines in the hands of something that is no test: a {@code @BeforeAll} or {@code @AfterAll} method, or the start of a
 * machine for a class's field. As long as it lasts, no test of another class has them.
 *
 * <p>One that a method has lies in the class's store: JUnit resolves the method's parameters before it calls the method, and may never
 * do that.
 */
@SuppressWarnings("deprecation") // CloseableResource: before JUnit 5.13 nothing else is closed
final class ClassLease implements ExtensionContext.Store.CloseableResource, AutoCloseable {

    private final Set<SharedMachine> machines;

    /** Whose lease it is; nobody's where it is for a moment only. */
    private @Nullable Method method;

    /** What is to be done at the end, the last thing begun first. */
    private final Deque<Runnable> ends = new ArrayDeque<>();

    private ClassLease(Collection<SharedMachine> machines) {
        this.machines = Set.copyOf(machines);
    }

    /** Wait until the machines, and room for them, are free. */
    static ClassLease take(Collection<SharedMachine> machines, ExtensionContext context) {
        ClassLease lease = new ClassLease(machines);
        boolean taken = false;
        try {
            lease.take(context);
            taken = true;
            return lease;
        } finally {
            if (!taken) {
                lease.close();
            }
        }
    }

    private void take(ExtensionContext context) {
        List<SharedMachine> sorted = machines.stream()
                .sorted(Comparator.comparingLong(SharedMachine::order))
                .toList();
        for (SharedMachine machine : sorted) {
            machine.takeLease();
            ends.push(machine::release);
        }
        ends.push(SharedMachine.takeRoom(sorted, MachineResources.NONE, context));
    }

    /** Let a method of a class have machines, until {@link #endOfMethod}; or until the next one, if JUnit did not call it. */
    static void ofMethod(Method method, Collection<SharedMachine> machines, ExtensionContext context) {
        ClassLease last = existing(context);
        if (last != null && method.equals(last.method)) {
            return;
        }
        endOfMethod(context);
        if (!machines.isEmpty()) {
            ClassLease lease = take(machines, context);
            lease.method = method;
            ExtensionStore.of(context).put(ExtensionStore.ownKey(ClassLease.class, context), lease);
        }
    }

    static void endOfMethod(ExtensionContext context) {
        ClassLease lease =
                ExtensionStore.of(context).remove(ExtensionStore.ownKey(ClassLease.class, context), ClassLease.class);
        if (lease != null) {
            lease.close();
        }
    }

    /** Return whether a method of the class has a machine. */
    static boolean includes(SharedMachine machine, ExtensionContext context) {
        ClassLease lease = existing(context);
        return lease != null && lease.machines.contains(machine);
    }

    private static @Nullable ClassLease existing(ExtensionContext context) {
        return ExtensionStore.of(context).get(ExtensionStore.ownKey(ClassLease.class, context), ClassLease.class);
    }

    /** Give everything back. Idempotent. */
    @Override
    public void close() {
        Runnable end = ends.poll();
        while (end != null) {
            end.run();
            end = ends.poll();
        }
    }
}
