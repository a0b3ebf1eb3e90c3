package io.github.qmpjunit.junit.report;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * Tells what a reader who looks for the reason of a failure should see first.
 *
 * <p>It goes by who says something and in which form, not by words alone: what QEMU writes to its standard error is an error unless it
 * says otherwise, and {@code panic=-1} in a kernel's command line is none.
 */
final class Severity {

    private static final Pattern BAD_EVENT = Pattern.compile("_ERROR$|PANICKED|CRASH|CORRUPT|FAIL|REPORT_BAD");
    private static final Set<String> NOTABLE_EVENTS =
            Set.of("SHUTDOWN", "RESET", "STOP", "WATCHDOG", "BLOCK_JOB_CANCELLED", "SUSPEND", "POWERDOWN");
    /** Of a job, and of a migration. */
    private static final Set<String> BAD_STATES = Set.of("aborting", "failed");

    /** {@code error_report} of QEMU puts the program's name first; a warning or a piece of information names itself after it. */
    private static final Pattern QEMU_ERROR = Pattern.compile(
            "^\\S*qemu[\\w.-]*: (?!warning:|info:)|^(?:Unexpected error|Assertion|\\*\\*|ERROR)\\b|: Assertion `|\\bSegmentation fault");

    private static final Pattern WARNING = Pattern.compile("(?i)(?:^|[\\s:\\[])warning[\\]:]");

    /** The forms in which guests say that something has gone wrong. */
    private static final Pattern GUEST_ERROR = Pattern.compile(
            "Kernel panic - |\\bOops(?::|\\b.*\\bSMP\\b)|\\bBUG: |\\bsegfault at |general protection fault|\\bUnable to mount root|Out of memory: Kill"
                    + "|\\bI/O error\\b|\\[\\s*FAILED\\s*]|No bootable device|Boot failed|could not read the boot disk|No working init|traps: .* trap "
                    + "|(?i:(?:^|[\\s\\])>])(?:fatal|error|failed|failure|panic|emerg|critical)\\s*[:!]\\s)"
                    + "|(?i:\\b(?:could not|cannot|can't|failed to|unable to)\\s+(?:open|read|write|mount|start|find|load|boot|execute|access|create|connect)\\b)");

    private Severity() {}

    static Entry.Level ofEvent(String name, JsonNode data) {
        if (BAD_EVENT.matcher(name.toUpperCase(Locale.ROOT)).find()
                || data.has("error")
                || BAD_STATES.contains(data.path("status").asString(""))) {
            return Entry.Level.BAD;
        }
        return NOTABLE_EVENTS.contains(name) ? Entry.Level.NOTABLE : Entry.Level.PLAIN;
    }

    static Entry.Level ofLine(Lane.Kind source, String line) {
        boolean bad = (source == Lane.Kind.STDERR && QEMU_ERROR.matcher(line).find())
                || GUEST_ERROR.matcher(line).find();
        if (bad) {
            return Entry.Level.BAD;
        }
        return WARNING.matcher(line).find() ? Entry.Level.NOTABLE : Entry.Level.PLAIN;
    }
}
