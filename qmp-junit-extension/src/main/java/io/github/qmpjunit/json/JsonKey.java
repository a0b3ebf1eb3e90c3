package io.github.qmpjunit.json;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Map;
import java.util.TreeMap;
import org.apiguardian.api.API;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Gives one text for each JSON value, however it is written: members are sorted, and numbers are in QEMU's form, a 64-bit integer
 * or a double. So {@code 1e10} and {@code 10000000000} have the same text.
 */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public final class JsonKey {

    private static final BigInteger LOWEST = BigInteger.valueOf(Long.MIN_VALUE);
    private static final BigInteger HIGHEST = BigInteger.TWO.pow(64).subtract(BigInteger.ONE);

    private JsonKey() {}

    /**
     * Return the text of a value.
     *
     * @param value any JSON value
     * @return a text that equals another value's exactly when the values are equal
     */
    public static String of(JsonNode value) {
        if (value.isInt() || value.isLong()) {
            return value.asString(); // the usual case: an id that the client made
        }
        StringBuilder text = new StringBuilder();
        append(value, text);
        return text.toString();
    }

    /** Return whether QEMU can hold an integer without loss. */
    static boolean fits(BigInteger integer) {
        return integer.compareTo(LOWEST) >= 0 && integer.compareTo(HIGHEST) <= 0;
    }

    private static void append(JsonNode value, StringBuilder text) {
        if (value.isObject()) {
            Map<String, JsonNode> sorted = new TreeMap<>();
            value.properties().forEach(member -> sorted.put(member.getKey(), member.getValue()));
            text.append('{');
            sorted.forEach((name, inner) -> {
                append(JsonNodeFactory.instance.stringNode(name), text);
                text.append(':');
                append(inner, text);
                text.append(',');
            });
            text.append('}');
        } else if (value.isArray()) {
            text.append('[');
            for (JsonNode element : value) {
                append(element, text);
                text.append(',');
            }
            text.append(']');
        } else if (value.isNumber()) {
            text.append(number(value));
        } else {
            text.append(value); // a string, true, false or null
        }
    }

    /** Return a number as a double, which is infinite if it is too large for one. */
    static double heldAsDouble(JsonNode number) {
        return number.isIntegralNumber()
                ? number.bigIntegerValue().doubleValue()
                : number.isBigDecimal() ? number.decimalValue().doubleValue() : number.doubleValue();
    }

    private static String number(JsonNode value) {
        if (value.isIntegralNumber() && fits(value.bigIntegerValue())) {
            return value.bigIntegerValue().toString();
        }
        double held = heldAsDouble(value);
        if (Double.isFinite(held) && held == Math.rint(held)) {
            BigInteger whole = new BigDecimal(held).toBigInteger();
            if (fits(whole)) {
                return whole.toString();
            }
        }
        return Double.toString(held);
    }
}
