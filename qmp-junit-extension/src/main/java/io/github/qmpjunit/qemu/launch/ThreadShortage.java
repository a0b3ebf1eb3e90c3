package io.github.qmpjunit.qemu.launch;

import org.apiguardian.api.API;

/** The system makes no more threads for this JVM, which Java reports as if memory were missing. */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public final class ThreadShortage {

    private static final String ADVICE =
            "the system makes no more threads for this JVM. Raise \"ulimit -u\" or the limit of its container (pids), or run fewer machines at once";

    private ThreadShortage() {}

    /**
     * Return the reason in words for people.
     *
     * @throws OutOfMemoryError the error itself, if it is about memory
     */
    public static String reason(OutOfMemoryError error) {
        if (!String.valueOf(error.getMessage()).contains("native thread")) {
            throw error;
        }
        return ADVICE;
    }
}
