package io.github.qmpjunit.junit.report;

import io.github.qmpjunit.internal.Numbers;
import java.util.List;

/** Makes one line of a failure's message. */
final class Headline {

    private static final int LONGEST_LINE = 1_000;
    private static final int LONGEST_BEGINNING = 240;

    private Headline() {}

    /** Return a message's first line, with the next one where it is not yet a sentence. */
    static String of(String message) {
        List<String> lines =
                message.lines().filter(line -> !line.isBlank()).limit(2).toList();
        if (lines.isEmpty()) {
            return "it says no more";
        }
        return shortened(
                lines.size() > 1 && lines.get(0).endsWith(":")
                        ? lines.get(0) + " " + lines.get(1).strip()
                        : lines.get(0));
    }

    /** Return as many of a message's words as a person reads in a list. */
    static String beginningOf(String message) {
        String line = message.strip().replaceAll("\\s+", " ");
        int end = line.indexOf(" Artefacts: ");
        String text = end > 0 ? line.substring(0, end) : line;
        return text.length() <= LONGEST_BEGINNING ? text : text.substring(0, LONGEST_BEGINNING) + " ...";
    }

    static String shortened(String text) {
        return text.length() <= LONGEST_LINE
                ? text
                : "%s ... [%s characters more]"
                        .formatted(text.substring(0, LONGEST_LINE), Numbers.grouped(text.length() - LONGEST_LINE));
    }
}
