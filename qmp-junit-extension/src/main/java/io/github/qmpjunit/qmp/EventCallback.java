package io.github.qmpjunit.qmp;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Passes events to a user's code, one at a time, never on the reader's thread. */
final class EventCallback extends QmpEventListener {

    /** How much of the heap the events that wait can take. */
    private static final long MOST_WAITING_BYTES = Runtime.getRuntime().maxMemory() / 4;

    private final Consumer<QmpEvent> action;
    private final Executor executor;
    private final CallbackFailures failures;
    private final AtomicLong waitingBytes = new AtomicLong();
    private volatile boolean stopped;

    EventCallback(EventMatcher matcher, Consumer<QmpEvent> action, Executor executor, CallbackFailures failures) {
        super(matcher);
        keepAtMost(1); // events that are passed on need not be kept
        this.action = action;
        this.executor = executor;
        this.failures = failures;
    }

    @Override
    void offer(QmpEvent event) {
        if (!stopped && isAcceptedSafely(event)) {
            if (waitingBytes.addAndGet(event.weight()) > MOST_WAITING_BYTES) {
                stopped = true;
                failures.add("a callback has stopped", tooSlow(event));
                return;
            }
            failures.expect();
            executor.execute(() -> {
                waitingBytes.addAndGet(-event.weight());
                failures.run("a callback has thrown on " + event, () -> action.accept(event));
            });
        }
    }

    private AssertionError tooSlow(QmpEvent missed) {
        return new AssertionError(
                "The callback for %s is too slow: the events that wait for it fill a quarter of the heap. It has missed %s, and gets no further events"
                        .formatted(filter(), missed));
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
