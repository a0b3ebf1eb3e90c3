package io.github.qmpjunit.assertj;

import io.github.qmpjunit.qmp.EventMark;
import io.github.qmpjunit.qmp.EventMatcher;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpEvent;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Which of a client's events happened first. That is their order of arrival, except for events that QEMU rate-limits: it may send them
 * up to a second late, but with the timestamp of the moment at which they happened.
 */
record EventOrder(QmpClient client) {

    private static final String CAME_AFTER = "it came after ";

    /** Return a matcher's words for an event that came too early. */
    static String mismatch(String mismatch) {
        return mismatch.replace("not an event where " + CAME_AFTER, "it came before ");
    }

    /** Return which event is meant, in words. */
    static String inWords(EventMatcher matcher) {
        return matcher.toString().replace("where " + CAME_AFTER, "after ");
    }

    /** Return a matcher for events that a listener heard after another one. */
    static EventMatcher onListener(QmpEvent earlier, EventMatcher matcher) {
        return matcher.where(CAME_AFTER + earlier.name(), later -> later.sequence() > earlier.sequence());
    }

    /** Return whether nothing is wrong with an event but that it came too early. */
    static boolean isOnlyTooEarly(EventMatcher matcher, QmpEvent event) {
        List<String> mismatches = matcher.mismatches(event);
        return mismatches.size() == 1 && !mismatch(mismatches.get(0)).equals(mismatches.get(0));
    }

    /** Return a matcher for events that were read after one of another client. */
    static EventMatcher afterOther(QmpEvent earlier, String story, EventMatcher matcher) {
        return matcher.where(CAME_AFTER + story, event -> event.nanoTime() - earlier.nanoTime() >= 0);
    }

    /** Return a matcher for events that happened after another one of the same client. */
    EventMatcher after(QmpEvent earlier, EventMatcher matcher) {
        return after(earlier, earlier.name(), matcher);
    }

    /** Return such a matcher, which calls the earlier event by a name of the caller's. */
    EventMatcher after(QmpEvent earlier, String story, EventMatcher matcher) {
        return matcher.where(CAME_AFTER + story, later -> isAfter(earlier, later));
    }

    private boolean isAfter(QmpEvent earlier, QmpEvent later) {
        Optional<Instant> before = earlier.timestamp();
        Optional<Instant> after = later.timestamp();
        boolean arrivalLies = client.isRateLimited(earlier.name()) || client.isRateLimited(later.name());
        return (arrivalLies && before.isPresent() && after.isPresent() && !before.equals(after))
                ? after.get().isAfter(before.get())
                : later.sequence() > earlier.sequence();
    }

    /** Return a matcher for events that happened after a mark. */
    EventMatcher after(EventMark mark, EventMatcher matcher) {
        return matcher.where(
                CAME_AFTER + "the mark", event -> mark.isBefore(event) && !isOlderThan(mark.time(), event));
    }

    /** Return whether an event was only held back, but happened before a moment. Another host's clock cannot tell. */
    boolean isOlderThan(Instant moment, QmpEvent event) {
        return client.isRateLimited(event.name())
                && client.peer().isPresent()
                && event.timestamp().filter(time -> time.isBefore(moment)).isPresent();
    }
}
