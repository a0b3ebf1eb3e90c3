package io.github.qmpjunit.qemu.process;

import io.github.qmpjunit.internal.Words;
import io.github.qmpjunit.secrets.Secrets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apiguardian.api.API;

/**
 * A command to put before QEMU: a tool that watches it, or one that runs it on another machine. Immutable.
 *
 * <p>What matters is where the command ends. A {@linkplain #local local} one runs QEMU on this machine, so that QEMU reaches the
 * machine's sockets. A {@linkplain #remote remote} one runs it elsewhere, on another host or in a container, and has nothing in
 * common with this machine but standard input, output and error: QMP goes through these, no port is forwarded and no file is
 * shared. Over there, a POSIX shell with {@code mktemp}, {@code mkfifo}, {@code cat} and {@code rm} has to be on the {@code PATH}:
 * it ends QEMU with SIGKILL when its standard input ends, as it does when this JVM dies or the connection breaks.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public final class LaunchPrefix {

    /** No prefix: QEMU is started directly, on this host. */
    public static final LaunchPrefix NONE = new LaunchPrefix(End.HERE, List.of());

    private final End end;
    private final List<String> command;

    private LaunchPrefix(End end, List<String> command) {
        this.end = end;
        this.command = command;
    }

    private enum End {
        HERE,
        ELSEWHERE,
        ELSEWHERE_BEHIND_A_SHELL
    }

    /**
     * Return a prefix that runs QEMU on this machine, in place of itself or as a child: {@code valgrind}, {@code numactl}, {@code
     * gdbserver}, {@code nice}.
     *
     * @param command the program and its arguments; QEMU's command line follows them
     * @return the prefix
     * @throws IllegalArgumentException if there is no program, or a word contains the character NUL
     */
    public static LaunchPrefix local(String... command) {
        return of(End.HERE, command);
    }

    /**
     * Return a prefix that runs QEMU elsewhere and hands on its arguments one by one: {@code srun}, {@code podman run -i image},
     * {@code kubectl exec -i pod --}.
     *
     * @param command the program and its arguments; what is to run follows them
     * @return the prefix
     * @throws IllegalArgumentException if there is no program, or it is {@code ssh}, which needs {@link #remoteShell}
     */
    public static LaunchPrefix remote(String... command) {
        LaunchPrefix prefix = of(End.ELSEWHERE, command);
        Path program = Path.of(prefix.command.get(0)).getFileName();
        if (program != null && program.toString().equals("ssh")) {
            throw new IllegalArgumentException(
                    "%s glues its arguments together and hands them to a shell; use LaunchPrefix.remoteShell(...), which quotes them for it"
                            .formatted(prefix));
        }
        return prefix;
    }

    /**
     * Return a prefix that runs QEMU elsewhere and hands its arguments, glued together, to a shell over there: {@code ssh host}. What
     * is to run follows as one argument, quoted for a POSIX shell.
     *
     * <p>Whatever that shell's start-up files print to standard output comes where QMP is expected; they must be silent when nobody
     * sits before them. With {@code ssh}, add {@code -o BatchMode=yes}, so that nothing waits for a password.
     *
     * @param command the program and its arguments
     * @return the prefix
     * @throws IllegalArgumentException if there is no program, or a word contains the character NUL
     */
    public static LaunchPrefix remoteShell(String... command) {
        return of(End.ELSEWHERE_BEHIND_A_SHELL, command);
    }

    private static LaunchPrefix of(End end, String... command) {
        if (command.length == 0 || command[0].isBlank()) {
            throw new IllegalArgumentException(
                    "A launch prefix needs a program, such as LaunchPrefix.local(\"nice\"), but got %s"
                            .formatted(List.of(command)));
        }
        for (String word : command) {
            Words.require("A word of a launch prefix", word);
        }
        return new LaunchPrefix(end, List.of(command));
    }

    /** {@return whether QEMU runs elsewhere, so that there are no sockets and no signals between it and this machine} */
    public boolean isRemote() {
        return end != End.HERE;
    }

    /**
     * Return the whole command line of a program behind this prefix.
     *
     * @param program the program and its arguments
     * @return the prefix's words, then the program's; as one word, quoted, if the prefix hands them to a shell
     */
    public List<String> before(List<String> program) {
        List<String> line = new ArrayList<>(command);
        if (end == End.ELSEWHERE_BEHIND_A_SHELL) {
            line.add(CommandLine.forShell(program));
        } else {
            line.addAll(program);
        }
        return List.copyOf(line);
    }

    /**
     * Return this prefix as messages may show it.
     *
     * @param secrets what they must not show
     * @return a prefix with the same words, secrets masked
     */
    public LaunchPrefix maskedBy(Secrets secrets) {
        return new LaunchPrefix(end, secrets.mask(command));
    }

    /** {@return the prefix alone: the program and its arguments} */
    public List<String> command() {
        return command;
    }

    /** {@return the command as a shell reads it; secrets are masked} */
    @Override
    public String toString() {
        return CommandLine.forShell(new Secrets().mask(command));
    }
}
