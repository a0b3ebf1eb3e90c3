package io.github.qmpjunit.qmp;

import io.github.qmpjunit.internal.Deadline;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A wait for an event that takes no thread. It stays with its listener until it is completed, so that a delivery that fails for want of memory
 * can be tried again.
 */
final class EventFuture {

    private final EventMatcher matcher;
    private final @Nullable QmpClient client;
    private final CompletableFuture<QmpEvent> result = new CompletableFuture<>();
    private volatile @Nullable Future<?> timer;
    private volatile @Nullable QmpEvent event;
    private volatile @Nullable QmpException failure;
    private volatile boolean underWay;

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
    void begin(Deadline deadline, QmpEventListener listener, Supplier<QmpException> late) {
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

    /** Note the event that it gets, or why it gets none; with its listener's lock. Only the first note counts, which is returned. */
    boolean settle(@Nullable QmpEvent given, @Nullable QmpException reason) {
        if (isSettled()) {
            return false;
        }
        event = given;
        failure = reason;
        return true;
    }

    boolean isSettled() {
        return event != null || failure != null;
    }

    /** Return whether the executor has it, or is just getting it. */
    boolean isUnderWay() {
        return underWay;
    }

    /** Return the event that it has got, but that no executor has taken over. */
    Optional<QmpEvent> undelivered() {
        return underWay ? Optional.empty() : Optional.ofNullable(event);
    }

    /**
     * Have it completed, now that it is settled.
     *
     * @throws OutOfMemoryError if there is no memory or no thread for that; it can be tried again then
     */
    void deliver(QmpEventListener listener) {
        underWay = true;
        boolean delivered = false;
        try {
            QmpEvent given = event;
            QmpException reason = failure;
            if (given != null) {
                deliver(given, listener);
            } else if (reason != null) {
                deliver(reason);
            }
            delivered = true;
        } finally {
            underWay = delivered;
        }
    }

    /** Complete it with an event. The event goes back to its listener if the future was completed before. */
    private void deliver(QmpEvent given, QmpEventListener listener) {
        Runnable completion = () -> {
            if (!result.complete(given)) {
                listener.putBack(given);
            }
        };
        if (client == null) {
            completion.run();
        } else {
            client.delivery().arrived(completion);
        }
    }

    private void deliver(QmpException reason) {
        if (client == null) {
            result.completeExceptionally(reason);
        } else {
            client.delivery().ended(() -> result.completeExceptionally(reason.of(client.name())));
        }
    }
}
