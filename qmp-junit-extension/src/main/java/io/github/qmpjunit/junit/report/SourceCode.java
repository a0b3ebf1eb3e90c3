package io.github.qmpjunit.junit.report;

import io.github.qmpjunit.secrets.Secrets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** The lines of the test's code to which the page's rows lead, with those around them, secrets masked. */
final class SourceCode {

    private static final int AROUND = 4;
    private static final int MOST_LINES = 1_500;

    private final SourceFiles files;
    private final Secrets secrets;
    private final Map<String, Excerpt> excerpts = new LinkedHashMap<>();
    private int lines;

    /** A file, and the lines of it that are shown. */
    private record Excerpt(int number, String name, List<String> lines, TreeSet<Integer> shown) {}

    SourceCode(SourceFiles files, Secrets secrets) {
        this.files = files;
        this.secrets = secrets;
    }

    /** Return the anchor of a frame's line on this page, after the line is made part of it; empty if its source is not there. */
    Optional<String> anchorOf(StackTraceElement frame) {
        if (frame.getFileName() == null || frame.getLineNumber() <= 0) {
            return Optional.empty();
        }
        String name = SourceFiles.nameOf(frame);
        Excerpt excerpt = excerpts.get(name);
        if (excerpt == null) {
            Optional<List<String>> found = files.of(frame);
            if (found.isEmpty()) {
                return Optional.empty();
            }
            excerpt = new Excerpt(excerpts.size() + 1, name, found.get(), new TreeSet<>());
            excerpts.put(name, excerpt);
        }
        int line = frame.getLineNumber();
        if (line > excerpt.lines().size()) {
            return Optional.empty(); // another version of the file
        }
        return show(excerpt, line) ? Optional.of("s%sl%s".formatted(excerpt.number(), line)) : Optional.empty();
    }

    private boolean show(Excerpt excerpt, int line) {
        for (int i = Math.max(1, line - AROUND); i <= Math.min(excerpt.lines().size(), line + AROUND); i++) {
            if (!excerpt.shown().contains(i)) {
                if (lines >= MOST_LINES) {
                    return excerpt.shown().contains(line);
                }
                excerpt.shown().add(i);
                lines++;
            }
        }
        return true;
    }

    /** Write all excerpts; the failing line is marked. */
    Html html(Optional<StackTraceElement> failing) {
        Html html = new Html();
        for (Excerpt excerpt : excerpts.values()) {
            html.open("details", "class", "file", "open", "");
            html.element("summary", excerpt.name());
            int marked = failing.filter(frame -> SourceFiles.nameOf(frame).equals(excerpt.name()))
                    .map(StackTraceElement::getLineNumber)
                    .orElse(0);
            write(excerpt, new ArrayList<>(excerpt.shown()), marked, true, html);
            html.close("details").newline();
        }
        return html;
    }

    /** Write the lines around a frame's; nothing if its source is not there. */
    Html around(StackTraceElement frame) {
        Html html = new Html();
        if (anchorOf(frame).isPresent()) {
            Excerpt excerpt = excerpts.get(SourceFiles.nameOf(frame));
            if (excerpt != null) {
                int line = frame.getLineNumber();
                List<Integer> near = excerpt.shown().stream()
                        .filter(number -> Math.abs(number - line) <= AROUND)
                        .toList();
                write(excerpt, near, line, false, html);
            }
        }
        return html;
    }

    private void write(Excerpt excerpt, List<Integer> numbers, int marked, boolean anchors, Html html) {
        html.open("div", "class", "code");
        int indentation = numbers.stream()
                .map(number -> excerpt.lines().get(number - 1))
                .filter(text -> !text.isBlank())
                .mapToInt(text -> text.length() - text.stripLeading().length())
                .min()
                .orElse(0);
        int last = 0;
        for (int number : numbers) {
            if (last > 0 && number > last + 1) {
                html.element("p", "\u22ee", "class", "gap");
            }
            last = number;
            String style = number == marked ? "failing" : "";
            if (anchors) {
                html.open("p", "id", "s%sl%s".formatted(excerpt.number(), number), "class", style);
            } else {
                html.open("p", "class", style);
            }
            html.element("i", Integer.toString(number))
                    .text(Headline.shortened(
                            secrets.mask(withoutIndentation(excerpt.lines().get(number - 1), indentation))))
                    .close("p")
                    .newline();
        }
        html.close("div");
    }

    private static String withoutIndentation(String text, int indentation) {
        return text.isBlank() ? "" : text.substring(indentation);
    }
}
