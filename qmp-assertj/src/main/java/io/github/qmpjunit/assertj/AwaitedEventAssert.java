package io.github.qmpjunit.assertj;

import static java.util.Objects.requireNonNull;

import io.github.qmpjunit.qmp.EventKey;
import io.github.qmpjunit.qmp.EventMatcher;
import io.github.qmpjunit.qmp.EventType;
import io.github.qmpjunit.qmp.QmpEvent;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.apiguardian.api.API;
import org.assertj.core.api.AbstractObjectAssert;
import org.assertj.core.api.WritableAssertionInfo;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Assertions about an event that was awaited.
 *
 * <p>Each {@code with...} narrows the wait: an event that does not meet the demand is given back, and the wait goes on, within
 * the time-out that began with {@code awaitEvent}. So the whole chain consumes one event: the first that meets all demands. {@link
 * #thenEvent} and the counts consume further ones, in the same time-out.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public class AwaitedEventAssert extends AbstractObjectAssert<AwaitedEventAssert, QmpEvent> {

    private final EventWait wait;
    private final EventMatcher matcher;

    /** Go on from an event that was found, with the description that the user gave to the assertion before. */
    AwaitedEventAssert(QmpEvent found, EventWait wait, EventMatcher matcher, WritableAssertionInfo before) {
        super(found, AwaitedEventAssert.class);
        this.wait = wait;
        this.matcher = matcher;
        Message.carryOver(before, info);
    }

    /**
     * Go on waiting for an event that has this value in its data.
     *
     * @param path where in the data: a name, or a path such as {@code a.b[0].c}
     * @param expected the value: a string, number, boolean, enum, Map, List, record, tree or {@code null} (JSON's null)
     * @return an assertion about the first event that meets this demand too
     * @throws AssertionError if none arrives in time, or none can arrive any more since the connection has ended
     */
    public AwaitedEventAssert withData(String path, @Nullable Object expected) {
        return narrow(matcher.withData(path, expected));
    }

    /**
     * Continue to wait for an event that has this value in its data, at a place that has a Java type.
     *
     * @param <T> the value's type
     * @param key where in the data
     * @param expected the value; numbers are compared by value
     * @return an assertion about the first event that meets this demand as well
     * @throws AssertionError if none arrives in time, or none can arrive any more since the connection has ended
     * @throws IllegalArgumentException if the key belongs to another event
     */
    public <T> AwaitedEventAssert withData(EventKey<T> key, T expected) {
        return narrow(matcher.withData(key, expected));
    }

    /**
     * Go on waiting for an event whose data holds at least these members.
     *
     * @param subset the members; objects inside are subsets as well
     * @return an assertion about the first event that meets this demand too
     * @throws AssertionError if none arrives in time, or none can arrive any more since the connection has ended
     */
    public AwaitedEventAssert withDataContaining(Map<String, ?> subset) {
        return narrow(matcher.withDataContaining(subset));
    }

    /**
     * Go on waiting for an event that has, at a path of its data, a value that satisfies a predicate.
     *
     * @param path where in the data: a name, or a path such as {@code a.b[0].c}
     * @param description what the predicate wants, in words that follow the path: {@code "is at least 5"}
     * @param predicate asked only where there is a value at that path
     * @return an assertion about the first event that meets this demand too
     * @throws AssertionError if none arrives in time, or none can arrive any more since the connection has ended
     */
    public AwaitedEventAssert withDataMatching(String path, String description, Predicate<JsonNode> predicate) {
        return narrow(matcher.withDataMatching(path, description, predicate));
    }

    /**
     * Continue to wait for an event that has equal values at two paths of its data: {@code withEqualData("offset", "len")}.
     *
     * @param path where in the data: a name, or a path such as {@code a.b[0].c}
     * @param otherPath where else in the data; numbers are compared by value
     * @return an assertion about the first event that meets this demand as well
     * @throws AssertionError if none arrives in time, or none can arrive any more since the connection has ended
     */
    public AwaitedEventAssert withEqualData(String path, String otherPath) {
        return narrow(matcher.withEqualData(path, otherPath));
    }

    /**
     * Go on waiting for an event that has nothing at a path of its data.
     *
     * @param path where in the data: a name, or a path such as {@code a.b[0].c}
     * @return an assertion about the first event that meets this demand too
     * @throws AssertionError if none arrives in time, or none can arrive any more since the connection has ended
     */
    public AwaitedEventAssert withoutData(String path) {
        return narrow(matcher.withoutData(path));
    }

    private AwaitedEventAssert narrow(EventMatcher narrower) {
        wait.giveBack(actual);
        return go(narrower);
    }

    private AwaitedEventAssert go(EventMatcher wanted) {
        QmpEvent found = wait.next(wanted);
        if (found == null) {
            throw failure("%s", Message.fit(wait.explain(wanted)));
        }
        return new AwaitedEventAssert(found, wait, wanted, info);
    }

    /**
     * Wait for another event that came after this one, and consume it too. What is called on the result narrows that wait.
     *
     * @param type the other event's type
     * @return an assertion about the first later event of that type
     * @throws AssertionError if none arrives in time, or none can arrive any more since the connection has ended
     */
    public AwaitedEventAssert thenEvent(EventType type) {
        return thenEvent(EventMatcher.event(type));
    }

    /**
     * Wait for another event that came after this one, and consume it too, as {@link #thenEvent(EventType)} does.
     *
     * @param name the other event's name as it stands in the message
     * @return an assertion about the first later event of that name
     * @throws AssertionError if none arrives in time, or none can arrive any more since the connection has ended
     */
    public AwaitedEventAssert thenEvent(String name) {
        return thenEvent(EventMatcher.event(name));
    }

    /**
     * Wait for another event that came after this one, and consume it too, as {@link #thenEvent(EventType)} does.
     *
     * @param later which event is meant
     * @return an assertion about the first later event that matches
     * @throws AssertionError if none arrives in time, or none can arrive any more since the connection has ended
     */
    public AwaitedEventAssert thenEvent(EventMatcher later) {
        return go(wait.after(actual, requireNonNull(later, "later must not be null")));
    }

    /**
     * Wait until as many events as this have come, this one included, and consume them all.
     *
     * @param times how many, at least 1
     * @return an assertion about the last of them
     * @throws AssertionError if fewer arrive in time
     * @throws IllegalArgumentException if {@code times} is less than 1
     */
    public AwaitedEventAssert atLeast(int times) {
        requirePositive(times);
        AwaitedEventAssert last = this;
        for (int i = 1; i < times; i++) {
            QmpEvent found = wait.next(matcher);
            if (found == null) {
                throw failure(
                        "%s",
                        Message.fit("%nOnly %s of at least %s such events came.%s"
                                .formatted(i, times, wait.explain(matcher))));
            }
            last = new AwaitedEventAssert(found, wait, matcher, info);
        }
        return last;
    }

    /**
     * Wait until as many events as this have come, this one included, consume them, and verify by a round trip that there are no
     * more.
     *
     * @param times how many, at least 1
     * @return an assertion about the last of them
     * @throws AssertionError if fewer arrive in time, or one more is there
     * @throws IllegalArgumentException if {@code times} is less than 1, or QEMU rate-limits the event: it drops some, so that
     *     counting proves nothing
     */
    public AwaitedEventAssert exactly(int times) {
        if (wait.isRateLimited(actual.name())) {
            throw new IllegalArgumentException(
                    "QEMU sends %s at most once a second and drops those in between, so they cannot be counted; use atLeast(1)"
                            .formatted(actual.name()));
        }
        AwaitedEventAssert last = atLeast(times);
        Optional<QmpEvent> surplus = wait.surplus(matcher);
        if (surplus.isPresent()) {
            wait.giveBack(surplus.get());
            throw failure(
                    "%s",
                    Message.fit("%nExpecting exactly %s times %s%nbut there is one more:%n  %s%n%s"
                            .formatted(
                                    times,
                                    matcher,
                                    surplus.get(),
                                    wait.timeline().everything())));
        }
        return last;
    }

    private static void requirePositive(int times) {
        if (times < 1) {
            throw new IllegalArgumentException(
                    "The event of this assertion has come already, so %s times cannot be; use receivesNoEvent(...)"
                            .formatted(times));
        }
    }

    /** {@return the event that was found} */
    public QmpEvent event() {
        return actual;
    }
}
