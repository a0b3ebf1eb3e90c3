package io.github.qmpjunit.secrets;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A part of a text that is secret.
 *
 * @param start where it begins
 * @param end where it ends
 * @param distinctive whether it is secret wherever else it turns up; the path of a key's file is not
 */
record Span(int start, int end, boolean distinctive) {

    Span(int start, int end) {
        this(start, end, true);
    }

    /** Return the text with a mask in the place of each span; they may overlap. */
    static String mask(String text, List<Span> spans) {
        if (spans.isEmpty()) {
            return text;
        }
        List<Span> sorted = new ArrayList<>(spans);
        sorted.sort(Comparator.comparingInt(Span::start));
        StringBuilder masked = new StringBuilder(text.length());
        int done = 0;
        for (Span span : sorted) {
            if (span.start() >= done) {
                masked.append(text, done, span.start()).append(Secrets.MASK);
            }
            done = Math.max(done, span.end());
        }
        return masked.append(text, done, text.length()).toString();
    }
}
