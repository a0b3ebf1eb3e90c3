package io.github.qmpjunit.junit;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qmp.EventMatcher;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpEventListener;
import io.github.qmpjunit.qmp.QmpEvents;
import java.time.Duration;

/** Resets a machine, as by its button. */
final class MachineReset {

    private MachineReset() {}

    /** Reset it, wait until it has happened, and let it run if the last test has left it paused. */
    static void systemReset(QemuMachine machine, Duration timeout) {
        QmpClient qmp = machine.qmp();
        try (QmpEventListener resets =
                qmp.listen(EventMatcher.event(QmpEvents.RESET).withData("reason", "host-qmp-system-reset"))) {
            qmp.execute("system_reset");
            resets.next(timeout);
        }
        String status = qmp.execute("query-status").path("status").asString("");
        if (status.equals("paused")) {
            qmp.execute("cont");
        }
    }
}
