package io.github.qmpjunit.junit.report;

import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * Something that happened at a moment, in a lane.
 *
 * @param nanoTime when, in terms of {@link System#nanoTime()}
 * @param lane where it stands
 * @param kind what it is
 * @param level how much it says about a failure
 * @param title its name, or the whole line
 * @param brief what follows the name, on one line
 * @param note what is small print: how long a reply took
 * @param id joins a command and its reply; empty where there is none
 * @param detail all of it, where that is more than fits a line
 */
record Entry(
        long nanoTime,
        Lane lane,
        Kind kind,
        Level level,
        String title,
        String brief,
        String note,
        String id,
        Optional<JsonNode> detail) {

    enum Kind {
        COMMAND,
        REPLY,
        EVENT,
        NOTE,
        LINE
    }

    enum Level {
        PLAIN,
        NOTABLE,
        BAD
    }

    static Entry line(long nanoTime, Lane lane, String text) {
        return new Entry(nanoTime, lane, Kind.LINE, Severity.ofLine(text), text, "", "", "", Optional.empty());
    }

    boolean isReplyTo(Entry command) {
        return kind == Kind.REPLY
                && command.kind == Kind.COMMAND
                && lane.equals(command.lane)
                && !id.isEmpty()
                && id.equals(command.id);
    }

    /** Return whether another entry is this one once more, at another time. */
    boolean saysTheSameAs(Entry other) {
        return lane.equals(other.lane)
                && kind == other.kind
                && title.equals(other.title)
                && brief.equals(other.brief)
                && detail.equals(other.detail);
    }
}
