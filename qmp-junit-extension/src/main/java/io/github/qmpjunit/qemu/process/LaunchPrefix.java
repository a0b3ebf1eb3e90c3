package io.github.qmpjunit.qemu.process;

import io.github.qmpjunit.internal.Words;
import io.github.qmpjunit.secrets.Secrets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apiguardian.api.API;

/**
 * A command in front of QEMU's command line: a tool that observes QEMU, or that runs it on another machine. Immutable.
 *
 * <p>A {@linkplain #local local} prefix runs QEMU on this machine, so that QEMU can use this machine's sockets. A
 * {@linkplain #remote remote} prefix runs it elsewhere, on another host or in a container, and shares only standard input, output and error with this machine: QMP uses these, no port is forwarded and no file is shared. The remote side needs a POSIX shell with {@code mktemp}, {@code mkfifo}, {@code cat} and {@code rm} on the {@code PATH}. The shell ends QEMU with SIGKILL when its standard input ends, which happens when this JVM dies or the connection breaks.
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
     * Return a prefix that runs QEMU elsewhere and passes its arguments on one by one: {@code srun}, {@code podman run -i image},
     * {@code kubectl exec -i pod --}.
     *
     * @param command the program and its arguments; the remote command follows them
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
     * Return a prefix that runs QEMU elsewhere and passes its arguments as one string to a remote shell: {@code ssh host}.
     * The remote command follows as one argument, quoted for a POSIX shell.
     *
     * <p>Output of that shell's start-up files would be mixed with QMP, so they must print nothing in
     * non-interactive sessions. With {@code ssh}, add {@code -o BatchMode=yes}, so that nothing waits for a password.
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

    /** {@return whether QEMU runs elsewhere, without sockets and signals from this machine} */
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
     * Return this prefix in a form that messages can show.
     *
     * @param secrets the secrets to mask
     * @return the same prefix with masked secrets
     */
    public LaunchPrefix maskedBy(Secrets secrets) {
        return new LaunchPrefix(end, secrets.mask(command));
    }

    /** {@return the prefix alone: the program and its arguments} */
    public List<String> command() {
        return command;
    }

    /** {@return the command in a shell's syntax; secrets are masked} */
    @Override
    public String toString() {
        return CommandLine.forShell(new Secrets().mask(command));
    }
}
