package io.github.qmpjunit.assertj;

import io.github.qmpjunit.qmp.EventMark;
import io.github.qmpjunit.qmp.EventMatcher;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpEvent;
import java.time.Instant;
import java.util.Optional;

/**
 * Which of a client's events happened first. That is their order of arrival, except for events that QEMU rate-limits: it may send them
 * up to a second late, but with the timestamp of the moment at which they happened.
 */
record EventOrder(QmpClient client) {

    /** Return a matcher for events that happened after another one of the same client. */
    EventMatcher after(QmpEvent earlier, EventMatcher matcher) {
        return after(earlier, earlier.name(), matcher);
    }

    /** Return such a matcher, which calls the earlier event by a name of the caller's. */
    EventMatcher after(QmpEvent earlier, String story, EventMatcher matcher) {
        return matcher.where("it came after " + story, later -> isAfter(earlier, later));
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
                "it came after the mark", event -> mark.isBefore(event) && !isOlderThan(mark.time(), event));
    }

    /** Return whether an event was only held back, but happened before a moment. Another host's clock cannot tell. */
    boolean isOlderThan(Instant moment, QmpEvent event) {
        return client.isRateLimited(event.name())
                && client.peer().isPresent()
                && event.timestamp().filter(time -> time.isBefore(moment)).isPresent();
    }
}
