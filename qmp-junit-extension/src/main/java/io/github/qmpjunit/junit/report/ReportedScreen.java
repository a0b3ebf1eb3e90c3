package io.github.qmpjunit.junit.report;

import org.apiguardian.api.API;

/** A picture of a machine's screen, taken while its test was waiting. Its bytes are not copied. */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public final class ReportedScreen {

    private final long nanoTime;
    private final byte[] png;

    /**
     * Keep a picture.
     *
     * @param nanoTime when it was taken, in terms of {@link System#nanoTime()}
     * @param png the picture
     */
    public ReportedScreen(long nanoTime, byte[] png) {
        this.nanoTime = nanoTime;
        this.png = png;
    }

    long nanoTime() {
        return nanoTime;
    }

    /** {@return the picture} */
    public byte[] png() {
        return png;
    }
}
