package io.github.qmpjunit.assertj;

import static java.util.Objects.requireNonNull;

import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.internal.Timeouts;
import io.github.qmpjunit.qmp.EventMatcher;
import io.github.qmpjunit.qmp.QmpEvent;
import java.time.Duration;
import org.apiguardian.api.API;
import org.assertj.core.annotation.CheckReturnValue;
import org.assertj.core.api.AbstractAssert;
import org.assertj.core.api.WritableAssertionInfo;
import org.jspecify.annotations.Nullable;

/**
 * Assertions some of which wait, each up to one timeout: those named {@code await...}, and those about the outcome of an activity.
 *
 * @param <SELF> the assertion's own type
 * @param <ACTUAL> the actual value's type
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public abstract class AbstractWaitingAssert<SELF extends AbstractWaitingAssert<SELF, ACTUAL>, ACTUAL>
        extends AbstractAssert<SELF, ACTUAL> {

    private Duration timeout = Timeouts.current().assertions();

    AbstractWaitingAssert(@Nullable ACTUAL actual, Class<?> selfType) {
        super(actual, selfType);
    }

    /** Go on from another assertion: with its timeout, and with the description that the user gave to it. */
    AbstractWaitingAssert(@Nullable ACTUAL actual, Class<?> selfType, Duration timeout, WritableAssertionInfo before) {
        super(actual, selfType);
        this.timeout = timeout;
        Message.carryOver(before, info);
    }

    /**
     * Set how long each of the waiting assertions that follow waits at most. Default: 5 s, or what {@code qmpjunit.timeout} says. The factor
     * {@code qmpjunit.timeout.factor} multiplies this time as well.
     *
     * @param newTimeout the timeout
     * @return this assertion
     */
    @CheckReturnValue
    public SELF within(Duration newTimeout) {
        timeout = requireNonNull(newTimeout, "newTimeout must not be null");
        return myself;
    }

    /** Wait for an event and take it; fail if it does not come. */
    AwaitedEventAssert take(EventMatcher meant, EventWait wait) {
        QmpEvent found = wait.next(meant);
        if (found == null) {
            throw failure("%s", Message.fit(wait.explain(meant)));
        }
        return new AwaitedEventAssert(found, wait, meant, info);
    }

    Duration timeout() {
        return timeout;
    }

    /** Return the deadline of a wait that begins now. */
    Deadline deadline() {
        return Deadline.in(timeout);
    }
}
