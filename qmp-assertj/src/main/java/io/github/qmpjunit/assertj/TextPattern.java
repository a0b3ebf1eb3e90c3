package io.github.qmpjunit.assertj;

import java.util.regex.Pattern;

/**
 * Says which line is meant.
 *
 * @param description follows "a line"
 * @param pattern finds it
 */
public record TextPattern(String description, Pattern pattern) {

    static TextPattern containing(String part) {
        return new TextPattern("containing \"" + part + "\"", Pattern.compile(Pattern.quote(part)));
    }

    static TextPattern matching(String regex) {
        return new TextPattern("matching /" + regex + "/", Pattern.compile(regex));
    }

    static TextPattern exactly(String line) {
        return new TextPattern(
                "\"" + line + "\"", Pattern.compile("^" + Pattern.quote(line) + "\r?$", Pattern.MULTILINE));
    }

    @Override
    public String toString() {
        return description;
    }
}
