package io.github.qmpjunit.qmp;

import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.internal.Waiting;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * A queue of the events that a client receives after the listener was registered: filtered, and in order of arrival.
 *
 * <pre>{@code
 * try (QmpEventListener runState = qmp.listen(STOP, RESUME)) {
 *     qmp.execute("stop");
 *     assertThat(runState.next(SOON).name()).isEqualTo("STOP");
 *
 *     qmp.execute("cont");
 *     assertThat(runState.next(SOON).name()).isEqualTo("RESUME");
 * }
 * }</pre>
 *
 * <p>Each listener has its own queue: an event that is taken from one listener stays in all others. Within one listener,
 * only one taker gets an event. The history keeps every accepted event, taken or not, even after {@link #clear()}, removal and reconnects.
 *
 * <p>When the connection ends, events that have arrived can still be taken. A wait for further events ends at once with the reason.
 *
 * <p>Thread-safe. Subclasses may override {@link #accepts}.
 */
@API(status = API.Status.MAINTAINED, since = "0.1.0")
public class QmpEventListener implements AutoCloseable {

    /** How much of the heap the events of one listener can take before it stops: a guest decides how many it sends. */
    private static final long MOST_UNTAKEN_BYTES = Runtime.getRuntime().maxMemory() / 4;

    private final EventMatcher filter;

    /*
     * The lock guards all fields below. The client's reader thread takes it to add an event. No thread holds it while it
     * waits, no other lock is taken under it, and no user code runs under it: matchers and filters are called without it.
     */
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<QmpEvent> queue = new ArrayDeque<>();
    private final Deque<QmpEvent> history = new ArrayDeque<>();
    private int mostKept = Integer.MAX_VALUE;
    private long mostBytes = MOST_UNTAKEN_BYTES;
    private boolean mayDropUntaken;
    private long missed;
    private long historyBytes;
    private long dropped;
    private long forgotten;
    private @Nullable QmpClient client;
    private long removals;
    private long putBacks;
    private @Nullable QmpException ended;
    private @Nullable Throwable filterFailure;
    private final Deque<EventFuture> futures = new ArrayDeque<>();

    /** Create a listener for every event. It receives events after {@link QmpClient#register}. */
    public QmpEventListener() {
        this(EventMatcher.anyEvent());
    }

    /**
     * Create a listener. It hears nothing before {@link QmpClient#register}.
     *
     * @param filter which events it accepts
     */
    public QmpEventListener(EventMatcher filter) {
        this.filter = filter;
    }

    /**
     * Create a listener. It hears nothing before {@link QmpClient#register}.
     *
     * @param filter which events it accepts
     * @return the listener
     */
    public static QmpEventListener of(EventMatcher filter) {
        return new QmpEventListener(filter);
    }

    /**
     * Bound the memory of this listener: its queue and its history keep only the latest events. Dropped events are
     * counted. By default the history of a listener keeps as many events as fit into a quarter of the heap. No event leaves its queue
     * untaken: if those in the queue alone reach that size, the listener stops, and its waits fail with {@link QmpListenerException} until
     * it is {@linkplain #clear() cleared}. A client's built-in listener keeps as many as fit into a sixteenth of the heap, at most 64 MiB;
     * this method replaces either bound.
     *
     * @param events how many events to keep, at least 1
     * @return this
     */
    public QmpEventListener keepAtMost(int events) {
        if (events < 1) {
            throw new IllegalArgumentException("A listener keeps at least 1 event, but was told to keep " + events);
        }
        lock.lock();
        try {
            mostKept = events;
            mostBytes = Long.MAX_VALUE;
            mayDropUntaken = true;
            dropExcess();
            return this;
        } finally {
            lock.unlock();
        }
    }

    /** Bound the memory by the size of the events. An event that is larger than the bound is kept alone. */
    QmpEventListener keepAtMostBytes(long bytes) {
        lock.lock();
        try {
            mostBytes = bytes;
            mayDropUntaken = true;
            dropExcess();
            return this;
        } finally {
            lock.unlock();
        }
    }

    /** Use another listener's bound. */
    QmpEventListener keepAsMuchAs(QmpEventListener other) {
        int events;
        long bytes;
        other.lock.lock();
        try {
            events = other.mostKept;
            bytes = other.mostBytes;
        } finally {
            other.lock.unlock();
        }
        return keepAtMost(events).keepAtMostBytes(bytes);
    }

    /** {@return how many events the history has dropped because of {@link #keepAtMost} or the built-in listener's bound} */
    public long forgotten() {
        lock.lock();
        try {
            return forgotten;
        } finally {
            lock.unlock();
        }
    }

    /** {@return how many events the queue has dropped before they were taken, because of {@link #keepAtMost}} */
    public long dropped() {
        lock.lock();
        try {
            return dropped;
        } finally {
            lock.unlock();
        }
    }

    private void dropExcess() {
        while (queue.size() > mostKept) {
            queue.removeFirst();
            dropped++;
        }
        while (history.size() > mostKept || (historyBytes > mostBytes && history.size() > 1)) {
            QmpEvent oldest = history.getFirst();
            if (!mayDropUntaken && !queue.isEmpty() && queue.getFirst().sequence() <= oldest.sequence()) {
                return; // the listener stops with its next event
            }
            history.removeFirst();
            historyBytes -= oldest.weight();
            forgotten++;
            while (!queue.isEmpty() && queue.getFirst().sequence() <= oldest.sequence()) {
                queue.removeFirst();
                dropped++;
            }
        }
    }

    /**
     * Return whether this listener puts an event into its queue. Called on the thread that reads from the connection: it
     * must be quick and must not execute commands. If it throws, all waits on this listener report that; other listeners are not affected.
     *
     * @param event the event that has arrived
     * @return whether to keep it
     */
    protected boolean accepts(QmpEvent event) {
        return filter.matches(event);
    }

    /**
     * Wait for the next event and take it.
     *
     * @param timeout how long to wait at most
     * @return the oldest event not yet taken
     * @throws QmpTimeoutException if none arrives in time
     * @throws QmpDisconnectedException if the connection has ended and nothing is left
     * @throws QmpListenerException if the listener is not registered, or its filter has thrown
     * @throws QmpInterruptedException if the thread is interrupted
     */
    public QmpEvent next(Duration timeout) {
        return next(EventMatcher.anyEvent(), timeout);
    }

    /**
     * Wait for the next event that matches and take it. Events that do not match stay for the next taker.
     *
     * @param matcher which event is meant
     * @param timeout how long to wait at most
     * @return the oldest matching event not yet taken
     * @throws QmpTimeoutException if none arrives in time
     * @throws QmpDisconnectedException if the connection has ended and no matching event is left
     * @throws QmpListenerException if the listener is not registered, its filter has thrown, or the matcher throws
     * @throws QmpInterruptedException if the thread is interrupted
     */
    public QmpEvent next(EventMatcher matcher, Duration timeout) {
        QmpClient hears = client();
        String hearing = hears == null ? "" : hears.name();
        ReaderThread.refuse(hearing, "wait for " + matcher);
        try {
            return await(matcher, Deadline.in(timeout));
        } catch (QmpException e) {
            throw hears == null ? e : e.of(hearing);
        }
    }

    /**
     * Wait for the next event of a type and take it, as {@link #next(EventMatcher, Duration)} does.
     *
     * @param <T> the Java type of the event's data
     * @param type the event's type
     * @param timeout how long to wait at most
     * @return the data of the oldest event of that type not yet taken
     * @throws QmpProtocolException if the data does not have the form that the type describes; the event has been taken
     */
    public <T> T next(TypedEventType<T> type, Duration timeout) {
        return next(EventMatcher.event(type), timeout).as(type);
    }

    private QmpEvent await(EventMatcher matcher, Deadline deadline) {
        Waiting waiting = Waiting.step(matcher::toString);
        try {
            Search search = new Search(matcher);
            long removalsBefore = removals();
            while (true) {
                requireRegisteredSince(removalsBefore);
                QmpEvent event = search.take();
                if (event != null) {
                    waiting.fulfilled(event.toString());
                    return event;
                }
                awaitMoreThan(search, deadline);
            }
        } finally {
            waiting.end();
        }
    }

    private void requireRegisteredSince(long removalsBefore) {
        if (removals() != removalsBefore) {
            throw new QmpListenerException(
                    "This listener (%s) was removed while its next event was awaited".formatted(filter), null);
        }
    }

    /** Wait until there is something that a search has not seen, and tell why not if nothing can come. */
    private void awaitMoreThan(Search search, Deadline deadline) {
        lock.lock();
        try {
            if (search.hasSeenAll()) {
                throwIfNothingCanCome();
                if (deadline.isOver()) {
                    throw notInTime(search.matcher, deadline);
                }
                await(deadline);
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Return a future for the next event that matches. Several such events can be gathered:
     *
     * <pre>{@code
     * var stopped = listener.nextAsync(event(STOP), SOON);
     * var resumed = listener.nextAsync(event(RESUME), SOON);
     * }</pre>
     *
     * <p>The stages of the future run on the {@link QmpClientBuilder#executor}. Cancelling it leaves the event to other takers. Do not wait
     * for the future in a test: on JUnit's fork-join pool that starts further tests, see {@link #next(EventMatcher, Duration)} instead.
     * The matcher is called as {@link #accepts} is: it must be quick and must not execute commands.
     *
     * @param matcher which event is meant
     * @param timeout how long to wait at most
     * @return the oldest matching event not yet taken; fails with what {@link #next(EventMatcher, Duration)} throws
     */
    public CompletableFuture<QmpEvent> nextAsync(EventMatcher matcher, Duration timeout) {
        Deadline deadline = Deadline.in(timeout);
        EventFuture future = new EventFuture(matcher, client());
        boolean begun = false;
        try {
            enqueue(future);
            if (future.isSettled() && !future.isUnderWay()) {
                future.deliver(this);
            }
            future.begin(deadline, this, () -> notInTime(matcher, deadline));
            begun = true;
            return future.result();
        } finally {
            if (!begun) { // for want of memory or of a thread
                future.result().cancel(false);
                giveUp(future);
            }
        }
    }

    /** Let a future wait for its event, or settle it if it need not. */
    private void enqueue(EventFuture future) {
        try {
            Search search = new Search(future.matcher());
            while (true) {
                QmpEvent event = search.take();
                if (event != null) {
                    future.settle(event, null);
                    return;
                }
                lock.lock();
                try {
                    if (search.hasSeenAll()) {
                        throwIfNothingCanCome();
                        futures.addLast(future);
                        return;
                    }
                } finally {
                    lock.unlock();
                }
            }
        } catch (QmpException e) {
            future.settle(null, e);
        }
    }

    /** Return the exception of a wait whose time is up: the connection's end, if it has ended. */
    private QmpException notInTime(EventMatcher matcher, Deadline deadline) {
        lock.lock();
        try {
            QmpException end = client == null ? null : client.endSoFar();
            if (client != null && end != null) {
                return noFurtherEvent(client, end);
            }
            return new QmpTimeoutException(
                    "Waited %s in vain for %s; the listener has heard %s events%s"
                            .formatted(
                                    Deadline.formatTimeout(deadline.timeout()),
                                    matcher,
                                    history.size(),
                                    forgotten == 0 ? "" : " and dropped %s before".formatted(forgotten)),
                    deadline.timeout());
        } finally {
            lock.unlock();
        }
    }

    /** {@return the oldest event not yet taken, and take it; empty if the queue is empty} */
    public Optional<QmpEvent> poll() {
        return poll(EventMatcher.anyEvent());
    }

    /**
     * Take the oldest event that matches, without waiting.
     *
     * @param matcher which event is meant
     * @return the event; empty if no event in the queue matches
     */
    public Optional<QmpEvent> poll(EventMatcher matcher) {
        return Optional.ofNullable(new Search(matcher).take());
    }

    /**
     * Put a taken event back to its place in the queue, unless it is there already.
     *
     * @param event an event that was taken from this listener
     */
    public void putBack(QmpEvent event) {
        if (pending().stream().noneMatch(there -> there.sequence() == event.sequence())) {
            giveToFutureOr(event, () -> insert(event));
        }
    }

    /** Put an event into its place in the queue; with the lock. */
    private void insert(QmpEvent event) {
        Deque<QmpEvent> later = new ArrayDeque<>();
        while (!queue.isEmpty() && queue.getLast().sequence() > event.sequence()) {
            later.addFirst(queue.removeLast());
        }
        queue.addLast(event);
        queue.addAll(later);
        putBacks++;
    }

    /** {@return whether there is no event to take now} */
    public boolean isEmpty() {
        lock.lock();
        try {
            return queue.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** {@return the events in the queue, oldest first, without taking them} */
    public List<QmpEvent> pending() {
        lock.lock();
        try {
            return List.copyOf(queue);
        } finally {
            lock.unlock();
        }
    }

    /** {@return the events that were in the queue, and empty the queue; the history keeps them} */
    public List<QmpEvent> clear() {
        lock.lock();
        try {
            List<QmpEvent> cleared = List.copyOf(queue);
            queue.clear();
            missed = 0;
            filterFailure = null;
            return cleared;
        } finally {
            lock.unlock();
        }
    }

    /** Empty the queue and the history. */
    void forget() {
        lock.lock();
        try {
            queue.clear();
            history.clear();
            historyBytes = 0;
            missed = 0;
            filterFailure = null;
            dropped = 0;
            forgotten = 0;
        } finally {
            lock.unlock();
        }
    }

    /**
     * {@return every event that this listener has accepted, in order of arrival; without the oldest events
     * if {@link #keepAtMost} bounds it}
     */
    public List<QmpEvent> history() {
        lock.lock();
        try {
            return List.copyOf(history);
        } finally {
            lock.unlock();
        }
    }

    /** {@return the client whose events this listener hears; empty if it is not registered with one} */
    public Optional<QmpClient> registeredWith() {
        return Optional.ofNullable(client());
    }

    /** {@return the filter of this listener} */
    public EventMatcher filter() {
        return filter;
    }

    /**
     * Return the events to iterate over as they arrive: {@code for (QmpEvent event : listener.arriving())}.
     *
     * <p>The iterator takes each event. It waits for the next event without a limit. The iteration ends when the listener is removed or
     * the connection ends. Several iterators share the queue, as all takers do.
     *
     * @return the events to come; each call of {@code iterator()} begins with the oldest event not yet taken
     */
    public Iterable<QmpEvent> arriving() {
        return Arriving::new;
    }

    /**
     * Return a sequential stream of the events as they arrive. It waits and ends as {@link #arriving()} does, and need not be closed.
     *
     * @return the stream
     */
    public Stream<QmpEvent> stream() {
        return StreamSupport.stream(arriving().spliterator(), false);
    }

    /** Remove this listener from its client, if it is registered. Its queue is cleared. */
    @Override
    public void close() {
        QmpClient registeredWith = client();
        if (registeredWith != null) {
            registeredWith.remove(this);
        }
    }

    /** Note the client whose events this listener receives from now on. */
    void registered(QmpClient with, @Nullable QmpException connectionEnd) {
        lock.lock();
        try {
            if (client != null) {
                throw new QmpListenerException(
                        "Cannot register this listener (%s) with client \"%s\": it is registered with client \"%s\" already"
                                .formatted(filter, with.name(), client.name()),
                        null);
            }
            client = with;
            ended = connectionEnd;
        } finally {
            lock.unlock();
        }
    }

    void removed() {
        lock.lock();
        try {
            client = null;
            removals++;
            queue.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        failFutures();
    }

    /** Add the event if it is accepted; on the reader thread. */
    void offer(QmpEvent event) {
        boolean accepted = false;
        Throwable failure = null;
        try {
            accepted = accepts(event); // without the lock: takers must not wait for a filter that blocks
        } catch (Throwable e) { // the connection survives anything that a user's filter throws
            failure = e;
        }
        if (accepted && isStopped()) {
            failFutures();
        } else if (accepted) {
            remember(event);
            giveToFutureOr(event, () -> queue.addLast(event));
        } else if (failure != null) {
            filterHasThrown(failure);
        }
    }

    /** Return whether so many events are untaken that this one must be dropped. */
    private boolean isStopped() {
        lock.lock();
        try {
            if (missed == 0 && (mayDropUntaken || historyBytes <= mostBytes || history.size() <= 1)) {
                return false;
            }
            missed++;
            changed.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void remember(QmpEvent event) {
        lock.lock();
        try {
            history.addLast(event);
            historyBytes += event.weight();
            dropExcess();
        } finally {
            lock.unlock();
        }
    }

    /** Let the first future have the event that wants it; if none does, not even one that was made meanwhile, the others may have it. */
    private void giveToFutureOr(QmpEvent event, Runnable queueing) {
        Set<EventFuture> asked = new HashSet<>();
        while (true) {
            List<EventFuture> unasked;
            lock.lock();
            try {
                unasked = futures.stream()
                        .filter(future -> !future.isSettled() && asked.add(future))
                        .toList();
                if (unasked.isEmpty()) {
                    queueing.run();
                    dropExcess();
                    changed.signalAll();
                    return;
                }
            } finally {
                lock.unlock();
            }
            for (EventFuture future : unasked) {
                if (isWantedBy(future, event)) {
                    future.deliver(this);
                    return;
                }
            }
        }
    }

    private void filterHasThrown(Throwable failure) {
        lock.lock();
        try {
            filterFailure = failure;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        failFutures();
    }

    /** Return whether a future, if it still waits, has waited for this event. It waits no longer then, nor if its matcher has thrown. */
    private boolean isWantedBy(EventFuture future, QmpEvent event) {
        try {
            return matches(future.matcher(), event) && isSettled(future, event, null);
        } catch (Throwable e) { // whatever a user's matcher throws, the connection lives on
            QmpException told = e instanceof QmpException known ? known : matcherHasThrown(future.matcher(), event, e);
            if (isSettled(future, null, told)) {
                future.deliver(this);
            }
            return false;
        }
    }

    /** Settle a future, if it still waits, and return whether that was done. */
    private boolean isSettled(EventFuture future, @Nullable QmpEvent event, @Nullable QmpException reason) {
        lock.lock();
        try {
            return futures.contains(future) && future.settle(event, reason);
        } finally {
            lock.unlock();
        }
    }

    /** Fail all futures if nothing can come any more; complete those that could not be completed before. */
    private void failFutures() {
        List<EventFuture> waiting = List.of();
        boolean over = false;
        lock.lock();
        try {
            waiting = futures.stream().filter(future -> !future.isUnderWay()).toList();
            if (!waiting.isEmpty()) { // else nobody is told of the end
                throwIfNothingCanCome();
            }
        } catch (QmpException e) {
            over = true;
            waiting.forEach(future -> future.settle(null, e));
        } finally {
            lock.unlock();
        }
        if (over) {
            Despite.errors(waiting, this, EventFuture::deliver);
        }
    }

    /** Stop waiting for a future's event: its time is over, or it was cancelled. */
    void giveUp(EventFuture future) {
        lock.lock();
        try {
            futures.remove(future);
        } finally {
            lock.unlock();
        }
        future.undelivered().ifPresent(this::putBack);
    }

    /** Note a new connection ({@code null}), or why the connection has ended. */
    void connectionChanged(@Nullable QmpException end) {
        lock.lock();
        try {
            ended = end;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        failFutures();
    }

    private @Nullable QmpClient client() {
        lock.lock();
        try {
            return client;
        } finally {
            lock.unlock();
        }
    }

    private long removals() {
        lock.lock();
        try {
            return removals;
        } finally {
            lock.unlock();
        }
    }

    /** One taker's look through the queue. Its matcher, which may be a user's code, is asked without the lock. */
    private final class Search {

        private final EventMatcher matcher;
        private long seenUpTo = Long.MIN_VALUE;
        private long putBacksSeen;

        Search(EventMatcher matcher) {
            this.matcher = matcher;
        }

        /** Take the oldest event that matches, of those that it has not seen; {@code null} if there is none. */
        @Nullable
        QmpEvent take() {
            for (List<QmpEvent> events = unseen(); !events.isEmpty(); events = unseen()) {
                for (QmpEvent event : events) {
                    if (matches(matcher, event) && claim(event)) {
                        return event;
                    }
                }
            }
            return null;
        }

        private List<QmpEvent> unseen() {
            lock.lock();
            try {
                if (hasSeenAll()) {
                    return List.of();
                }
                if (putBacksSeen != putBacks) {
                    putBacksSeen = putBacks;
                    seenUpTo = Long.MIN_VALUE;
                }
                Deque<QmpEvent> events = new ArrayDeque<>();
                for (Iterator<QmpEvent> youngest = queue.descendingIterator(); youngest.hasNext(); ) {
                    QmpEvent event = youngest.next();
                    if (event.sequence() <= seenUpTo) {
                        break;
                    }
                    events.addFirst(event);
                }
                if (!events.isEmpty()) {
                    seenUpTo = events.getLast().sequence();
                }
                return List.copyOf(events);
            } finally {
                lock.unlock();
            }
        }

        /** Return whether nothing is in the queue that it has not seen; with the lock. */
        boolean hasSeenAll() {
            return putBacksSeen == putBacks
                    && (queue.isEmpty() || queue.getLast().sequence() <= seenUpTo);
        }
    }

    /** Take an event out of the queue; return whether it was still there. */
    @SuppressWarnings("ReferenceEquality") // this very event
    private boolean claim(QmpEvent event) {
        lock.lock();
        try {
            for (Iterator<QmpEvent> events = queue.iterator(); events.hasNext(); ) {
                if (events.next() == event) {
                    events.remove();
                    return true;
                }
            }
            return false;
        } finally {
            lock.unlock();
        }
    }

    private static boolean matches(EventMatcher matcher, QmpEvent event) {
        try {
            return matcher.matches(event);
        } catch (RuntimeException e) {
            throw matcherHasThrown(matcher, event, e);
        }
    }

    private static QmpListenerException matcherHasThrown(EventMatcher matcher, QmpEvent event, Throwable failure) {
        return new QmpListenerException(
                "The matcher \"%s\" has thrown on %s: %s".formatted(matcher, event, failure), failure);
    }

    private void throwIfNothingCanCome() {
        if (missed > 0) {
            throw new QmpListenerException(
                    "This listener (%s) has stopped, and has missed %s events since: nobody takes its events, and the %s in its queue fill a quarter of the heap. Take them, narrow its filter, or bound it with keepAtMost(...); clear() starts it again"
                            .formatted(filter, missed, queue.size()),
                    null);
        }
        if (filterFailure instanceof OutOfMemoryError) {
            throw new QmpListenerException(
                    "This listener (%s) has lost an event, since the heap is full; bound it with keepAtMost(...), or enlarge the heap with -Xmx"
                            .formatted(filter),
                    filterFailure);
        }
        if (filterFailure != null) {
            throw new QmpListenerException(
                    "This listener's filter (%s) has thrown: %s".formatted(filter, filterFailure), filterFailure);
        }
        if (client == null) {
            throw new QmpListenerException(
                    "No event can arrive: this listener (%s) is not registered with a client; call register(listener) or"
                                    .formatted(filter)
                            + " listen(...) first",
                    null);
        }
        if (ended != null) {
            throw noFurtherEvent(client, ended);
        }
    }

    private static QmpException noFurtherEvent(QmpClient client, QmpException end) {
        client.endIsTold();
        return new QmpDisconnectedException("No further event can arrive: " + end.getMessage(), end);
    }

    /** Wait for a change, the deadline, or the time to see whether the reader lives. Always a timed wait, see {@link PendingReply}. */
    @SuppressWarnings("WaitNotInLoop") // the callers loop
    private void await(Deadline deadline) {
        try {
            changed.awaitNanos(Math.min(deadline.remainingNanos(), QmpSession.LIFE_SIGN_NANOS));
            if (ended == null && client != null) {
                ended = client.knownEnd(); // the events before it are searched once more
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QmpInterruptedException("The thread was interrupted while it waited for an event", e);
        }
    }

    /** {@return the filter and the number of events} */
    @Override
    public String toString() {
        lock.lock();
        try {
            return "Listener for %s (%s events heard, %s of them not taken)"
                    .formatted(filter, history.size(), queue.size());
        } finally {
            lock.unlock();
        }
    }

    /** Waits in {@link #hasNext}. Two iterators share the queue, as all takers do. */
    private final class Arriving implements Iterator<QmpEvent> {

        private final long removalsBefore = removals();
        private @Nullable QmpEvent found;

        @Override
        public boolean hasNext() {
            ReaderThread.refuse("", "wait for events");
            lock.lock();
            try {
                while (found == null) {
                    if (removals != removalsBefore) {
                        return false; // it may be registered again, but those events are for another iteration
                    }
                    found = queue.poll();
                    if (found == null) {
                        if (filterFailure != null) {
                            throwIfNothingCanCome();
                        }
                        if (client == null || ended != null) {
                            return false;
                        }
                        await(Deadline.in(Duration.ofMinutes(1)));
                    }
                }
                return true;
            } finally {
                lock.unlock();
            }
        }

        @Override
        public QmpEvent next() {
            if (!hasNext()) {
                throw new NoSuchElementException("The listener is removed, or its connection has ended");
            }
            QmpEvent event = found;
            found = null;
            return Objects.requireNonNull(event);
        }
    }
}
