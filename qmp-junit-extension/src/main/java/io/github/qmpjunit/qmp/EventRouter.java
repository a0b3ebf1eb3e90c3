package io.github.qmpjunit.qmp;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Hands each event of a client to every listener, in the order of registration. Outlives the client's connections. */
final class EventRouter {

    private final QmpClient client;
    /** How much of the heap the built-in listener's events may take: a guest decides how many it sends. */
    private static final long MOST_BYTES =
            Math.min(64L << 20, Runtime.getRuntime().maxMemory() / 16);

    private final QmpEventListener all = new QmpEventListener().keepAtMostBytes(MOST_BYTES);
    private final ObservedState observed = new ObservedState();

    /** Guards the fields below. Held while an event is handed out, so that a listener joins between two events, never within one. */
    private final ReentrantLock lock = new ReentrantLock();

    private final List<QmpEventListener> listeners =
            new CopyOnWriteArrayList<>(); // a filter may remove its own listener

    private final EventRates rates = new EventRates();

    private long sequence;
    private EventMark begun = new EventMark(0, Instant.now());
    private volatile @Nullable QmpException ended;

    EventRouter(QmpClient client) {
        this.client = client;
    }

    /** Register the built-in listener. Not in the constructor, since the client is not complete there. */
    void start() {
        register(all);
    }

    QmpEventListener all() {
        return all;
    }

    EventMark mark() {
        lock.lock();
        try {
            return new EventMark(sequence, Instant.now());
        } finally {
            lock.unlock();
        }
    }

    /** Take note that the server sends us events from now on: it has accepted the negotiation. */
    void sessionBegins() {
        lock.lock();
        try {
            rates.sessionBegins(System.nanoTime());
        } finally {
            lock.unlock();
        }
    }

    /** Return how long from now on the server may still hold back an event of these names. */
    Duration holdBack(Set<String> names, @Nullable QmpVersion version) {
        lock.lock();
        try {
            return rates.holdBack(names, version, System.nanoTime());
        } finally {
            lock.unlock();
        }
    }

    void beginAnew() {
        lock.lock();
        try {
            begun = mark();
        } finally {
            lock.unlock();
        }
    }

    EventMark begunAt() {
        lock.lock();
        try {
            return begun;
        } finally {
            lock.unlock();
        }
    }

    ObservedState observed() {
        return observed;
    }

    void dispatch(JsonNode message, long nanoTime) {
        lock.lock();
        try {
            QmpEvent event = new QmpEvent(message, ++sequence, nanoTime);
            observed.observe(event);
            rates.observe(event);
            for (QmpEventListener listener : listeners) {
                listener.offer(event);
            }
        } finally {
            lock.unlock();
        }
    }

    void register(QmpEventListener listener) {
        lock.lock();
        try {
            listener.registered(client, ended);
            listeners.add(listener);
            if (ended != null) { // meanwhile, without the lock
                listener.connectionChanged(ended);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Register a listener, and first give it all past events. */
    void registerWithHistory(QmpEventListener listener) {
        lock.lock();
        try {
            register(listener);
            all.history().stream().filter(begun::isBefore).forEach(listener::offer);
        } finally {
            lock.unlock();
        }
    }

    @SuppressWarnings("ReferenceEquality") // this very listener
    void remove(QmpEventListener listener) {
        lock.lock();
        try {
            if (listener == all) {
                throw new QmpListenerException(
                        "Cannot remove the built-in listener of client \"%s\"".formatted(client.name()), null);
            }
            if (!listeners.remove(listener)) {
                throw new QmpListenerException(
                        "Cannot remove this listener (%s): it is not registered with client \"%s\""
                                .formatted(listener.filter(), client.name()),
                        null);
            }
            listener.removed();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Tell all listeners that there is a new connection ({@code null}), or why the connection has ended. Works without the lock, since a
     * filter that blocks can hold it for ever, and waiters must be released even then.
     */
    void connectionChanged(@Nullable QmpException end) {
        ended = end;
        if (end == null) {
            observed.reset();
            rates.reset();
        }
        Despite.errors(listeners, end, QmpEventListener::connectionChanged);
    }
}
