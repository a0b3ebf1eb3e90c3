package io.github.qmpjunit.json;

import io.github.qmpjunit.internal.Numbers;
import io.github.qmpjunit.internal.TerminalText;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import org.apiguardian.api.API;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Writes JSON that QEMU can read, and refuses anything else before it is sent: QEMU would answer with an error that
 * belongs to no command, or would store another value.
 *
 * <p>The limits are those of QEMU's {@code qobject/json-*.c} and {@code util/unicode.c}: 1024 levels, 2^21 tokens and 64 MiB for one
 * message; no half of a surrogate pair and no Unicode noncharacter; integers of 64 bits, and finite doubles.
 */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public final class QemuJson {

    private static final int MOST_TOKENS = 2 << 20;
    private static final int MOST_BYTES = 64 << 20;

    private QemuJson() {}

    /**
     * Return a message in UTF-8, with a line end.
     *
     * @param message the message
     * @param what names it in an error
     * @return its bytes
     * @throws IllegalArgumentException if JSON or QEMU cannot hold it; the message says where and why
     */
    public static byte[] lineOf(JsonNode message, Object what) {
        try {
            int tokens = check(message, "", 1);
            if (tokens > MOST_TOKENS) {
                throw new Refused("it has %s tokens, and QEMU reads at most %s"
                        .formatted(Numbers.grouped(tokens), Numbers.grouped(MOST_TOKENS)));
            }
            byte[] json = Json.MAPPER.writeValueAsBytes(message);
            if (json.length > MOST_BYTES) {
                throw new Refused("it has %s bytes, and QEMU reads at most %s"
                        .formatted(Numbers.grouped(json.length), Numbers.grouped(MOST_BYTES)));
            }
            byte[] line = Arrays.copyOf(json, json.length + 1);
            line[json.length] = '\n';
            return line;
        } catch (Refused e) {
            throw new IllegalArgumentException("Cannot send %s: %s".formatted(what, e.getMessage()));
        } catch (JacksonException e) {
            throw new IllegalArgumentException("Cannot send %s: %s".formatted(what, e.getOriginalMessage()), e);
        }
    }

    /** Return whether QEMU can read a message, as far as {@link #lineOf} checks it. */
    public static boolean isReadable(JsonNode message) {
        try {
            return check(message, "", 1) <= MOST_TOKENS;
        } catch (Refused e) {
            return false;
        }
    }

    /** Return how many tokens a value has. */
    private static int check(JsonNode value, String place, int depth) {
        if (value.isContainer() && depth > Json.DEEPEST) {
            throw new Refused("it is nested deeper than %s levels, which is QEMU's limit"
                    .formatted(Numbers.grouped(Json.DEEPEST)));
        }
        int tokens = 2;
        if (value.isObject()) {
            for (Map.Entry<String, JsonNode> member : value.properties()) {
                String inner = place.isEmpty() ? member.getKey() : place + "." + member.getKey();
                checkText(member.getKey(), "a name in " + describe(place));
                tokens += 2 + check(member.getValue(), inner, depth + 1);
            }
        } else if (value.isArray()) {
            int index = 0;
            for (JsonNode element : value) {
                tokens += check(element, "%s[%s]".formatted(place, index++), depth + 1);
            }
        } else if (value.isString()) {
            checkText(value.asString(), describe(place));
        } else if (value.isNumber()) {
            checkNumber(value, describe(place));
        }
        return tokens;
    }

    private static String describe(String place) {
        return place.isEmpty() ? "the message" : "\"" + place + "\"";
    }

    private static void checkText(String text, String place) {
        for (int i = 0; i < text.length(); i++) {
            char unit = text.charAt(i);
            if (unit < Character.MIN_SURROGATE) {
                continue;
            }
            int point = text.codePointAt(i);
            if (Character.isSupplementaryCodePoint(point)) {
                i++;
            } else if (Character.isSurrogate(unit)) {
                throw new Refused("%s has half a surrogate pair at index %s, which is no character: U+%s"
                        .formatted(place, i, Integer.toHexString(point).toUpperCase(Locale.ROOT)));
            }
            if ((point & 0xFFFE) == 0xFFFE || (point >= 0xFDD0 && point <= 0xFDEF)) {
                throw new Refused("%s has a noncharacter of Unicode, which QEMU does not read: U+%s"
                        .formatted(place, Integer.toHexString(point).toUpperCase(Locale.ROOT)));
            }
        }
    }

    private static void checkNumber(JsonNode value, String place) {
        boolean held = value.isIntegralNumber()
                ? JsonKey.fits(value.bigIntegerValue())
                : Double.isFinite(JsonKey.heldAsDouble(value));
        if (!held) {
            throw new Refused(
                    "%s is a number that QEMU cannot hold, neither as an integer of 64 bits nor as a double: %s"
                            .formatted(place, abbreviated(value.asString())));
        }
    }

    private static String abbreviated(String number) {
        return number.length() <= 40 ? number : number.substring(0, 40) + "...";
    }

    private static final class Refused extends RuntimeException {

        private static final long serialVersionUID = 1L;

        Refused(String why) {
            super(TerminalText.message(why), null, false, false);
        }
    }
}
