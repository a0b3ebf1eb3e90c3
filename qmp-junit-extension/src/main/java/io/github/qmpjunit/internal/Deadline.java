package io.github.qmpjunit.internal;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import org.apiguardian.api.API;

/**
 * A time limit on the monotonic clock.
 *
 * <p>Created once where a wait begins and passed on, so that several steps share one timeout. Immutable.
 */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public final class Deadline {

    private final Duration timeout;
    private final Timeouts timeouts;
    private final long nanoTime;

    private Deadline(Duration timeout, Timeouts timeouts) {
        this.timeout = timeout.compareTo(Timeouts.LONGEST) > 0 ? Timeouts.LONGEST : timeout;
        this.timeouts = timeouts;
        this.nanoTime = System.nanoTime() + timeouts.really(this.timeout).toNanos();
    }

    /**
     * Start a deadline now, at the end of a timeout; the {@linkplain Timeouts factor} for slow machines applies.
     *
     * @param timeout the time from now without the factor; a negative one counts as zero
     * @return the deadline
     */
    public static Deadline in(Duration timeout) {
        requireNonNull(timeout, "timeout must not be null");
        return new Deadline(timeout.isNegative() ? Duration.ZERO : timeout, Timeouts.current());
    }

    /**
     * Start a deadline now, at the end of a span that is as long on every machine: not a timeout.
     *
     * @param span the time from now; a negative one counts as zero
     * @return the deadline
     */
    public static Deadline after(Duration span) {
        Timeouts timeouts = Timeouts.current();
        return new Deadline(timeouts.written(span.isNegative() ? Duration.ZERO : span), timeouts);
    }

    /** {@return the timeout with which this deadline was started, without the factor} */
    public Duration timeout() {
        return timeout;
    }

    /** {@return the nanoseconds left, zero or less when it is over} */
    public long remainingNanos() {
        return nanoTime - System.nanoTime();
    }

    /** {@return the time left, never negative, as a timeout: without the factor, which applies again where it is handed on} */
    public Duration remaining() {
        return timeouts.written(remainingReally());
    }

    /** {@return the time left, never negative} */
    public Duration remainingReally() {
        return Duration.ofNanos(Math.max(0, remainingNanos()));
    }

    /** {@return whether the deadline has passed} */
    public boolean isOver() {
        return remainingNanos() <= 0;
    }

    /**
     * Format a duration for a person, such as {@code 12 ms} or {@code 5 s}.
     *
     * @param duration the duration
     * @return the text
     */
    public static String format(Duration duration) {
        long millis = duration.toMillis();
        if (millis == 0 && !duration.isZero()) {
            return duration.toNanos() / 1000 + " us";
        }
        if (millis < 1000 || (millis < 10_000 && millis % 1000 != 0)) {
            return millis + " ms";
        }
        return millis % 1000 == 0 ? millis / 1000 + " s" : Numbers.rounded(millis / 1000.0, 1) + " s";
    }

    /**
     * Format a timeout for a person, such as {@code 5 s}; where a factor applies, with it.
     *
     * @param timeout the timeout, without the factor
     * @return the text
     */
    public static String formatTimeout(Duration timeout) {
        return Timeouts.current().format(timeout);
    }

    @Override
    public String toString() {
        return format(remainingReally()) + " left of " + formatTimeout(timeout);
    }
}
