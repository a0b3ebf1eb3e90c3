package io.github.qmpjunit.qemu.qtest;

import org.apiguardian.api.API;

/**
 * A change of an interrupt line that {@link Qtest} intercepts.
 *
 * @param line the line's number
 * @param raised whether it was raised; otherwise it was lowered
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public record QtestIrq(int line, boolean raised) {

    @Override
    public String toString() {
        return "IRQ %s %s".formatted(raised ? "raise" : "lower", line);
    }
}
