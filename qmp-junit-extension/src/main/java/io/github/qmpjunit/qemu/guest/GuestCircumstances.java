package io.github.qmpjunit.qemu.guest;

import io.github.qmpjunit.qemu.process.MonitoredProcess;
import io.github.qmpjunit.qmp.QmpCommand;
import io.github.qmpjunit.qmp.QmpException;
import java.time.Duration;

/** Says why a guest may be silent: its machine has ended, or does not let it run. */
final class GuestCircumstances {

    private static final Duration AT_ONCE = Duration.ofSeconds(1);

    /** A process closes its sockets some milliseconds before it is gone. */
    private static final Duration FAREWELL = Duration.ofSeconds(2);

    private GuestCircumstances() {}

    /** Return a sentence; empty if the machine runs as it should. */
    static String of(MonitoredProcess machine) {
        try {
            String status = machine.qmp()
                    .execute(QmpCommand.of("query-status").withTimeout(AT_ONCE))
                    .path("status")
                    .asString("");
            return meaning(status);
        } catch (QmpException e) { // perhaps because it is ending just now
            return machine.endsWithin(FAREWELL) ? machine.describeBriefly() : "";
        }
    }

    private static String meaning(String status) {
        return switch (status) {
            case "running", "" -> "";
            case "paused", "prelaunch" ->
                "The machine's status is \"%s\": its guest stands still until the command cont.".formatted(status);
            case "inmigrate" -> "The machine's status is \"inmigrate\": its guest comes with a migration.";
            default -> "The machine's status is \"%s\".".formatted(status);
        };
    }
}
