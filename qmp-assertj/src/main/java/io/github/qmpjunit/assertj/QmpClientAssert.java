package io.github.qmpjunit.assertj;

import io.github.qmpjunit.qmp.Deadline;
import io.github.qmpjunit.qmp.EventMatcher;
import io.github.qmpjunit.qmp.EventType;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpEvent;
import java.time.Duration;
import org.assertj.core.api.AbstractAssert;
import org.jspecify.annotations.Nullable;

/**
 * Assertions about what a client receives.
 *
 * <p>They look through a view of their own: every event since the client was made, less those that an earlier assertion has
 * consumed. So an event may arrive before the assertion is reached, and is never taken for a later one of the same name.
 */
public class QmpClientAssert extends AbstractAssert<QmpClientAssert, QmpClient> {

    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(5);

    private Duration timeout = DEFAULT_TIMEOUT;

    /**
     * Create an assertion.
     *
     * @param actual the client
     */
    public QmpClientAssert(@Nullable QmpClient actual) {
        super(actual, QmpClientAssert.class);
    }

    /**
     * Set how long the awaiting assertions that follow wait at most; 5 s if not set.
     *
     * @param newTimeout the time-out
     * @return this assertion
     */
    public QmpClientAssert within(Duration newTimeout) {
        timeout = newTimeout;
        return this;
    }

    /**
     * Wait for an event and consume it. What is called on the result narrows the wait, within the same time-out:
     *
     * <pre>{@code
     * assertThat(qmp).awaitEvent(JOB_STATUS_CHANGE).withData("id", "job0").withData("status", "concluded");
     * }</pre>
     *
     * @param type the event's type, such as {@code QmpEvents.STOP}
     * @return an assertion about the first event that matches
     * @throws AssertionError if none arrives in time, or none can arrive any more since the connection has ended
     */
    public AwaitedEventAssert awaitEvent(EventType type) {
        return awaitEvent(EventMatcher.event(type));
    }

    /**
     * Wait for an event and consume it, as {@link #awaitEvent(EventType)} does.
     *
     * @param name the event's name as it stands in the message
     * @return an assertion about the first event that matches
     * @throws AssertionError if none arrives in time, or none can arrive any more since the connection has ended
     */
    public AwaitedEventAssert awaitEvent(String name) {
        return awaitEvent(EventMatcher.event(name));
    }

    /**
     * Wait for an event and consume it, as {@link #awaitEvent(EventType)} does.
     *
     * @param matcher which event is meant
     * @return an assertion about the first event that matches
     * @throws AssertionError if none arrives in time, or none can arrive any more since the connection has ended
     */
    public AwaitedEventAssert awaitEvent(EventMatcher matcher) {
        isNotNull();
        EventWait wait =
                new EventWait("QMP client \"" + actual.name() + "\"", actual.assertionEvents(), Deadline.in(timeout));
        QmpEvent found = wait.next(matcher);
        if (found == null) {
            throw failure("%s", wait.explain(matcher));
        }
        return new AwaitedEventAssert(found, wait, matcher, info);
    }
}
