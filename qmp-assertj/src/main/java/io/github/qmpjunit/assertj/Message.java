package io.github.qmpjunit.assertj;

import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.internal.TerminalText;
import java.time.Duration;
import org.assertj.core.api.WritableAssertionInfo;
import org.jspecify.annotations.Nullable;

/** The parts of which failures' messages are made; what they sound like is decided here. */
final class Message {

    /** What follows the expectation of an event where nobody can send one. */
    static final String NEVER_CONNECTED =
            "but it has never been connected, so nothing can come; call open(...) first, or let a QmpAcceptor accept it";

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
        return "within " + Deadline.format(timeout);
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
