package io.github.qmpjunit.qemu.process;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apiguardian.api.API;

/** Writes command lines for people and values for QEMU. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public final class CommandLine {

    private static final Pattern NEEDS_NO_QUOTES = Pattern.compile("[A-Za-z0-9_@%+=:,./-]+");

    private CommandLine() {}

    /**
     * Write a command line in a POSIX shell's syntax.
     *
     * @param arguments the command and its arguments
     * @return one line, quoted where necessary
     */
    public static String forShell(List<String> arguments) {
        return arguments.stream().map(CommandLine::quote).collect(Collectors.joining(" "));
    }

    /**
     * Return a value in the syntax of QEMU's options: commas doubled, booleans as {@code on} and {@code off}.
     *
     * @param value the value
     * @return its text
     */
    public static String optionValue(Object value) {
        if (value instanceof Boolean truth) {
            return truth ? "on" : "off";
        }
        return value.toString().replace(",", ",,");
    }

    /**
     * Return the argument of an option such as {@code -device}.
     *
     * @param first the first, unnamed value
     * @param properties the named values; a nested Map or List becomes dotted names
     * @return the argument
     */
    public static String option(String first, Map<String, ?> properties) {
        Map<String, String> flat = new TreeMap<>();
        flatten("", properties, flat);
        return flat.entrySet().stream()
                .map(property -> "," + property.getKey() + "=" + property.getValue())
                .collect(Collectors.joining("", optionValue(first), ""));
    }

    private static void flatten(String prefix, Object value, Map<String, String> flat) {
        if (value instanceof Map<?, ?> map) {
            String dot = prefix.isEmpty() ? "" : ".";
            map.forEach((key, inner) -> flatten(prefix + dot + key, inner, flat));
        } else if (value instanceof Collection<?> list) {
            int place = 0;
            for (Object inner : list) {
                flatten(prefix + "." + place++, inner, flat);
            }
        } else {
            flat.put(prefix, optionValue(value));
        }
    }

    private static String quote(String argument) {
        return NEEDS_NO_QUOTES.matcher(argument).matches() ? argument : "'" + argument.replace("'", "'\\''") + "'";
    }
}
