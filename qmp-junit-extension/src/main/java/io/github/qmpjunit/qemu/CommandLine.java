package io.github.qmpjunit.qemu;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Writes command lines for people and values for QEMU. */
final class CommandLine {

    private static final Pattern NEEDS_NO_QUOTES = Pattern.compile("[A-Za-z0-9_@%+=:,./-]+");

    private CommandLine() {}

    /** Return the command line as a POSIX shell reads it. */
    static String forShell(List<String> arguments) {
        return arguments.stream().map(CommandLine::quote).collect(Collectors.joining(" "));
    }

    /** Return a value for QEMU's {@code key=value,...} options, in which a comma is written twice. */
    static String optionValue(Object value) {
        return value.toString().replace(",", ",,");
    }

    private static String quote(String argument) {
        return NEEDS_NO_QUOTES.matcher(argument).matches() ? argument : "'" + argument.replace("'", "'\\''") + "'";
    }
}
