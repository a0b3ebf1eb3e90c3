package io.github.qmpjunit.qemu.process;

import java.util.List;
import java.util.regex.Pattern;

/** Finds the lines in which an operating system, or its firmware, reports that it cannot continue. A call trace that follows says less. */
final class AlarmingLines {

    private static final int MOST = 3;

    private static final Pattern ALARM = Pattern.compile(
            "Kernel panic|\\bOops\\b|\\bBUG:|Out of memory: Killed|Unable to mount root|No working init found|No bootable device|Boot failed");

    private AlarmingLines() {}

    /** Return the first of these lines, in their order. */
    static List<String> in(List<String> lines) {
        return lines.stream()
                .filter(line -> ALARM.matcher(line).find())
                .map(String::strip)
                .distinct()
                .limit(MOST)
                .toList();
    }
}
