package io.github.qmpjunit.junit;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.QemuMachineBuilder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The machines of one test, in JUnit's store: put there before the first one is started, so that whatever happens they are
 * stopped.
 *
 * <p>Both interfaces, since JUnit knew only the older one before 5.13, and warns where only that one is implemented.
 */
@SuppressWarnings("deprecation") // CloseableResource: see above
final class TestMachines implements ExtensionContext.Store.CloseableResource, AutoCloseable {

    private final Map<String, QemuMachine> byName = new LinkedHashMap<>();

    /** Return the machine of that name, which the first call starts. */
    synchronized QemuMachine get(String name, Supplier<QemuMachineBuilder> definition) {
        QemuMachine machine = byName.get(name);
        if (machine == null) {
            machine = definition.get().start();
            byName.put(name, machine);
        }
        return machine;
    }

    /** Stop all machines, the youngest first, and throw what the first of them had to complain about. Idempotent. */
    @Override
    public synchronized void close() {
        List<QemuMachine> youngestFirst = new ArrayList<>(byName.values());
        Collections.reverse(youngestFirst);
        byName.clear();
        RuntimeException failure = null;
        for (QemuMachine machine : youngestFirst) {
            failure = closeAfter(failure, machine);
        }
        if (failure != null) {
            throw failure;
        }
    }

    private static @Nullable RuntimeException closeAfter(@Nullable RuntimeException before, QemuMachine machine) {
        try {
            machine.close();
            return before;
        } catch (RuntimeException e) {
            if (before == null) {
                return e;
            }
            before.addSuppressed(e);
            return before;
        }
    }
}
