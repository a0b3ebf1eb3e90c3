package io.github.qmpjunit.assertj;

import static java.util.Objects.requireNonNull;

import io.github.qmpjunit.qemu.guest.SerialConsole;
import io.github.qmpjunit.qemu.process.QemuOutputException;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Assertions about what a guest writes to its console. Each passes what it found, so that the next looks behind it.
 *
 * <pre>{@code
 * assertThat(console).within(BOOT).awaitLine(containing("42 is the answer"));
 * }</pre>
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public class SerialConsoleAssert extends AbstractWaitingAssert<SerialConsoleAssert, SerialConsole> {

    /**
     * Create an assertion.
     *
     * @param actual the console
     */
    public SerialConsoleAssert(@Nullable SerialConsole actual) {
        super(actual, SerialConsoleAssert.class);
    }

    /**
     * Wait for a line.
     *
     * @param line which line is meant, from {@link QmpAssertions#containing}, {@link QmpAssertions#matching} or {@link
     *     QmpAssertions#exactly}; a prompt counts, though its line has not ended
     * @return this assertion
     * @throws AssertionError if it is not written in time, or the machine ends
     */
    public SerialConsoleAssert awaitLine(TextPattern line) {
        requireNonNull(line, "line must not be null");
        isNotNull();
        return awaiting("a line " + line, () -> actual.output().awaitMatch(line.pattern(), timeout()));
    }

    /**
     * Wait for characters as the guest writes them, escape sequences and carriage returns included. The other waits match what a person
     * sees, without them.
     *
     * @param text which characters are meant, from {@link QmpAssertions#containing} or {@link QmpAssertions#matching}
     * @return this assertion
     * @throws AssertionError if they are not written in time, or the machine ends
     */
    public SerialConsoleAssert awaitRaw(TextPattern text) {
        requireNonNull(text, "text must not be null");
        isNotNull();
        return awaiting("a raw text " + text, () -> actual.output().awaitRawMatch(text.pattern(), timeout()));
    }

    private SerialConsoleAssert awaiting(String what, Runnable wait) {
        try {
            wait.run();
        } catch (QemuOutputException e) {
            throw failure(
                    "%s", Message.fit("%nExpecting %s, but:%n%s".formatted(what, Message.indented(e.getMessage()))));
        }
        return this;
    }

    /**
     * Wait for a text.
     *
     * @param text the text
     * @return this assertion
     * @throws AssertionError if it is not written in time, or the machine ends
     */
    public SerialConsoleAssert awaitText(String text) {
        return awaitLine(TextPattern.containing(text));
    }
}
