package io.github.qmpjunit.junit.report;

/**
 * Writes HTML of which every text and every attribute is escaped: what a guest prints is not to be trusted.
 *
 * <p>Control characters, which may not stand in HTML, become their pictures; so do those that turn the direction of writing,
 * which would let a line look like another one.
 */
final class Html {

    private static final char REPLACEMENT = '\uFFFD';

    private final StringBuilder out = new StringBuilder();

    /** Open an element; the attributes are names and values in turn. */
    Html open(String tag, String... attributes) {
        out.append('<').append(tag);
        for (int i = 0; i < attributes.length; i += 2) {
            out.append(' ').append(attributes[i]).append("=\"");
            escape(attributes[i + 1], out);
            out.append('"');
        }
        out.append('>');
        return this;
    }

    Html close(String tag) {
        out.append("</").append(tag).append('>');
        return this;
    }

    Html text(String text) {
        escape(text, out);
        return this;
    }

    /** Write an element with nothing but text in it. */
    Html element(String tag, String text, String... attributes) {
        return open(tag, attributes).text(text).close(tag);
    }

    Html add(Html inner) {
        out.append(inner.out);
        return this;
    }

    Html newline() {
        out.append('\n');
        return this;
    }

    static String escape(String text) {
        StringBuilder escaped = new StringBuilder();
        escape(text, escaped);
        return escaped.toString();
    }

    private static void escape(String text, StringBuilder out) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                out.append(c).append(text.charAt(++i));
            } else {
                escape(c, out);
            }
        }
    }

    private static void escape(char c, StringBuilder out) {
        switch (c) {
            case '&' -> out.append("&amp;");
            case '<' -> out.append("&lt;");
            case '>' -> out.append("&gt;");
            case '"' -> out.append("&quot;");
            case '\'' -> out.append("&#39;");
            case '\n', '\t' -> out.append(c);
            default -> out.append(isHarmless(c) ? c : pictureOf(c));
        }
    }

    private static boolean isHarmless(char c) {
        return !Character.isISOControl(c)
                && !Character.isSurrogate(c)
                && !turnsDirection(c)
                && c < '\uFFFE'
                && (c < '\uFDD0' || c > '\uFDEF');
    }

    /** The overrides, embeddings and isolates of Unicode's bidirectional algorithm. */
    private static boolean turnsDirection(char c) {
        return (c >= '\u202A' && c <= '\u202E') || (c >= '\u2066' && c <= '\u2069') || c == '\u200E' || c == '\u200F';
    }

    private static char pictureOf(char c) {
        if (c < ' ') {
            return (char) ('\u2400' + c);
        }
        return c == '\u007F' ? '\u2421' : REPLACEMENT;
    }

    boolean isEmpty() {
        return out.isEmpty();
    }

    @Override
    public String toString() {
        return out.toString();
    }
}
