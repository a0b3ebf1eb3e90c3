package io.github.qmpjunit.assertj;

import static java.util.Objects.requireNonNull;

import io.github.qmpjunit.qemu.guest.GuestProgramResult;
import io.github.qmpjunit.qemu.process.ExitStatus;
import org.apiguardian.api.API;
import org.assertj.core.api.AbstractObjectAssert;
import org.jspecify.annotations.Nullable;

/**
 * Assertions about a program that has run in the guest: how it ended, and what it wrote.
 *
 * <pre>{@code
 * assertThat(agent.run("uname", "-s")).succeeds().hasOutput("Linux\n");
 * assertThat(agent.run("ls", "/nowhere")).hasExitStatus(1).stderrContains("No such file");
 * }</pre>
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public class GuestProgramAssert extends AbstractObjectAssert<GuestProgramAssert, GuestProgramResult> {

    /**
     * Create an assertion.
     *
     * @param actual what became of the program
     */
    public GuestProgramAssert(@Nullable GuestProgramResult actual) {
        super(actual, GuestProgramAssert.class);
    }

    /**
     * Verify that the program ended by itself, and with code 0.
     *
     * @return this assertion
     * @throws AssertionError if it did not; the message tells what it wrote
     */
    public GuestProgramAssert succeeds() {
        return hasExitStatus(0);
    }

    /**
     * Verify that the program ended by itself, and with a code.
     *
     * @param code the exit code
     * @return this assertion
     * @throws AssertionError if it ended with another, or by a signal
     */
    public GuestProgramAssert hasExitStatus(int code) {
        isNotNull();
        ExitStatus wanted = new ExitStatus(code, false);
        if (!actual.exit().equals(wanted)) {
            throw failureWithActualExpected(
                    actual.exit().toString(),
                    wanted.toString(),
                    "%s",
                    Message.fit(message("to exit with status " + code, "but " + actual)));
        }
        return this;
    }

    /**
     * Verify what the program has written to its standard output. Line ends at the end do not count, neither there nor here.
     *
     * @param text the whole text
     * @return this assertion
     * @throws AssertionError if it has written something else
     */
    public GuestProgramAssert hasOutput(String text) {
        String wanted = requireNonNull(text, "text must not be null").stripTrailing();
        isNotNull();
        String written = actual.stdout().stripTrailing();
        if (!written.equals(wanted)) {
            throw failureWithActualExpected(
                    written,
                    wanted,
                    "%s",
                    Message.fit(message(
                            "to write:%n%s".formatted(Message.indented(Message.indented(wanted))), "but " + actual)));
        }
        return this;
    }

    /**
     * Verify that the program has written a text to its standard output.
     *
     * @param part the text
     * @return this assertion
     * @throws AssertionError if it has not
     */
    public GuestProgramAssert outputContains(String part) {
        requireNonNull(part, "part must not be null");
        isNotNull();
        return contains("standard output", actual.stdout(), part);
    }

    /**
     * Verify that the program has written a text to its standard error.
     *
     * @param part the text
     * @return this assertion
     * @throws AssertionError if it has not
     */
    public GuestProgramAssert stderrContains(String part) {
        requireNonNull(part, "part must not be null");
        isNotNull();
        return contains("standard error", actual.stderr(), part);
    }

    private GuestProgramAssert contains(String where, String written, String part) {
        if (!written.contains(part)) {
            throw failureWithActualExpected(
                    written,
                    part,
                    "%s",
                    Message.fit(message("to write \"%s\" to its %s".formatted(part, where), "but " + actual)));
        }
        return this;
    }

    private String message(String what, String but) {
        return Message.expecting("\"%s\" in the guest".formatted(actual.program()), what) + but;
    }
}
