package io.github.qmpjunit.junit.report;

import io.github.qmpjunit.qemu.process.CommandLine;
import io.github.qmpjunit.secrets.Secrets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Writes the command line as a script that starts the machine by hand.
 *
 * <p>The sockets in the harness's private directory went with the test, and QEMU does not start without them; so they are made where
 * QEMU runs, and it listens itself where the test did.
 */
final class CommandScript {

    /** The monitor's, which every machine of this host has, tells where the private directory was. */
    private static final Pattern MONITOR = Pattern.compile("socket,id=qmp,server=off,path=(.*/)qmp");

    private static final Pattern NAME = Pattern.compile("[\\w-]+");

    private static final String CONNECTING = "server=off,";
    private static final String LISTENING = "server=on,wait=off,";

    private CommandScript() {}

    static String of(MachineRecord machine, boolean masked) {
        StringBuilder script = new StringBuilder("#!/bin/sh\n");
        comment(script, "Starts QEMU as the test did.");
        List<String> sockets = sockets(machine.start().commandLine());
        if (!sockets.isEmpty()) {
            comment(script, "Where the test was connected, it listens: " + String.join(", ", sockets) + ".");
            comment(script, "To its monitor speaks scripts/qmp-shell ./qmp.sock");
        }
        if (masked) {
            comment(script, "Secrets are masked with %s: put them back.".formatted(Secrets.MASK));
        }
        machine.start()
                .shellCommand()
                .ifPresent(line -> comment(script, "The test's own command was: " + line.replace("\n", " ")));
        Surroundings around = machine.start().surroundings();
        around.workingDirectory()
                .ifPresent(directory -> script.append("cd ")
                        .append(CommandLine.forShell(
                                List.of(directory.toAbsolutePath().toString())))
                        .append(" || exit\n"));
        script.append("exec ");
        if (!around.environment().isEmpty()) {
            script.append("env ")
                    .append(CommandLine.forShell(around.environment()))
                    .append(" \\\n  ");
        }
        return script.append(toPaste(machine.start().commandLine()))
                .append(" \\\n  \"$@\"\n")
                .toString();
    }

    private static List<String> sockets(List<String> commandLine) {
        List<String> sockets = new ArrayList<>();
        String directory = directory(commandLine);
        for (String argument : commandLine) {
            int at = directory.isEmpty() ? -1 : argument.indexOf(directory);
            Matcher name = NAME.matcher(argument);
            if (at >= 0 && name.find(at + directory.length())) {
                sockets.add("./%s.sock".formatted(name.group()));
            }
        }
        return sockets;
    }

    /** Return the harness's private directory as it stands in the arguments; empty if there was none. */
    private static String directory(List<String> commandLine) {
        return commandLine.stream()
                .map(MONITOR::matcher)
                .filter(Matcher::matches)
                .map(monitor -> monitor.group(1))
                .findFirst()
                .orElse("");
    }

    /** Return the command line as a shell reads it, with one option on each line. */
    static String toPaste(List<String> commandLine) {
        StringBuilder lines = new StringBuilder();
        String directory = directory(commandLine);
        for (String argument : commandLine) {
            if (lines.length() > 0) {
                lines.append(argument.startsWith("-") ? " \\\n  " : " ");
            }
            lines.append(CommandLine.forShell(List.of(whereItRuns(argument, directory))));
        }
        return lines.toString();
    }

    private static String whereItRuns(String argument, String directory) {
        if (directory.isEmpty() || !argument.contains(directory)) {
            return argument;
        }
        return argument.replace(CONNECTING, LISTENING).replaceAll(Pattern.quote(directory) + "([\\w-]+)", "$1.sock");
    }

    private static void comment(StringBuilder script, String sentence) {
        script.append("# ").append(sentence).append('\n');
    }
}
