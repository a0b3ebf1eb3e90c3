package io.github.qmpjunit.qemu.guest;

import io.github.qmpjunit.internal.TerminalText;
import io.github.qmpjunit.qemu.process.ExitStatus;
import org.apiguardian.api.API;

/**
 * The result of a program in the guest. Immutable.
 *
 * @param program the program
 * @param exit how it ended
 * @param stdout its standard output; bytes that are not UTF-8 become replacement characters
 * @param stderr its standard error, decoded in the same way
 * @param stdoutTruncated whether the agent dropped output beyond 16 MiB
 * @param stderrTruncated the same for standard error
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public record GuestProgramResult(
        GuestProgram program,
        ExitStatus exit,
        String stdout,
        String stderr,
        boolean stdoutTruncated,
        boolean stderrTruncated) {

    /** {@return whether the program ended by itself, and with code 0} */
    public boolean isSuccess() {
        return exit.isSuccess();
    }

    /**
     * Require success.
     *
     * @return this
     * @throws GuestAgentException if the program has failed; the message has its output
     */
    public GuestProgramResult requireSuccess() {
        if (!isSuccess()) {
            throw new GuestAgentException(toString(), null);
        }
        return this;
    }

    /** {@return the program, its end, and its output; secrets are masked} */
    @Override
    public String toString() {
        return TerminalText.message(program.secrets()
                .mask("\"%s\" in the guest %s%s%s"
                        .formatted(
                                program,
                                exit,
                                written("standard output", stdout, stdoutTruncated),
                                written("standard error", stderr, stderrTruncated))));
    }

    static String written(String what, String text, boolean truncated) {
        return text.isBlank()
                ? ""
                : "%n%s%s:%n%s"
                        .formatted(
                                what,
                                truncated ? " (its beginning)" : "",
                                text.indent(2).stripTrailing());
    }
}
