package io.github.qmpjunit.qmp;

import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** Hands events on to a user's code, one after the other, on another thread than the reader's. */
final class EventCallback extends QmpEventListener {

    private final Consumer<QmpEvent> action;
    private final Executor executor;
    private final CallbackFailures failures;

    EventCallback(EventMatcher matcher, Consumer<QmpEvent> action, Executor executor, CallbackFailures failures) {
        super(matcher);
        keepAtMost(1); // what is handed on need not be kept
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
        } catch (Throwable e) { // a failed assertion as well: the connection lives on
            failures.add("the filter of a callback (%s) has thrown on %s".formatted(filter(), event), e);
            return false;
        }
    }
}
