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

    /** Return whether its processors run. */
    static boolean runs(QemuMachine machine) {
        return machine.qmp().execute("query-status").path("running").asBoolean(false);
    }

    /** Reset it, wait until it has happened, and let it run or not, whatever the last test has done to it. */
    static void systemReset(QemuMachine machine, boolean running, Duration timeout) {
        QmpClient qmp = machine.qmp();
        if (!running) {
            qmp.execute("stop");
        }
        try (QmpEventListener resets =
                qmp.listen(EventMatcher.event(QmpEvents.RESET).withData("reason", "host-qmp-system-reset"))) {
            qmp.execute("system_reset");
            resets.next(timeout);
        }
        if (running && !runs(machine)) {
            qmp.execute("cont");
        }
    }
}
