package io.github.qmpjunit.internal;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * What one test has waited for, step by step, for the report on it.
 *
 * <p>The extension binds a journal to the threads on which a test runs. {@link Waiting#step} writes into the journal of its thread, if
 * there is one; so a wait needs no machine and no test to be taken down. Bounded: the oldest steps go first.
 *
 * <p>Thread-safe.
 */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public final class Journal {

    private static final int MOST_STEPS = 2_000;

    private static final Map<Thread, Journal> BOUND = new ConcurrentHashMap<>();

    private final Deque<Step> steps = new ArrayDeque<>(); // guarded by itself
    private long dropped;

    /** What a step is. */
    public enum Kind {
        /** A wait of the test's own code. */
        AWAIT,
        /** A wait of the harness, for other tests. */
        QUEUE,
        /** A machine that is started, or taken over. */
        START,
        /** An earlier test, which has had a shared machine. */
        EARLIER
    }

    /** How a step ended. */
    public enum Outcome {
        /** It has not ended. */
        OPEN,
        /** With what it was meant to end. */
        DONE,
        /** In any other way. */
        FAILED
    }

    /**
     * A step.
     *
     * @param kind what it is
     * @param text what was awaited, or done
     * @param beganNanos when it began, in terms of {@link System#nanoTime()}
     * @param endedNanos when it ended, likewise; where it has not, the moment of the question
     * @param outcome how it ended
     * @param detail what there is to unfold, such as a program's output; empty for nothing
     * @param site where the test's code asked for it
     */
    public record Step(
            Kind kind,
            String text,
            long beganNanos,
            long endedNanos,
            Outcome outcome,
            String detail,
            CallSite site,
            Object group) {}

    /**
     * Let the current thread's steps be written here.
     *
     * @return undoes it; on any thread
     */
    public Runnable bind() {
        Thread thread = Thread.currentThread();
        Journal before = BOUND.put(thread, this);
        return () -> {
            if (before == null) {
                BOUND.remove(thread, this);
            } else {
                BOUND.replace(thread, this, before);
            }
        };
    }

    /** Return the journal of the current thread. */
    static @Nullable Journal current() {
        return BOUND.isEmpty() ? null : BOUND.get(Thread.currentThread());
    }

    /**
     * Add a step. A step of the same group as the last one takes its place, and its beginning: it is the same wait, narrowed.
     *
     * @param step the step
     */
    public void add(Step step) {
        synchronized (steps) {
            Step last = steps.peekLast();
            Step added = step;
            if (last != null && last.group().equals(step.group())) {
                steps.removeLast();
                added = new Step(
                        step.kind(),
                        step.text(),
                        last.beganNanos(),
                        step.endedNanos(),
                        step.outcome(),
                        step.detail(),
                        step.site(),
                        step.group());
            }
            steps.addLast(added);
            if (steps.size() > MOST_STEPS) {
                steps.removeFirst();
                dropped++;
            }
        }
    }

    /**
     * Add a step that has ended.
     *
     * @param kind what it is
     * @param text what was done
     * @param beganNanos when it began
     * @param outcome how it ended
     */
    public void ended(Kind kind, String text, long beganNanos, Outcome outcome) {
        add(new Step(kind, text, beganNanos, System.nanoTime(), outcome, "", CallSite.UNKNOWN, new Object()));
    }

    /** {@return the steps that have ended, in the order of their ends, and those that threads of this journal are in now} */
    public List<Step> steps() {
        List<Step> all;
        synchronized (steps) {
            all = new ArrayList<>(steps);
        }
        BOUND.forEach((thread, journal) -> {
            if (journal == this) {
                Optional<Step> open = Waiting.openStepOf(thread);
                open.ifPresent(all::add);
            }
        });
        return all;
    }

    /** {@return how many steps before those of {@link #steps()} are not kept any more} */
    public long dropped() {
        synchronized (steps) {
            return dropped;
        }
    }
}
