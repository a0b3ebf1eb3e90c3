package io.github.qmpjunit.qmp;

import io.github.qmpjunit.internal.Numbers;
import io.github.qmpjunit.json.Json;
import org.apiguardian.api.API;

/**
 * The most that a client accepts from its peer, so that a broken peer costs a connection and not the JVM. Immutable: each {@code
 * with...} returns a changed copy.
 *
 * <p>A message beyond a limit ends the connection with a {@link QmpLimitException} that names the limit. Strings and names
 * have no separate limit: they can be as long as the message.
 *
 * @param messageBytes the largest message in bytes; 256 MiB by default, which takes about 1 GiB of heap if it is one string
 * @param nesting how deep objects and arrays may lie in each other; 1024 by default, which is QEMU's limit and the maximum
 * @param numberLength the most characters of one number; 1000 by default, since longer ones are costly to read
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public record QmpLimits(int messageBytes, int nesting, int numberLength) {

    private static final int DEEPEST = Json.DEEPEST;

    private static final QmpLimits DEFAULTS = new QmpLimits(256 << 20, DEEPEST, 1000);

    /**
     * Create limits. Prefer to start from {@link #defaults()}.
     *
     * @param messageBytes the largest message in bytes
     * @param nesting how deep objects and arrays may lie in each other, at most 1024
     * @param numberLength the most characters of one number
     * @throws IllegalArgumentException if a limit is less than 1, or the nesting more than 1024
     */
    public QmpLimits {
        requirePositive(messageBytes, "messageBytes");
        requirePositive(nesting, "nesting");
        requirePositive(numberLength, "numberLength");
        if (nesting > DEEPEST) {
            throw new IllegalArgumentException(
                    "The limit nesting is at most %s, which is QEMU's own limit, but found %s"
                            .formatted(DEEPEST, nesting));
        }
    }

    private static void requirePositive(int value, String name) {
        if (value < 1) {
            throw new IllegalArgumentException("The limit %s is at least 1, but found %s".formatted(name, value));
        }
    }

    /** {@return the default limits of a client} */
    public static QmpLimits defaults() {
        return DEFAULTS;
    }

    /**
     * Return these limits with another size for messages.
     *
     * @param bytes the largest message in bytes
     * @return the limits
     */
    public QmpLimits withMessageBytes(int bytes) {
        return new QmpLimits(bytes, nesting, numberLength);
    }

    /**
     * Return these limits with another nesting depth.
     *
     * @param depth how deep objects and arrays may lie in each other, at most 1024
     * @return the limits
     */
    public QmpLimits withNesting(int depth) {
        return new QmpLimits(messageBytes, depth, numberLength);
    }

    /**
     * Return these limits with another length for numbers.
     *
     * @param characters the most characters of one number
     * @return the limits
     */
    public QmpLimits withNumberLength(int characters) {
        return new QmpLimits(messageBytes, nesting, characters);
    }

    QmpProtocolException messageTooLarge() {
        return exceeded(
                "a message of more than %s bytes".formatted(Numbers.grouped(messageBytes)),
                "messageBytes",
                "MessageBytes");
    }

    QmpProtocolException tooDeep() {
        String found = "a message nested deeper than %s levels".formatted(Numbers.grouped(nesting));
        return nesting < DEEPEST
                ? exceeded(found, "nesting, at most " + DEEPEST, "Nesting")
                : new QmpLimitException(
                        "The peer sent %s, which is the most that QEMU reads or writes".formatted(found), null);
    }

    QmpProtocolException numberTooLong() {
        return exceeded(
                "a number of more than %s characters".formatted(Numbers.grouped(numberLength)),
                "numberLength",
                "NumberLength");
    }

    private static QmpProtocolException exceeded(String found, String limit, String setter) {
        return new QmpLimitException(
                "The peer sent %s, which is the limit %s; if that is intended, raise it with QmpClient.builder().limits(QmpLimits.defaults().with%s(...))"
                        .formatted(found, limit, setter),
                null);
    }
}
