package io.github.qmpjunit.assertj;

import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.internal.DidYouMean;
import io.github.qmpjunit.internal.TerminalText;
import io.github.qmpjunit.json.DataPath;
import java.time.Duration;
import org.assertj.core.api.WritableAssertionInfo;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The parts of which failures' messages are made; what they sound like is decided here. */
final class Message {

    /** What follows the expectation of an event where nobody can send one. */
    static final String NEVER_CONNECTED =
            "but it has never been connected, so nothing can come; call open(...) first, or let a QmpAcceptor accept it";

    /** Of shorter ones nearly everything is near. */
    private static final int SHORTEST_NAME = 3;

    private Message() {}

    /** Return a whole failure's message as a person may see it: what QEMU and guests wrote must not steer a terminal. */
    static String fit(String message) {
        return TerminalText.message(message);
    }

    /** Return the beginning of a failure's message. */
    static String expecting(String subject, String what) {
        return "%nExpecting %s:%n  %s%n".formatted(subject, what);
    }

    /** Return how a wait that ran out is told. */
    static String within(Duration timeout) {
        return "within " + Deadline.formatTimeout(timeout);
    }

    /** Return, as the end of a sentence, that a reply has nothing at a path, and what it has; the reply itself follows. */
    static String nothingAt(String path, DataPath place, JsonNode reply) {
        return place.correctionFor(reply)
                .map(better ->
                        "there is nothing at %s: a member has dots in its name, write %s".formatted(path, better))
                .orElseGet(() -> "there is nothing at %s%s".formatted(path, near(path, reply)));
    }

    private static String near(String path, JsonNode reply) {
        return path.length() >= SHORTEST_NAME && reply.isObject() && !path.contains(".") && !path.contains("[")
                ? DidYouMean.ending(DidYouMean.of(path, reply.propertyNames()).stream()
                        .map("\"%s\""::formatted)
                        .toList())
                : "";
    }

    /** Return a clause as a sentence. */
    static String sentence(String clause) {
        return clause.endsWith("?") ? clause : clause + ".";
    }

    /** Return the text with two spaces before each line. */
    static String indented(@Nullable String text) {
        return String.valueOf(text).indent(2).stripTrailing();
    }

    /** Let an assertion that follows another one speak as the user told that one to. */
    static void carryOver(WritableAssertionInfo before, WritableAssertionInfo after) {
        after.description(before.description());
        after.overridingErrorMessage(before.overridingErrorMessage());
    }
}
