package io.github.qmpjunit.assertj;

import static java.util.Objects.requireNonNull;

import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.qmp.EventMatcher;
import io.github.qmpjunit.qmp.EventType;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpEvent;
import java.time.Duration;
import org.apiguardian.api.API;
import org.assertj.core.api.AbstractAssert;
import org.jspecify.annotations.Nullable;

/**
 * Assertions about the order of events of several machines: by the moment at which each was read, in this JVM; of one machine, by
 * their order on its connection. Between two machines that says no more than the machine's load allows; an order that one machine's command causes in the other is safe.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public class InOrderAssert extends AbstractAssert<InOrderAssert, Duration> {

    private final Deadline deadline;
    private @Nullable QmpEvent before;
    private @Nullable QmpClient receiver;
    private String story = "";

    InOrderAssert(Duration timeout) {
        super(timeout, InOrderAssert.class);
        this.deadline = Deadline.in(timeout);
    }

    /**
     * Wait for an event that came after the one before, and consume it.
     *
     * @param client whose event it is
     * @param type the event's type
     * @return this assertion
     * @throws AssertionError if it does not come after the one before, all in time
     */
    public InOrderAssert awaitEvent(QmpClient client, EventType type) {
        return awaitEvent(client, EventMatcher.event(type));
    }

    /**
     * Wait for an event that came after the one before, and consume it.
     *
     * @param client whose event it is
     * @param matcher which event is meant
     * @return this assertion
     * @throws AssertionError if it does not come after the one before, all in time
     */
    public InOrderAssert awaitEvent(QmpClient client, EventMatcher matcher) {
        requireNonNull(client, "client must not be null");
        requireNonNull(matcher, "matcher must not be null");
        QmpEvent earlier = before;
        EventMatcher meant = earlier == null
                ? matcher
                : client.equals(receiver)
                        ? new EventOrder(client).after(earlier, story, matcher)
                        : EventOrder.afterOther(earlier, story, matcher);
        EventWait wait = EventWait.on(client, "QMP client \"" + client.name() + "\"", deadline);
        if (earlier != null) {
            wait.comesAfter(earlier, story);
        }
        QmpEvent found = wait.next(meant);
        if (found == null) {
            throw failure("%s", Message.fit(wait.explain(meant)));
        }
        before = found;
        receiver = client;
        story = "%s of \"%s\"".formatted(found.name(), client.name());
        return this;
    }
}
