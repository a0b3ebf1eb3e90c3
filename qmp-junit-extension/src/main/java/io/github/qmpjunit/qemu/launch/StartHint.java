package io.github.qmpjunit.qemu.launch;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Tells what to do about what QEMU refuses, where it does not say so itself and the way out is one of ours. */
final class StartHint {

    private static final Pattern OPTION_AND_VALUE = Pattern.compile("(--?[a-z][\\w-]*)\\s+\\S.*", Pattern.DOTALL);
    private static final Pattern WANTS_HARDWARE =
            Pattern.compile("No '[^']*' bus found for device|The -(?:kernel|initrd|append) parameter is not supported");

    private StartHint() {}

    /**
     * {@return a line for the end of the failure's message, beginning with a line break; empty if there is nothing to say}
     *
     * @param commandLine the command that has ended
     * @param stderr what it has written
     */
    static String of(List<String> commandLine, String stderr) {
        for (String argument : commandLine) {
            Matcher both = OPTION_AND_VALUE.matcher(argument);
            // The value is not repeated: it may be a secret.
            if (both.matches() && stderr.contains(argument + ": invalid option")) {
                return "\nAn option and its value are two arguments: write \"%1$s\", \"...\" instead of \"%1$s ...\""
                        .formatted(both.group(1));
            }
        }
        if (WANTS_HARDWARE.matcher(stderr).find() && isWithoutHardware(commandLine)) {
            return "\nA machine of type \"none\" has no hardware: choose another type, such as q35";
        }
        return "";
    }

    private static boolean isWithoutHardware(List<String> commandLine) {
        int machine = commandLine.lastIndexOf("-machine");
        return machine >= 0
                && machine + 1 < commandLine.size()
                && commandLine.get(machine + 1).equals("none");
    }
}
