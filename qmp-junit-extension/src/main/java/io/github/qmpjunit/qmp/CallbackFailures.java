package io.github.qmpjunit.qmp;

import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.internal.TerminalText;
import io.github.qmpjunit.secrets.Secrets;
import java.lang.System.Logger.Level;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Collects what a client's callbacks throw. Exceptions are logged. An {@link Error}, for example a failed assertion, is also kept for the
 * test: no code waits for a callback, so it could not fail the test otherwise. Thread-safe.
 */
final class CallbackFailures {

    private static final int MOST_KEPT = 10;

    private final String clientName;

    /** Guards the fields below; never held while a callback runs. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition changed = lock.newCondition();
    private final Set<Thread> running = new HashSet<>();
    private int unfinished;
    private @Nullable AssertionError kept;
    private int count;

    CallbackFailures(String clientName) {
        this.clientName = clientName;
    }

    /** Note that a callback is about to run. */
    void expect() {
        lock.lock();
        try {
            unfinished++;
        } finally {
            lock.unlock();
        }
    }

    /** Run a callback that was announced with {@link #expect()}. */
    void run(String what, Runnable callback) {
        note(running::add, 0);
        try {
            callback.run();
        } catch (Throwable e) {
            add(what, e);
        } finally {
            note(running::remove, 1);
        }
    }

    private void note(Consumer<Thread> change, int finished) {
        lock.lock();
        try {
            change.accept(Thread.currentThread());
            unfinished -= finished;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Keep what a user's code has thrown. */
    void add(String what, Throwable failure) {
        System.getLogger(EventCallback.class.getName()).log(Level.ERROR, TerminalText.message(text(what)), failure);
        if (failure instanceof Error) {
            keep(what, failure);
        }
    }

    private String text(String what) {
        return Secrets.maskObvious("QMP client \"%s\": %s".formatted(clientName, what));
    }

    private void keep(String what, Throwable failure) {
        AssertionError error =
                new AssertionError(TerminalText.message(text(what + ": " + failure.getMessage())), failure);
        lock.lock();
        try {
            if (kept == null) {
                kept = error;
            } else if (count < MOST_KEPT) {
                kept.addSuppressed(error);
            }
            count++;
        } finally {
            lock.unlock();
        }
    }

    /** Return what was kept, once, after the running callbacks have ended or the deadline is over. */
    Optional<AssertionError> take(Deadline deadline) {
        boolean interrupted = false;
        lock.lock();
        try {
            while (unfinished > 0 && !running.contains(Thread.currentThread()) && !deadline.isOver() && !interrupted) {
                try {
                    changed.await(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            AssertionError taken = kept;
            kept = null;
            count = 0;
            return Optional.ofNullable(taken);
        } finally {
            lock.unlock();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
