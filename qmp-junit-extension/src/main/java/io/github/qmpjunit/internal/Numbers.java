package io.github.qmpjunit.internal;

import java.util.Locale;
import org.apiguardian.api.API;

/**
 * Writes numbers the same way in every locale. {@code %d} writes the digits of the JVM's locale; so numbers go into
 * texts by {@code %s}, and numbers that need more than their digits come here first.
 */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public final class Numbers {

    private Numbers() {}

    /** Return a number with its digits in groups of three: {@code 1,048,576}. */
    public static String grouped(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** Return a number rounded to some digits behind the point: {@code 1.5}. */
    public static String rounded(double number, int digits) {
        return String.format(Locale.ROOT, "%." + digits + "f", number);
    }
}
