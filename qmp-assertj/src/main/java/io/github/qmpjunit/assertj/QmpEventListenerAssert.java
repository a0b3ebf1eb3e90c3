package io.github.qmpjunit.assertj;

import static java.util.Objects.requireNonNull;

import io.github.qmpjunit.qmp.EventMatcher;
import io.github.qmpjunit.qmp.EventType;
import io.github.qmpjunit.qmp.QmpEvent;
import io.github.qmpjunit.qmp.QmpEventListener;
import java.util.List;
import java.util.stream.Stream;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Assertions about a listener. Those that wait take the event from the listener's own queue.
 *
 * <pre>{@code
 * assertThat(states).awaitEvent(STOP).thenEvent(RESUME);
 * assertThat(states).isEmpty();
 * }</pre>
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public class QmpEventListenerAssert extends AbstractWaitingAssert<QmpEventListenerAssert, QmpEventListener> {

    /**
     * Create an assertion.
     *
     * @param actual the listener
     */
    public QmpEventListenerAssert(@Nullable QmpEventListener actual) {
        super(actual, QmpEventListenerAssert.class);
    }

    /**
     * Wait for the next event, whatever it is, and take it.
     *
     * @return an assertion about the event
     * @throws AssertionError if none arrives in time, or none can arrive any more
     */
    public AwaitedEventAssert awaitEvent() {
        return awaitEvent(EventMatcher.anyEvent());
    }

    /**
     * Wait for an event and take it.
     *
     * @param type the event's type
     * @return an assertion about the first event that matches
     * @throws AssertionError if none arrives in time, or none can arrive any more
     */
    public AwaitedEventAssert awaitEvent(EventType type) {
        return awaitEvent(EventMatcher.event(type));
    }

    /**
     * Wait for an event and take it.
     *
     * @param name the event's name as it stands in the message
     * @return an assertion about the first event that matches
     * @throws AssertionError if none arrives in time, or none can arrive any more
     */
    public AwaitedEventAssert awaitEvent(String name) {
        return awaitEvent(EventMatcher.event(name));
    }

    /**
     * Wait for an event and take it.
     *
     * @param matcher which event is meant
     * @return an assertion about the first event that matches
     * @throws AssertionError if none arrives in time, or none can arrive any more
     */
    public AwaitedEventAssert awaitEvent(EventMatcher matcher) {
        requireNonNull(matcher, "matcher must not be null");
        isNotNull();
        return take(matcher, EventWait.on(actual, deadline()));
    }

    /**
     * Verify the names of all events that the listener has ever accepted, in their order.
     *
     * @param types the types, all of them
     * @return this assertion
     * @throws AssertionError if they are others
     */
    public QmpEventListenerAssert hasHistory(EventType... types) {
        requireNonNull(types, "types must not be null");
        isNotNull();
        List<String> expected = Stream.of(types).map(EventType::name).toList();
        List<String> heard = actual.history().stream().map(QmpEvent::name).toList();
        if (!heard.equals(expected)) {
            throw failureWithActualExpected(
                    heard,
                    expected,
                    "%s",
                    Message.fit(Message.expecting("a listener for " + actual.filter(), "to have heard " + expected)
                            + "but it has heard:%n%s".formatted(Message.indented(String.join("\n", lines())))));
        }
        return this;
    }

    /**
     * Verify that there is no event to take now.
     *
     * @return this assertion
     * @throws AssertionError if there is one
     */
    public QmpEventListenerAssert isEmpty() {
        isNotNull();
        if (!actual.isEmpty()) {
            throw failure(
                    "%s",
                    Message.fit(Message.expecting("a listener for " + actual.filter(), "to have nothing to take")
                            + "but it has:%n%s"
                                    .formatted(Message.indented(actual.pending().stream()
                                            .map(QmpEvent::toString)
                                            .reduce((one, other) -> one + "\n" + other)
                                            .orElse("")))));
        }
        return this;
    }

    private List<String> lines() {
        return actual.history().isEmpty()
                ? List.of("nothing")
                : actual.history().stream().map(QmpEvent::toString).toList();
    }
}
