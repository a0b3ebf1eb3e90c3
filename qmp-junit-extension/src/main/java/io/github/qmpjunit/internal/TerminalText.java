package io.github.qmpjunit.internal;

import java.util.function.UnaryOperator;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Makes text safe for a terminal. A guest, QEMU or a peer can write anything, and a terminal obeys it.
 *
 * <p>Control characters, and characters that reorder or hide text, become visible: ESC becomes {@code \u001B}, as in JSON. Line
 * feeds and tabs stay. Nothing is removed, so no remainder can form a new control sequence. Stateless and thread-safe.
 */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public final class TerminalText {

    /** The most characters of one message; a person reads less, and a CI log keeps less. */
    static final int MOST = 1 << 16;

    /** How many of them belong to the end, where a timeout describes the machine's state. */
    private static final int END = MOST / 4;

    private static final String HEX = "0123456789ABCDEF";

    private TerminalText() {}

    /**
     * Make a text of any length safe for a terminal.
     *
     * @param text the text
     * @return the text itself if it is safe already
     */
    public static String of(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!isFit(text.charAt(i))) {
                if (isFitPair(text, i)) {
                    i++;
                } else {
                    return escaped(text, i);
                }
            }
        }
        return text;
    }

    /**
     * Make a message, such as an exception's or a log's, safe for a terminal. A long message is cut to its beginning and its end.
     *
     * @param text the message, with secrets masked
     * @return the message itself if it is safe already
     */
    public static String message(String text) {
        return bounded(of(bounded(text)));
    }

    private static String bounded(String text) {
        if (text.length() <= MOST) {
            return text;
        }
        // The note has less than 100 characters, so that the result is not cut a second time.
        int begin = MOST - END - 100;
        return "%s%n[... %s characters are left out here ...]%n%s"
                .formatted(text.substring(0, begin), text.length() - begin - END, text.substring(text.length() - END));
    }

    /**
     * Return a safe cause for an exception, since the text of a cause is printed with the stack trace.
     *
     * @param cause the cause, or {@code null}
     * @param masking masks secrets
     * @return the cause itself if its texts and those of its causes are safe; otherwise a stand-in with the same stack trace
     */
    public static @Nullable Throwable cause(@Nullable Throwable cause, UnaryOperator<String> masking) {
        return cause == null ? null : cause(cause, masking, 0);
    }

    @SuppressWarnings("ReferenceEquality") // whether this is a stand-in
    private static @Nullable Throwable cause(Throwable cause, UnaryOperator<String> masking, int depth) {
        Throwable next = cause.getCause();
        Throwable fitNext = next == null || depth == 20 ? null : cause(next, masking, depth + 1);
        String said = cause.toString();
        String fit = message(masking.apply(said));
        return fit.equals(said) && fitNext == next ? cause : new StandIn(fit, fitNext, cause.getStackTrace());
    }

    private static String escaped(String text, int firstUnfit) {
        StringBuilder fit = new StringBuilder(text.length() + 64).append(text, 0, firstUnfit);
        for (int i = firstUnfit; i < text.length(); i++) {
            char next = text.charAt(i);
            if (isFit(next)) {
                fit.append(next);
            } else if (isFitPair(text, i)) {
                fit.append(next).append(text.charAt(++i));
            } else if (next != '\r' || !text.startsWith("\n", i + 1)) {
                append(fit, next);
            }
        }
        return fit.toString();
    }

    /** Return whether a surrogate pair is a visible character; tags are not. */
    private static boolean isFitPair(String text, int place) {
        return Character.isHighSurrogate(text.charAt(place))
                && place + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(place + 1))
                && Character.getType(text.codePointAt(place)) != Character.FORMAT;
    }

    private static void append(StringBuilder fit, char unfit) {
        fit.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
            fit.append(HEX.charAt((unfit >> shift) & 0xF));
        }
    }

    private static boolean isFit(char next) {
        if (next < 0x7F) {
            return next >= ' ' || next == '\n' || next == '\t';
        }
        return switch (Character.getType(next)) {
            case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SURROGATE ->
                false; // pairs are examined separately
            case Character.FORMAT -> next == '\u200C' || next == '\u200D'; // join letters and emoji
            default -> true;
        };
    }

    /** Repeats another exception's text, safe for a terminal. */
    private static final class StandIn extends Exception {

        private static final long serialVersionUID = 1L;

        StandIn(String said, @Nullable Throwable cause, StackTraceElement[] stackTrace) {
            super(said, cause);
            setStackTrace(stackTrace);
        }

        @Override
        @SuppressWarnings("OverrideThrowableToString") // the text already names the other exception's class
        public String toString() {
            return String.valueOf(getMessage());
        }
    }
}
