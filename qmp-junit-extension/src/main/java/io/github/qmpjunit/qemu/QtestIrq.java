package io.github.qmpjunit.qemu;

/**
 * A change of an interrupt line that {@link Qtest} intercepts.
 *
 * @param line the line's number
 * @param raised whether it was raised; else it was lowered
 */
public record QtestIrq(int line, boolean raised) {

    @Override
    public String toString() {
        return "IRQ %s %d".formatted(raised ? "raise" : "lower", line);
    }
}
