package io.github.qmpjunit.qemu.launch;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Tells what to do about what QEMU refuses, where it does not say so itself and the way out is one of ours. */
final class StartHint {

    private static final Pattern OPTION_AND_VALUE = Pattern.compile("(--?[a-z][\\w-]*)\\s+\\S.*", Pattern.DOTALL);
    private static final Pattern WANTS_HARDWARE =
            Pattern.compile("No '[^']*' bus found for device|The -(?:kernel|initrd|append) parameter is not supported");

    private static final Pattern NO_KVM =
            Pattern.compile("Could not access KVM kernel module|failed to initialize kvm|failed to initialize KVM");

    private static final Pattern MISSING_FILE =
            Pattern.compile("ould not (?:open|load)[^'\\n]*'([^']+)'(?:: No such file or directory)?");

    private StartHint() {}

    /**
     * {@return a line for the failure's message, beginning with a line break; empty if there is nothing to say}
     *
     * @param commandLine the command that has ended
     * @param stderr what it has written
     * @param workingDirectory where it ran
     * @param mayAsk whether the binary may be started again, to list what it knows
     */
    static String of(List<String> commandLine, String stderr, Path workingDirectory, boolean mayAsk) {
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
        if (NO_KVM.matcher(stderr).find()) {
            return "\nKVM cannot be used on this host. To let QEMU fall back to emulation, pass \"-accel\", \"kvm\", \"-accel\", \"tcg\", call accelerators(\"kvm\", \"tcg\"), or configure qmpjunit.accelerators = kvm,tcg";
        }
        Matcher missing = MISSING_FILE.matcher(stderr);
        if (missing.find() && !Path.of(missing.group(1)).isAbsolute()) {
            return "\nThe name is relative to the working directory, %s".formatted(workingDirectory);
        }
        return mayAsk
                ? StartNames.suggestion(commandLine, stderr).map("\n"::concat).orElse("")
                : "";
    }

    private static boolean isWithoutHardware(List<String> commandLine) {
        int machine = commandLine.lastIndexOf("-machine");
        return machine >= 0
                && machine + 1 < commandLine.size()
                && commandLine.get(machine + 1).equals("none");
    }
}
