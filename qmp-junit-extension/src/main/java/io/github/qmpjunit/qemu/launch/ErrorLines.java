package io.github.qmpjunit.qemu.launch;

import java.util.regex.Pattern;
import org.apiguardian.api.API;

/** Finds the line of a QEMU's standard error that says why it has ended. What follows it is most often a consequence. */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public final class ErrorLines {

    private static final Pattern PROGRAM = Pattern.compile("^(?:\\S*qemu[\\w.+-]*: )+");
    private static final Pattern NO_CAUSE =
            Pattern.compile("^(?:warning|info): |terminating on signal|^module \\S+ not found|^\\s*$");

    private ErrorLines() {}

    /**
     * Return the first line that is an error.
     *
     * @param stderr what QEMU wrote, without secrets
     * @return the line without QEMU's name; the first line of all if none is an error, and an empty string if there is none
     */
    public static String cause(String stderr) {
        return stderr.lines()
                .map(line -> PROGRAM.matcher(line).replaceFirst(""))
                .filter(line -> !NO_CAUSE.matcher(line).find())
                .findFirst()
                .orElseGet(() -> stderr.lines().findFirst().orElse(""));
    }
}
