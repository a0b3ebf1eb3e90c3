package io.github.qmpjunit.internal;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * The default timeout of assertions, and the factor by which every timeout of the library is multiplied, on slow machines.
 *
 * <p>Timeouts are written down and handed on without the factor. Only {@link Deadline}, and those who wait without one, apply it. Both values
 * come from system properties or environment variables, and from JUnit's configuration once the extension has read it; they hold for the
 * whole JVM. Immutable; the current values are thread-safe.
 *
 * @param assertions how long an assertion waits unless it says otherwise
 * @param factor what all timeouts are multiplied by
 */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public record Timeouts(Duration assertions, double factor) {

    /** The name of the system property with the default timeout of assertions. */
    public static final String TIMEOUT = "qmpjunit.timeout";

    /** The name of the system property with the factor. */
    public static final String FACTOR = "qmpjunit.timeout.factor";

    private static final Duration DEFAULT = Duration.ofSeconds(5);

    /** Far enough for every wait, near enough that adding it to the clock cannot overflow. */
    static final Duration LONGEST = Duration.ofDays(36_500);

    private static volatile @Nullable Timeouts current;

    /**
     * Read the values.
     *
     * @param values returns the value of a key
     * @return the timeouts, with the defaults for what has no value
     * @throws IllegalArgumentException if a value cannot be understood
     */
    public static Timeouts of(Function<String, Optional<String>> values) {
        return new Timeouts(
                values.apply(TIMEOUT).map(Timeouts::duration).orElse(DEFAULT),
                values.apply(FACTOR).map(Timeouts::factor).orElse(1.0));
    }

    private static Duration duration(String text) {
        try {
            Duration timeout = Duration.parse(text);
            if (!timeout.isNegative() && !timeout.isZero()) {
                return timeout;
            }
        } catch (DateTimeParseException e) {
            // as below
        }
        throw cannotUnderstand(TIMEOUT, text, "a time greater than zero in ISO 8601, such as PT10S");
    }

    private static double factor(String text) {
        try {
            double factor = Double.parseDouble(text);
            if (factor > 0 && factor <= 1_000_000) {
                return factor;
            }
        } catch (NumberFormatException e) {
            // as below
        }
        throw cannotUnderstand(FACTOR, text, "a number greater than zero, such as 3 or 2.5");
    }

    private static IllegalArgumentException cannotUnderstand(String key, String text, String expected) {
        return new IllegalArgumentException(
                "The configuration %s = \"%s\" cannot be understood: expected is %s".formatted(key, text, expected));
    }

    /** {@return the values that hold now} */
    public static Timeouts current() {
        Timeouts known = current;
        if (known == null) {
            known = of(Timeouts::ofSystem);
            current = known;
        }
        return known;
    }

    private static Optional<String> ofSystem(String key) {
        return Optional.ofNullable(System.getProperty(key))
                .or(() -> Optional.ofNullable(
                        System.getenv(key.toUpperCase(Locale.ROOT).replace('.', '_'))))
                .map(String::strip)
                .filter(value -> !value.isEmpty());
    }

    /** Let these values hold from now on, in the whole JVM. */
    public void use() {
        current = this;
    }

    /**
     * Return how long a timeout really is.
     *
     * @param timeout the timeout as it is written down
     * @return it, multiplied by the factor
     */
    public Duration really(Duration timeout) {
        return factor == 1.0 ? timeout : times(timeout, factor);
    }

    /**
     * Return the timeout that really is so long.
     *
     * @param time the time
     * @return it, divided by the factor
     */
    Duration written(Duration time) {
        return factor == 1.0 ? time : times(time, 1 / factor);
    }

    private static Duration times(Duration time, double factor) {
        double nanos = (time.compareTo(LONGEST) > 0 ? LONGEST : time).toNanos() * factor;
        return nanos >= LONGEST.toNanos() ? LONGEST : Duration.ofNanos(Math.round(nanos));
    }

    /**
     * Format a timeout for a person: {@code 1 s}, or with a factor {@code 5 s = 1 s x 5 (qmpjunit.timeout.factor)}.
     *
     * @param timeout the timeout as it is written down
     * @return the text
     */
    public String format(Duration timeout) {
        return factor == 1.0
                ? Deadline.format(timeout)
                : "%s = %s x %s (%s)"
                        .formatted(Deadline.format(really(timeout)), Deadline.format(timeout), number(), FACTOR);
    }

    private String number() {
        return factor == Math.rint(factor) ? Long.toString((long) factor) : Double.toString(factor);
    }
}
