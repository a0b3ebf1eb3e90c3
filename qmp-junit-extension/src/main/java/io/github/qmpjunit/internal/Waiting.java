package io.github.qmpjunit.internal;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.apiguardian.api.API;

/**
 * Knows what a thread waits for, so that a timeout or a progress line can explain why a test takes so long.
 *
 * <p>A method that waits announces the wait and withdraws it afterwards:
 *
 * <pre>{@code
 * Waiting before = Waiting.begin(() -> "the end of job " + id);
 * try { ... } finally { before.end(); }
 * }</pre>
 *
 * <p>Thread-safe. It costs less than a microsecond: the words are found only on demand.
 */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public final class Waiting {

    private static final Map<Thread, Waiting> NOW = new ConcurrentHashMap<>();

    private final Supplier<String> what;
    private final long since = System.nanoTime();

    private Waiting(Supplier<String> what) {
        this.what = what;
    }

    /**
     * Say what the current thread waits for from now on. Within another wait it changes nothing: the outermost one is what the test
     * waits for, the ones inside are commands of the library's own.
     *
     * @param what finds the words, perhaps on another thread; without a verb: {@code "the reply to query-status"}
     * @return ends it
     */
    public static Waiting begin(Supplier<String> what) {
        Waiting waiting = new Waiting(what);
        NOW.putIfAbsent(Thread.currentThread(), waiting);
        return waiting;
    }

    /** Say that the current thread does not wait for this any more. */
    public void end() {
        NOW.remove(Thread.currentThread(), this);
    }

    /**
     * Return what a thread waits for: the outermost wait, which is what the test has asked for; what that consists of is ours.
     *
     * @param thread the thread
     * @return what it waits for; empty if it does not wait, or has not said for what
     */
    public static Optional<String> of(Thread thread) {
        return Optional.ofNullable(NOW.get(thread)).map(Waiting::describe);
    }

    private String describe() {
        return "%s, for %s now".formatted(what.get(), Deadline.format(Duration.ofNanos(System.nanoTime() - since)));
    }
}
