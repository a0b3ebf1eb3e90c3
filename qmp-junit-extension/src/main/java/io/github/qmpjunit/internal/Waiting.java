package io.github.qmpjunit.internal;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Knows what a thread waits for, so that a timeout or a progress line can explain why a test takes so long. Records steps of a test in
 * its {@link Journal}.
 *
 * <p>A method that waits announces the wait and withdraws it afterwards:
 *
 * <pre>{@code
 * Waiting waiting = Waiting.step(() -> "the end of job " + id);
 * try { ...; waiting.fulfilled(); } finally { waiting.end(); }
 * }</pre>
 *
 * <p>Thread-safe. Without a journal it costs less than a microsecond: the words are found only on demand.
 */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public final class Waiting {

    private static final Map<Thread, Waiting> NOW = new ConcurrentHashMap<>();

    private final Supplier<String> what;
    private final Journal.Kind kind;
    private final @Nullable Journal journal;
    private final Object group;
    private final CallSite site;
    private final long since = System.nanoTime();
    private Journal.Outcome outcome = Journal.Outcome.FAILED; // by the thread that waits
    private String detail = "";
    private volatile boolean working;

    private Waiting(Supplier<String> what, Journal.Kind kind, @Nullable Journal journal, @Nullable Object group) {
        this.what = what;
        this.kind = kind;
        this.journal = journal;
        this.group = group == null ? this : group;
        this.site = journal == null || kind != Journal.Kind.AWAIT ? CallSite.UNKNOWN : CallSite.here();
    }

    /**
     * Say what the current thread waits for from now on. Within another wait it changes nothing: the outermost one is what the test
     * waits for, the ones inside are commands of the library's own.
     *
     * @param what finds the words, perhaps on another thread; without a verb: {@code "the reply to query-status"}
     * @return ends it
     */
    public static Waiting begin(Supplier<String> what) {
        return begin(new Waiting(what, Journal.Kind.AWAIT, null, null));
    }

    /**
     * Say the same of a wait that is a step of the test: unless it is inside of another wait, the journal of the thread takes it down
     * when it ends.
     *
     * @param what finds the words
     * @return ends it
     */
    public static Waiting step(Supplier<String> what) {
        return step(Journal.Kind.AWAIT, null, what);
    }

    /**
     * Say the same of a wait that may be a later part of another one.
     *
     * @param group the same object for all parts of one wait
     * @param what finds the words
     * @return ends it
     */
    public static Waiting stepOf(Object group, Supplier<String> what) {
        return step(Journal.Kind.AWAIT, group, what);
    }

    /**
     * Say the same of a wait of the harness, for other tests.
     *
     * @param what finds the words
     * @return ends it
     */
    public static Waiting queue(Supplier<String> what) {
        return step(Journal.Kind.QUEUE, null, what);
    }

    private static Waiting step(Journal.Kind kind, @Nullable Object group, Supplier<String> what) {
        Journal journal = NOW.containsKey(Thread.currentThread()) ? null : Journal.current();
        return begin(new Waiting(what, kind, journal, group));
    }

    private static Waiting begin(Waiting waiting) {
        NOW.putIfAbsent(Thread.currentThread(), waiting);
        return waiting;
    }

    /**
     * Announce a step during which no other thread may query the machine: the machine itself works.
     *
     * @param what finds the words
     * @return ends it
     */
    public static Waiting work(Supplier<String> what) {
        Waiting waiting = step(what);
        waiting.working = true;
        return waiting;
    }

    /**
     * Return whether a thread only waits, so that its machine can be asked something meanwhile.
     *
     * @param thread the thread
     * @return whether it does
     */
    public static boolean isIdle(Thread thread) {
        Waiting waiting = NOW.get(thread);
        return waiting != null && waiting.journal != null && !waiting.working && waiting.kind == Journal.Kind.AWAIT;
    }

    /** Say that what was awaited has come. */
    public void fulfilled() {
        outcome = Journal.Outcome.DONE;
    }

    /**
     * Say that what was awaited has come.
     *
     * @param unfolded what there is to unfold
     */
    public void fulfilled(String unfolded) {
        outcome = Journal.Outcome.DONE;
        detail = unfolded;
    }

    /** Say that the current thread does not wait for this any more. */
    public void end() {
        NOW.remove(Thread.currentThread(), this);
        if (journal != null) {
            journal.add(step(outcome));
        }
    }

    private Journal.Step step(Journal.Outcome how) {
        return new Journal.Step(kind, what.get(), since, System.nanoTime(), how, detail, site, group);
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

    /** Return the step in which a thread is now. */
    static Optional<Journal.Step> openStepOf(Thread thread) {
        return Optional.ofNullable(NOW.get(thread))
                .filter(waiting -> waiting.journal != null)
                .map(waiting -> waiting.step(Journal.Outcome.OPEN));
    }

    private String describe() {
        return "%s, for %s now".formatted(what.get(), Deadline.format(Duration.ofNanos(System.nanoTime() - since)));
    }
}
