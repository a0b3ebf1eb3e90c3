package io.github.qmpjunit.qemu.faults;

import java.util.Locale;
import org.apiguardian.api.API;

/** What a disk is asked to do; see {@link Faults#fail}. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public enum IoKind {
    /** Read data. */
    READ,

    /** Write data. */
    WRITE,

    /** Write zeroes without sending them. */
    WRITE_ZEROES,

    /** Forget data. */
    DISCARD,

    /** Make written data durable. */
    FLUSH;

    /** Return QEMU's name for it. */
    String nameInQemu() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
