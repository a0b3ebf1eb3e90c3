package io.github.qmpjunit.assertj;

import static java.util.Objects.requireNonNull;

import io.github.qmpjunit.qmp.EventKey;
import io.github.qmpjunit.qmp.EventMatcher;
import io.github.qmpjunit.qmp.EventType;
import io.github.qmpjunit.qmp.QmpEvent;
import java.util.List;
import org.apiguardian.api.API;
import org.assertj.core.api.AbstractObjectAssert;
import org.jspecify.annotations.Nullable;

/** Assertions about an event that has arrived. They do not wait. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public class QmpEventAssert extends AbstractObjectAssert<QmpEventAssert, QmpEvent> {

    /**
     * Create an assertion.
     *
     * @param actual the event
     */
    public QmpEventAssert(@Nullable QmpEvent actual) {
        super(actual, QmpEventAssert.class);
    }

    /**
     * Verify the event's name.
     *
     * @param type the type, such as {@code QmpEvents.STOP}
     * @return this assertion
     * @throws AssertionError if the name is another
     */
    public QmpEventAssert isNamed(EventType type) {
        return isNamed(requireNonNull(type, "type must not be null").name());
    }

    /**
     * Verify the event's name.
     *
     * @param name the name as it stands in the message
     * @return this assertion
     * @throws AssertionError if the name is another
     */
    public QmpEventAssert isNamed(String name) {
        requireNonNull(name, "name must not be null");
        isNotNull();
        if (!actual.name().equals(name)) {
            throw failureWithActualExpected(
                    actual.name(),
                    name,
                    "%s",
                    Message.fit(Message.expecting("event", actual.toString()) + "to be named " + name));
        }
        return this;
    }

    /**
     * Verify a value in the event's data.
     *
     * @param path where in the data: a name, or a path such as {@code a.b[0].c}
     * @param expected the value; numbers are compared by value
     * @return this assertion
     * @throws AssertionError if another value stands there, or none
     */
    public QmpEventAssert hasData(String path, @Nullable Object expected) {
        return matches(EventMatcher.anyEvent().withData(path, expected));
    }

    /**
     * Verify a value in the event's data, at a place that has a Java type.
     *
     * @param <T> the value's type
     * @param key where in the data
     * @param expected the value; numbers are compared by value
     * @return this assertion
     * @throws AssertionError if this is another event, another value stands there, or none
     */
    public <T> QmpEventAssert hasData(EventKey<T> key, T expected) {
        return matches(EventMatcher.event(key.event()).withData(key, expected));
    }

    /**
     * Verify that two values in the event's data are equal.
     *
     * @param path where in the data: a name, or a path such as {@code a.b[0].c}
     * @param otherPath where else in the data; numbers are compared by value
     * @return this assertion
     * @throws AssertionError if they differ, or one of them is missing
     */
    public QmpEventAssert hasEqualData(String path, String otherPath) {
        return matches(EventMatcher.anyEvent().withEqualData(path, otherPath));
    }

    /**
     * Verify that nothing stands at a path of the event's data.
     *
     * @param path where in the data: a name, or a path such as {@code a.b[0].c}
     * @return this assertion
     * @throws AssertionError if something does
     */
    public QmpEventAssert hasNoData(String path) {
        return matches(EventMatcher.anyEvent().withoutData(path));
    }

    /**
     * Verify that the event is one that is meant.
     *
     * @param matcher which event is meant
     * @return this assertion
     * @throws AssertionError if it is not; the message says why
     */
    public QmpEventAssert matches(EventMatcher matcher) {
        requireNonNull(matcher, "matcher must not be null");
        isNotNull();
        List<String> mismatches = matcher.mismatches(actual);
        if (!mismatches.isEmpty()) {
            throw failure(
                    "%s",
                    Message.fit(Message.expecting("event", actual.toString())
                            + "to be %s%nbut %s".formatted(matcher, String.join(", ", mismatches))));
        }
        return this;
    }
}
