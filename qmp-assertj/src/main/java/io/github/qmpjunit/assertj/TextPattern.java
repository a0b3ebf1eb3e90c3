package io.github.qmpjunit.assertj;

import static java.util.Objects.requireNonNull;

import java.util.regex.Pattern;
import org.apiguardian.api.API;

/**
 * Says which line is meant.
 *
 * @param description follows "a line"
 * @param pattern finds it
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public record TextPattern(String description, Pattern pattern) {

    static TextPattern containing(String part) {
        requireNonNull(part, "part must not be null");
        return new TextPattern("containing \"" + part + "\"", Pattern.compile(Pattern.quote(part)));
    }

    static TextPattern matching(String regex) {
        requireNonNull(regex, "regex must not be null");
        return new TextPattern("matching /" + regex + "/", Pattern.compile(regex));
    }

    static TextPattern exactly(String line) {
        requireNonNull(line, "line must not be null");
        return new TextPattern(
                "\"" + line + "\"", Pattern.compile("^" + Pattern.quote(line) + "\r?$", Pattern.MULTILINE));
    }

    @Override
    public String toString() {
        return description;
    }
}
