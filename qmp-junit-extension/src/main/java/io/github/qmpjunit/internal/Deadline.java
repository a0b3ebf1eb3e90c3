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

    /** Far enough for every wait, near enough that adding it to the clock cannot overflow. */
    private static final Duration LONGEST = Duration.ofDays(36_500);

    private final Duration timeout;
    private final long nanoTime;

    private Deadline(Duration timeout) {
        this.timeout = timeout.compareTo(LONGEST) > 0 ? LONGEST : timeout;
        this.nanoTime = System.nanoTime() + this.timeout.toNanos();
    }

    /**
     * Start a deadline now.
     *
     * @param timeout the time from now; a negative one counts as zero
     * @return the deadline
     */
    public static Deadline in(Duration timeout) {
        requireNonNull(timeout, "timeout must not be null");
        return new Deadline(timeout.isNegative() ? Duration.ZERO : timeout);
    }

    /** {@return the timeout with which this deadline was started} */
    public Duration timeout() {
        return timeout;
    }

    /** {@return the nanoseconds left, zero or less when it is over} */
    public long remainingNanos() {
        return nanoTime - System.nanoTime();
    }

    /** {@return the time left, never negative} */
    public Duration remaining() {
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

    @Override
    public String toString() {
        return format(remaining()) + " left of " + format(timeout);
    }
}
