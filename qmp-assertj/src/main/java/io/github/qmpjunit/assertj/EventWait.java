package io.github.qmpjunit.assertj;

import io.github.qmpjunit.qmp.Deadline;
import io.github.qmpjunit.qmp.EventMatcher;
import io.github.qmpjunit.qmp.QmpDisconnectedException;
import io.github.qmpjunit.qmp.QmpEvent;
import io.github.qmpjunit.qmp.QmpEventListener;
import io.github.qmpjunit.qmp.QmpTimeoutException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The wait of one assertion chain: who is to receive the event, from which queue it is taken, until when. */
final class EventWait {

    private static final Logger LOGGER = System.getLogger(EventWait.class.getName());

    private final String receiver;
    private final QmpEventListener listener;
    private final Deadline deadline;
    private final long startedNanos = System.nanoTime();
    private @Nullable QmpDisconnectedException disconnected;

    EventWait(String receiver, QmpEventListener listener, Deadline deadline) {
        this.receiver = receiver;
        this.listener = listener;
        this.deadline = deadline;
    }

    /** Wait for the event and take it; {@code null} if it does not come, which {@link #explain} explains. */
    @Nullable
    QmpEvent next(EventMatcher matcher) {
        try {
            QmpEvent event = listener.next(matcher, deadline);
            if (LOGGER.isLoggable(Level.DEBUG)) {
                String waited = Deadline.format(Duration.ofNanos(System.nanoTime() - startedNanos));
                LOGGER.log(Level.DEBUG, "{0} awaited {1}: {2} after {3}", receiver, matcher, event, waited);
            }
            return event;
        } catch (QmpTimeoutException e) {
            return null;
        } catch (QmpDisconnectedException e) {
            disconnected = e;
            return null;
        }
    }

    /** Put an event back that does not meet a later demand. */
    void giveBack(QmpEvent event) {
        listener.putBack(event);
    }

    /** Return why the event did not come, with what came instead. */
    String explain(EventMatcher matcher) {
        EventTimeline timeline = new EventTimeline(listener.history(), listener.pending(), startedNanos);
        String expected = "%nExpecting %s:%n  to receive %s%n".formatted(receiver, matcher);
        String ending = disconnected == null
                ? "within %s, but ".formatted(Deadline.format(deadline.timeout()))
                : "but its connection ended:%n%s%nand before that "
                        .formatted(reason(disconnected).indent(2).stripTrailing());
        return expected + ending + timeline.describe(matcher);
    }

    private static String reason(QmpDisconnectedException disconnected) {
        Throwable cause = disconnected.getCause();
        return String.valueOf(cause == null ? disconnected.getMessage() : cause.getMessage());
    }
}
