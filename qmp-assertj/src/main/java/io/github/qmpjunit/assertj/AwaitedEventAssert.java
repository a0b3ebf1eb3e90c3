package io.github.qmpjunit.assertj;

import io.github.qmpjunit.qmp.EventMatcher;
import io.github.qmpjunit.qmp.QmpEvent;
import java.util.Map;
import java.util.function.Predicate;
import org.assertj.core.api.AbstractAssert;
import org.assertj.core.api.WritableAssertionInfo;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Assertions about an event that was awaited.
 *
 * <p>Each {@code with...} narrows the wait: an event that does not meet the demand is given back, and the wait goes on, within
 * the time-out that began with {@code awaitEvent}. So the whole chain consumes one event: the first that meets all demands.
 */
public class AwaitedEventAssert extends AbstractAssert<AwaitedEventAssert, QmpEvent> {

    private final EventWait wait;
    private final EventMatcher matcher;

    /** Go on from an event that was found, with the description that the user gave to the assertion before. */
    AwaitedEventAssert(QmpEvent found, EventWait wait, EventMatcher matcher, WritableAssertionInfo before) {
        super(found, AwaitedEventAssert.class);
        this.wait = wait;
        this.matcher = matcher;
        info.description(before.description());
        info.overridingErrorMessage(before.overridingErrorMessage());
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

    private AwaitedEventAssert narrow(EventMatcher narrower) {
        wait.giveBack(actual);
        QmpEvent found = wait.next(narrower);
        if (found == null) {
            throw failure("%s", wait.explain(narrower));
        }
        return new AwaitedEventAssert(found, wait, narrower, info);
    }

    /** {@return the event that was found} */
    public QmpEvent event() {
        return actual;
    }
}
