package io.github.qmpjunit.junit.report;

import java.time.Duration;
import java.util.Locale;

/** Writes times as the page shows them. */
final class PageTime {

    private PageTime() {}

    /** Return seconds to the millisecond, with a sign where they are before the beginning: {@code 12.345}. */
    static String seconds(long nanos) {
        String sign = nanos < 0 ? "\u2212" : "";
        return sign + String.format(Locale.ROOT, "%.3f", Math.abs(nanos) / 1e9);
    }

    /** Return seconds as style sheets and scripts read them. */
    static String plain(long nanos) {
        return String.format(Locale.ROOT, "%.6f", nanos / 1e9);
    }

    /** Return a duration with three digits that count: {@code 0.41 ms}, {@code 41 ms}, {@code 4.1 s}. */
    static String duration(Duration duration) {
        double millis = duration.toNanos() / 1e6;
        if (millis < 10) {
            return String.format(Locale.ROOT, "%.2f ms", millis);
        }
        return millis < 1000
                ? String.format(Locale.ROOT, "%.0f ms", millis)
                : String.format(Locale.ROOT, "%.1f s", millis / 1000);
    }
}
