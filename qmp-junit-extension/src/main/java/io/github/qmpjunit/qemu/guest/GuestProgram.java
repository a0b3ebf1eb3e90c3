package io.github.qmpjunit.qemu.guest;

import io.github.qmpjunit.internal.Words;
import io.github.qmpjunit.qemu.process.CommandLine;
import io.github.qmpjunit.secrets.Secrets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apiguardian.api.API;

/**
 * A program to run in the guest. Immutable.
 *
 * @param command the program, a path or a name on the agent's own {@code PATH}, and its arguments
 * @param environment its whole environment; the agent's if empty
 * @param input its standard input, in UTF-8
 * @param timeLimit how long it can run before it is killed
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public record GuestProgram(List<String> command, Map<String, String> environment, String input, Duration timeLimit) {

    private static final Duration DEFAULT_LIMIT = Duration.ofSeconds(30);

    /**
     * Create a program; the collections are copied.
     *
     * @param command the program and its arguments
     * @param environment its whole environment; the agent's if empty
     * @param input its standard input, in UTF-8
     * @param timeLimit how long it can run before it is killed
     * @throws IllegalArgumentException if the command is empty, a word or a variable contains the character NUL, or a variable's name
     *     is empty or contains {@code =}
     */
    public GuestProgram {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
        if (command.isEmpty()) {
            throw new IllegalArgumentException("A command needs at least a program's name");
        }
        command.forEach(word -> Words.require("A word of a command in the guest", word));
        environment.forEach(Words::requireVariable);
    }

    /**
     * Return a program without input and with a time limit of 30 s.
     *
     * @param program a path, or a name on the agent's own {@code PATH}
     * @param arguments its arguments; no shell looks at them
     * @return the program
     */
    public static GuestProgram of(String program, String... arguments) {
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(Arrays.asList(arguments));
        return new GuestProgram(command, Map.of(), "", DEFAULT_LIMIT);
    }

    /**
     * Return this program with a standard input.
     *
     * @param text the standard input
     * @return a copy
     */
    public GuestProgram withInput(String text) {
        return new GuestProgram(command, environment, text, timeLimit);
    }

    /**
     * Return this program with one more environment variable. It then gets only variables that were set in this way.
     *
     * @param variable the variable's name
     * @param value its value
     * @return a copy
     */
    public GuestProgram withEnvironment(String variable, String value) {
        Map<String, String> more = new LinkedHashMap<>(environment);
        more.put(variable, value);
        return new GuestProgram(command, more, input, timeLimit);
    }

    /**
     * Return this program with another time limit.
     *
     * @param limit how long it can run before it is killed
     * @return a copy
     */
    public GuestProgram withTimeLimit(Duration limit) {
        return new GuestProgram(command, environment, input, limit);
    }

    /** Return the secrets in the command, the environment and the input, as far as they are recognizable. */
    Secrets secrets() {
        Secrets secrets = new Secrets().learn(command);
        environment.forEach((variable, value) -> secrets.learn(List.of(variable + "=" + value)));
        return secrets;
    }

    /** {@return the command in a shell's syntax; secrets are masked} */
    @Override
    public String toString() {
        return CommandLine.forShell(secrets().mask(command));
    }
}
