package io.github.qmpjunit.qmp;

import io.github.qmpjunit.internal.Deadline;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A wait for an event that takes no thread. Its listener's lock guards whether it still waits. */
final class EventFuture {

    private final EventMatcher matcher;
    private final @Nullable QmpClient client;
    private final CompletableFuture<QmpEvent> result = new CompletableFuture<>();
    private volatile @Nullable Future<?> timer;

    /**
     * @param client the client that its listener hears; {@code null} if it is not registered, so that it fails at once
     */
    EventFuture(EventMatcher matcher, @Nullable QmpClient client) {
        this.matcher = matcher;
        this.client = client;
    }

    EventMatcher matcher() {
        return matcher;
    }

    CompletableFuture<QmpEvent> result() {
        return result;
    }

    /** Start the timeout, and notice when the future is cancelled or completed by its user. */
    @SuppressWarnings("FutureReturnValueIgnored") // the stage runs for its effect
    void begin(Deadline deadline, QmpEventListener listener, Supplier<QmpTimeoutException> late) {
        if (client != null) {
            timer = client.delivery().at(deadline, () -> {
                if (!result.isDone()) { // also if the event is here, but the user's executor does not deliver it
                    result.completeExceptionally(late.get().of(client.name()));
                }
            });
        }
        result.whenComplete((event, failure) -> {
            listener.giveUp(this);
            Future<?> running = timer;
            if (running != null) {
                running.cancel(false);
            }
        });
    }

    /** Return the action that completes it with an event. The event goes back to its listener if the future was completed before. */
    Runnable delivering(QmpEvent event, QmpEventListener listener) {
        Runnable completion = () -> {
            if (!result.complete(event)) {
                listener.putBack(event);
            }
        };
        return client == null ? completion : () -> client.delivery().arrived(completion);
    }

    /** Return the action that completes it with a failure. */
    Runnable failing(QmpException failure) {
        if (client == null) {
            return () -> result.completeExceptionally(failure);
        }
        return () -> client.delivery().ended(() -> result.completeExceptionally(failure.of(client.name())));
    }
}
