package io.github.qmpjunit.qemu;

import java.util.Locale;

/** What a disk is asked to do; see {@link Faults#fail}. */
public enum IoKind {
    /** Read data. */
    READ,

    /** Write data. */
    WRITE,

    /** Write zeroes without sending them. */
    WRITE_ZEROES,

    /** Forget data. */
    DISCARD,

    /** Make what was written durable. */
    FLUSH;

    /** Return QEMU's name for it. */
    String nameInQemu() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
