package io.github.qmpjunit.junit.report;

import io.github.qmpjunit.internal.Journal;
import java.time.Duration;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Something that happened at a moment, in a lane.
 *
 * @param nanoTime when, in terms of {@link System#nanoTime()}
 * @param endNanos when it ended; the same for what takes no time
 * @param lane where it stands
 * @param kind what it is
 * @param level how much it says about a failure
 * @param title its name, or the whole line
 * @param brief what follows the name, on one line
 * @param note what is small print: how long a reply took
 * @param id joins a command and its reply; empty where there is none
 * @param detail all of it, where that is more than fits a line
 * @param place where the test asked for it
 */
record Entry(
        long nanoTime,
        long endNanos,
        Lane lane,
        Kind kind,
        Level level,
        String title,
        String brief,
        String note,
        String id,
        Optional<JsonNode> detail,
        Place place) {

    enum Kind {
        COMMAND,
        REPLY,
        EVENT,
        NOTE,
        LINE,
        /** A picture. */
        SCREEN,
        /** A wait of the test's. */
        AWAIT,
        /** A wait for other tests, or a start. */
        STEP,
        /** A test that has had the machine before. */
        EARLIER
    }

    enum Level {
        PLAIN,
        NOTABLE,
        BAD
    }

    static Entry line(long nanoTime, Lane lane, String text) {
        return new Entry(
                nanoTime,
                nanoTime,
                lane,
                Kind.LINE,
                Severity.ofLine(lane.kind(), text),
                text,
                "",
                "",
                "",
                Optional.empty(),
                Place.UNKNOWN);
    }

    static Entry screen(long nanoTime, int machine, String picture) {
        return new Entry(
                nanoTime,
                nanoTime,
                new Lane(machine, Lane.Kind.SCREEN, "screen"),
                Kind.SCREEN,
                Level.PLAIN,
                "screen",
                "",
                "",
                "",
                Optional.of(JsonNodeFactory.instance.stringNode(picture)),
                Place.UNKNOWN);
    }

    static Entry of(Journal.Step step) {
        Kind kind = switch (step.kind()) {
            case AWAIT -> Kind.AWAIT;
            case QUEUE, START -> Kind.STEP;
            case EARLIER -> Kind.EARLIER;
        };
        String verb = switch (step.kind()) {
            case AWAIT -> "await";
            case QUEUE -> "wait for";
            case START -> "";
            case EARLIER -> "an earlier test on this machine:";
        };
        String took = PageTime.duration(Duration.ofNanos(step.endedNanos() - step.beganNanos()));
        String note = switch (step.outcome()) {
            case DONE -> took;
            case FAILED -> "in vain, " + took;
            case OPEN -> "still, after " + took;
        };
        return new Entry(
                step.beganNanos(),
                step.endedNanos(),
                Lane.TEST,
                kind,
                levelOf(step),
                verb,
                step.text(),
                note,
                "",
                step.detail().isEmpty()
                        ? Optional.empty()
                        : Optional.of(JsonNodeFactory.instance.stringNode(step.detail())),
                Place.of(step.site()));
    }

    private static Level levelOf(Journal.Step step) {
        if (step.outcome() != Journal.Outcome.DONE) {
            return Level.BAD;
        }
        boolean queuedForLong =
                step.kind() == Journal.Kind.QUEUE && step.endedNanos() - step.beganNanos() > 1_000_000_000L;
        return queuedForLong ? Level.NOTABLE : Level.PLAIN;
    }

    Entry at(Level other) {
        return new Entry(nanoTime, endNanos, lane, kind, other, title, brief, note, id, detail, place);
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
                && detail.equals(other.detail)
                && place.isOfTheHarness() == other.place.isOfTheHarness();
    }
}
