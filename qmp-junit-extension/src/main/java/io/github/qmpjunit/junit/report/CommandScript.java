package io.github.qmpjunit.junit.report;

import io.github.qmpjunit.qemu.CommandLine;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Writes the command line as a script that starts the machine by hand.
 *
 * <p>The harness's sockets went with the test, and QEMU does not start without them; so it listens there itself, in the current
 * directory.
 */
final class CommandScript {

    private static final Pattern HARNESS_SOCKET = Pattern.compile("socket,id=([\\w-]+),server=off,path=.*");

    private CommandScript() {}

    static String of(MachineRecord machine, boolean masked) {
        StringBuilder script = new StringBuilder("#!/bin/sh\n");
        comment(script, "Starts QEMU as the test did.");
        List<String> sockets = new ArrayList<>();
        List<String> arguments = new ArrayList<>();
        for (String argument : machine.commandLine()) {
            Matcher ours = HARNESS_SOCKET.matcher(argument);
            if (ours.matches()) {
                String name = ours.group(1);
                sockets.add("./" + name + ".sock");
                arguments.add("socket,id=%s,server=on,wait=off,path=%s.sock".formatted(name, name));
            } else {
                arguments.add(argument);
            }
        }
        if (!sockets.isEmpty()) {
            comment(script, "Where the test was connected, it listens: " + String.join(", ", sockets) + ".");
            comment(script, "To its monitor speaks scripts/qmp-shell ./qmp.sock");
        }
        if (masked) {
            comment(script, "Secrets are masked with %s: put them back.".formatted(Secrets.MASK));
        }
        machine.shellCommand()
                .ifPresent(line -> comment(script, "The test's own command was: " + line.replace("\n", " ")));
        return script.append("exec ")
                .append(wrapped(arguments))
                .append(" \\\n  \"$@\"\n")
                .toString();
    }

    private static void comment(StringBuilder script, String sentence) {
        script.append("# ").append(sentence).append('\n');
    }

    /** Return the command line as a shell reads it, with one option on each line. */
    static String wrapped(List<String> arguments) {
        StringBuilder lines = new StringBuilder();
        for (String argument : arguments) {
            if (lines.length() > 0) {
                lines.append(argument.startsWith("-") ? " \\\n  " : " ");
            }
            lines.append(CommandLine.forShell(List.of(argument)));
        }
        return lines.toString();
    }
}
