package io.github.qmpjunit.qemu.guest;

import io.github.qmpjunit.internal.TerminalText;
import io.github.qmpjunit.qemu.process.ExitStatus;
import org.apiguardian.api.API;

/**
 * What became of a program in the guest. Immutable.
 *
 * @param program what was run
 * @param exit how it ended
 * @param stdout what it wrote to its standard output; bytes that are not UTF-8 become replacement characters
 * @param stderr what it wrote to its standard error, likewise
 * @param stdoutTruncated whether the agent kept only the beginning of the output, as it does beyond 16 MiB
 * @param stderrTruncated the same of the standard error
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
     * Insist on success.
     *
     * @return this
     * @throws GuestAgentException if the program has failed; the message tells what it wrote
     */
    public GuestProgramResult requireSuccess() {
        if (!isSuccess()) {
            throw new GuestAgentException(toString(), null);
        }
        return this;
    }

    /** {@return what was run, how it ended, and what it wrote; what the program was told in confidence is masked} */
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
