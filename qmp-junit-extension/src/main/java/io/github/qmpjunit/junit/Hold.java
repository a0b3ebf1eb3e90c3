package io.github.qmpjunit.junit;

import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.qemu.Attachment;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.process.QemuException;
import io.github.qmpjunit.qmp.QmpException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Leaves the machines of a failed test up, so that somebody can look into them, and says how. */
final class Hold {

    private static final Duration DEFAULT_LIMIT = Duration.ofHours(1);

    private enum When {
        NEVER,
        ON_FAILURE
    }

    private Hold() {}

    static boolean isWanted(Configuration configuration) {
        return configuration.choice(ConfigurationKeys.HOLD, When.NEVER) == When.ON_FAILURE;
    }

    static Duration limit(Configuration configuration) {
        return configuration
                .parsed(ConfigurationKeys.HOLD_LIMIT, Duration::parse, "a duration in ISO 8601, such as PT30M")
                .orElse(DEFAULT_LIMIT);
    }

    /** Wait until all machines have ended, the limit is over, or somebody interrupts. */
    static void hold(String test, List<QemuMachine> machines, Configuration configuration) {
        List<QemuMachine> running =
                machines.stream().filter(QemuMachine::isRunning).toList();
        if (running.isEmpty()) {
            return;
        }
        Duration limit = limit(configuration);
        Terminal.say(instructions(test, running, limit));
        Deadline deadline = Deadline.after(limit);
        for (QemuMachine machine : running) {
            machine.endsWithin(deadline.remaining());
        }
        Terminal.say("%s is held no longer".formatted(test));
    }

    private static String instructions(String test, List<QemuMachine> machines, Duration limit) {
        List<String> lines = new ArrayList<>();
        lines.add("%s has failed, and its machines are held until they end, or for %s at most (%s)"
                .formatted(test, Deadline.format(limit), ConfigurationKeys.HOLD_LIMIT));
        for (QemuMachine machine : machines) {
            lines.add(machine.toString());
            machine.attachment().ifPresent(sockets -> add(lines, machine, sockets));
        }
        return String.join(System.lineSeparator() + "  ", lines);
    }

    private static void add(List<String> lines, QemuMachine machine, Attachment sockets) {
        lines.add("  monitor:  scripts/qmp-shell " + sockets.monitor());
        try {
            machine.startGdbServer();
            lines.add("  gdb:      gdb -ex 'target remote %s'".formatted(sockets.gdb()));
        } catch (QmpException | QemuException e) {
            lines.add("  gdb:      its server does not start: " + e.getMessage());
        }
        sockets.vnc().ifPresent(socket -> lines.add("  screen:   vncviewer " + socket));
        lines.add("  end it:   kill %s, or \"quit\" in its monitor".formatted(machine.pid()));
    }
}
