package io.github.qmpjunit.junit.report;

import io.github.qmpjunit.qemu.CommandLine;
import io.github.qmpjunit.qmp.Secrets;
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

    private static final Pattern HARNESS_SOCKET = Pattern.compile("^socket,id=([\\w-]+),server=off,path=.*$");

    private CommandScript() {}

    static String of(MachineRecord machine, boolean masked) {
        StringBuilder script = new StringBuilder("#!/bin/sh\n");
        comment(script, "Starts QEMU as the test did.");
        List<String> sockets = sockets(machine.commandLine());
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
                .append(toPaste(machine.commandLine()))
                .append(" \\\n  \"$@\"\n")
                .toString();
    }

    private static List<String> sockets(List<String> commandLine) {
        return commandLine.stream()
                .map(HARNESS_SOCKET::matcher)
                .filter(Matcher::matches)
                .map(ours -> "./%s.sock".formatted(ours.group(1)))
                .toList();
    }

    /** Return the command line as a shell reads it, with one option on each line. */
    static String toPaste(List<String> commandLine) {
        StringBuilder lines = new StringBuilder();
        for (String argument : commandLine) {
            if (lines.length() > 0) {
                lines.append(argument.startsWith("-") ? " \\\n  " : " ");
            }
            String listening =
                    HARNESS_SOCKET.matcher(argument).replaceFirst("socket,id=$1,server=on,wait=off,path=$1.sock");
            lines.append(CommandLine.forShell(List.of(listening)));
        }
        return lines.toString();
    }

    private static void comment(StringBuilder script, String sentence) {
        script.append("# ").append(sentence).append('\n');
    }
}
