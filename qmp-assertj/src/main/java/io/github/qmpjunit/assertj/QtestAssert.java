package io.github.qmpjunit.assertj;

import static java.util.Objects.requireNonNull;

import io.github.qmpjunit.qemu.qtest.Qtest;
import io.github.qmpjunit.qemu.qtest.QtestException;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Assertions about a machine's hardware, as its processors would see it: memory, ports, interrupt lines.
 *
 * <pre>{@code
 * assertThat(after).hasMemory(ADDRESS, 0xFE, 0xCA, 0, 0);
 * }</pre>
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public class QtestAssert extends AbstractWaitingAssert<QtestAssert, Qtest> {

    /**
     * Create an assertion.
     *
     * @param actual the qtest connection
     */
    public QtestAssert(@Nullable Qtest actual) {
        super(actual, QtestAssert.class);
    }

    /**
     * Verify what stands in the guest's memory.
     *
     * @param address where it begins
     * @param bytes the bytes, each from 0 to 255, at least one
     * @return this assertion
     * @throws AssertionError if others stand there
     */
    public QtestAssert hasMemory(long address, int... bytes) {
        isNotNull();
        byte[] found = actual.read(address, requireNonNull(bytes, "bytes must not be null").length);
        int[] unsigned = IntStream.range(0, found.length)
                .map(place -> Byte.toUnsignedInt(found[place]))
                .toArray();
        return hasValue("memory at 0x%x".formatted(address), hex(unsigned), hex(bytes));
    }

    /**
     * Verify what a byte-wide port reads as.
     *
     * @param port the port
     * @param value the value, from 0 to 255
     * @return this assertion
     * @throws AssertionError if it reads as another
     */
    public QtestAssert hasPort(int port, int value) {
        isNotNull();
        return hasValue("port 0x%x".formatted(port), hex(actual.inb(port)), hex(value));
    }

    private QtestAssert hasValue(String where, String found, String expected) {
        if (!found.equals(expected)) {
            throw failureWithActualExpected(
                    found,
                    expected,
                    "%s",
                    Message.fit(Message.expecting(where, "to be " + expected) + "but it is " + found));
        }
        return this;
    }

    private static String hex(int... values) {
        return Arrays.stream(values).mapToObj("%02x"::formatted).collect(Collectors.joining(" "));
    }

    /**
     * Wait until an intercepted line is raised. Whatever happened before on any line is passed over by this.
     *
     * @param line the line's number; {@link Qtest#interceptIrqsInto} or {@link Qtest#interceptIrqsOutOf} says of which device
     * @return this assertion
     * @throws AssertionError if it is not raised in time
     */
    public QtestAssert awaitIrqRaised(int line) {
        return changesIrq(line, true);
    }

    /**
     * Wait until an intercepted line is lowered, as {@link #awaitIrqRaised} does.
     *
     * @param line the line's number
     * @return this assertion
     * @throws AssertionError if it is not lowered in time
     */
    public QtestAssert awaitIrqLowered(int line) {
        return changesIrq(line, false);
    }

    private QtestAssert changesIrq(int line, boolean raised) {
        isNotNull();
        try {
            actual.awaitIrq(line, raised, timeout());
        } catch (QtestException e) {
            throw failure(
                    "%s",
                    Message.fit(Message.expecting("interrupt line " + line, "to be " + (raised ? "raised" : "lowered"))
                            + "but:%n%s".formatted(Message.indented(e.getMessage()))));
        }
        return this;
    }
}
