package io.github.qmpjunit.junit;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.StorageDaemon;
import io.github.qmpjunit.qemu.guest.GuestAgent;
import io.github.qmpjunit.qemu.guest.SerialConsole;
import io.github.qmpjunit.qemu.qtest.Qtest;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpEventListener;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** What can be injected. Own types only, so that no other extension claims them. */
enum Injectable {
    MACHINE(QemuMachine.class),
    CLIENT(QmpClient.class),
    LISTENER(QmpEventListener.class),
    CONSOLE(SerialConsole.class),
    QTEST(Qtest.class),
    GUEST_AGENT(GuestAgent.class),
    STORAGE_DAEMON(StorageDaemon.class);

    private final Class<?> type;

    Injectable(Class<?> type) {
        this.type = type;
    }

    static Optional<Injectable> of(Class<?> type) {
        return Arrays.stream(values())
                .filter(injectable -> injectable.type == type)
                .findFirst();
    }

    static String names() {
        return Arrays.stream(values())
                .map(injectable -> injectable.type.getSimpleName())
                .collect(Collectors.joining(", "));
    }

    String typeName() {
        return type.getSimpleName();
    }
}
