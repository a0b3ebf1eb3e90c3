package io.github.qmpjunit.qmp;

import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** Passes events to a user's code, one at a time, never on the reader's thread. */
final class EventCallback extends QmpEventListener {

    private final Consumer<QmpEvent> action;
    private final Executor executor;
    private final CallbackFailures failures;

    EventCallback(EventMatcher matcher, Consumer<QmpEvent> action, Executor executor, CallbackFailures failures) {
        super(matcher);
        keepAtMost(1); // events that are passed on need not be kept
        this.action = action;
        this.executor = executor;
        this.failures = failures;
    }

    @Override
    void offer(QmpEvent event) {
        if (isAcceptedSafely(event)) {
            failures.expect();
            executor.execute(() -> failures.run("a callback has thrown on " + event, () -> action.accept(event)));
        }
    }

    private boolean isAcceptedSafely(QmpEvent event) {
        try {
            return accepts(event);
        } catch (Throwable e) { // also a failed assertion: the connection survives it
            failures.add("the filter of a callback (%s) has thrown on %s".formatted(filter(), event), e);
            return false;
        }
    }
}
