package io.github.qmpjunit.junit.report;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** Guesses what a reader who looks for the reason of a failure should see first. */
final class Severity {

    private static final Pattern BAD_EVENT = Pattern.compile("_ERROR$|PANICKED|CRASH|CORRUPT|FAIL|REPORT_BAD");
    private static final Set<String> NOTABLE_EVENTS =
            Set.of("SHUTDOWN", "RESET", "STOP", "WATCHDOG", "BLOCK_JOB_CANCELLED", "SUSPEND", "POWERDOWN");
    /** Of a job, and of a migration. */
    private static final Set<String> BAD_STATES = Set.of("aborting", "failed");

    private static final Pattern BAD_LINE = Pattern.compile(
            "(?i)\\b(?:error|failed|failure|fatal|panic|oops|bug:|segfault|abort(?:ed)?|assertion|could not|cannot|no bootable)\\b");

    private Severity() {}

    static Entry.Level ofEvent(String name, JsonNode data) {
        if (BAD_EVENT.matcher(name.toUpperCase(Locale.ROOT)).find()
                || data.has("error")
                || BAD_STATES.contains(data.path("status").asString(""))) {
            return Entry.Level.BAD;
        }
        return NOTABLE_EVENTS.contains(name) ? Entry.Level.NOTABLE : Entry.Level.PLAIN;
    }

    static Entry.Level ofLine(String line) {
        if (BAD_LINE.matcher(line).find()) {
            return Entry.Level.BAD;
        }
        return line.toLowerCase(Locale.ROOT).contains("warning") ? Entry.Level.NOTABLE : Entry.Level.PLAIN;
    }
}
