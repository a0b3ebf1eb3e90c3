package io.github.qmpjunit.junit;

import io.github.qmpjunit.qemu.wiring.MachineResources;
import java.lang.reflect.Executable;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Shared machines in the hands of something that is no test: a {@code @BeforeAll} or {@code @AfterAll} method, a method before or after
 * an invocation of a parameterized class, the constructor of an instance for all tests, or the start of a machine for a class's field. As long as it lasts, no test of another class has them.
 *
 * <p>One that a method has lies in the class's store: JUnit resolves the method's parameters before it calls the method, and may never
 * do that.
 */
@SuppressWarnings("deprecation") // CloseableResource: before JUnit 5.13 nothing else is closed
final class ClassLease implements ExtensionContext.Store.CloseableResource, AutoCloseable {

    private final Set<SharedMachine> machines;

    /** Whose lease it is; nobody's where it is for a moment only. */
    private @Nullable Executable executable;

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
            machine.takeLease(context);
            ends.push(machine::release);
        }
        ends.push(SharedMachine.takeRoom(sorted, MachineResources.NONE, context));
    }

    /**
     * Let a class's method, or constructor, have machines: until {@link #end}, or, since JUnit tells the end of some methods to nobody,
     * until the next phase of this class, or of one inside of it, begins.
     */
    static void ofExecutable(Executable executable, Collection<SharedMachine> machines, ExtensionContext context) {
        ClassLease last = existing(context);
        if (last != null && executable.equals(last.executable)) {
            return;
        }
        end(context);
        endAbove(context);
        if (!machines.isEmpty()) {
            ClassLease lease = take(machines, context);
            lease.executable = executable;
            ExtensionStore.of(context).put(ExtensionStore.ownKey(ClassLease.class, context), lease);
            boolean prepares = !AnnotationSupport.isAnnotated(executable, AfterAll.class);
            machines.forEach(machine -> lendTo(context, machine, prepares));
        }
    }

    private static void lendTo(ExtensionContext context, SharedMachine machine, boolean prepares) {
        machine.lendToMethod(context, prepares);
        Object key = List.of(ClassEnd.class, context.getUniqueId(), machine);
        ExtensionStore.of(context)
                .getOrComputeIfAbsent(key, absent -> new ClassEnd(machine, context.getUniqueId()), ClassEnd.class);
    }

    /** Tells a machine that a class is over. */
    private record ClassEnd(SharedMachine machine, String id)
            implements ExtensionContext.Store.CloseableResource, AutoCloseable {

        @Override
        public void close() {
            machine.forgetClass(id);
        }
    }

    /** End the lease of a method of this class, if it has one. */
    static void end(ExtensionContext context) {
        ClassLease lease =
                ExtensionStore.of(context).remove(ExtensionStore.ownKey(ClassLease.class, context), ClassLease.class);
        if (lease != null) {
            lease.close();
        }
    }

    /** End the leases of the methods of the classes around: something inside of them begins, so they are over. */
    static void endAbove(ExtensionContext context) {
        Optional<ExtensionContext> at = context.getParent();
        while (at.isPresent()) {
            end(at.get());
            at = at.get().getParent();
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
