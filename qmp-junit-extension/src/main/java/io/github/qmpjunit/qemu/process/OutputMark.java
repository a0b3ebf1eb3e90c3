package io.github.qmpjunit.qemu.process;

import org.apiguardian.api.API;

/**
 * A point in an {@link OutputLog} between what had been written and what was still to come. Immutable.
 *
 * @param place how many characters were written before it
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public record OutputMark(long place) {

    /** The point before everything. */
    public static final OutputMark BEGINNING = new OutputMark(0);
}
