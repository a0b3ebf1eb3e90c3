package io.github.qmpjunit.junit;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qmp.EventMatcher;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpEventListener;
import io.github.qmpjunit.qmp.QmpEvents;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Resets a machine, as by its button; also one that is to end instead of a reboot, as tests of guests have it. */
final class MachineReset {

    private static final Pattern ENDS_INSTEAD = Pattern.compile("(?:.*,)?reboot=shutdown(?:,.*)?");

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
            reset(machine, resets, timeout);
        }
        if (running && !runs(machine)) {
            qmp.execute("cont");
        }
    }

    private static void reset(QemuMachine machine, QmpEventListener resets, Duration timeout) {
        boolean ends = endsInsteadOfReboot(machine.commandLine());
        if (ends) {
            setReboot(machine, "reset");
        }
        try {
            machine.qmp().execute("system_reset");
            resets.next(timeout);
        } finally {
            if (ends) {
                setReboot(machine, "shutdown");
            }
        }
    }

    private static void setReboot(QemuMachine machine, String action) {
        machine.qmp().execute("set-action", Map.of("reboot", action));
    }

    private static boolean endsInsteadOfReboot(List<String> commandLine) {
        boolean ends = false;
        for (int i = 0; i < commandLine.size(); i++) {
            String option = commandLine.get(i).replaceFirst("^--", "-");
            ends = ends
                    || option.equals("-no-reboot")
                    || (option.equals("-action")
                            && i + 1 < commandLine.size()
                            && ENDS_INSTEAD.matcher(commandLine.get(i + 1)).matches());
        }
        return ends;
    }
}
