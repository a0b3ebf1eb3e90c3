package io.github.qmpjunit.qmp;

import io.github.qmpjunit.internal.DaemonThreads;
import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.internal.Timer;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Runs user code: callbacks and the stages of futures. Never on the reader's thread, and never on the timer's.
 *
 * <p>Messages are delivered by the executor that the user has chosen, by default on a thread that nothing else uses meanwhile. A timeout
 * and the end of a connection always take such a thread, so that they release all waiters even if the chosen executor is blocked.
 */
final class Delivery {

    private final DaemonThreads own;
    private final Executor executor;

    Delivery(String clientName, @Nullable Executor chosen) {
        this.own = new DaemonThreads("qmp-callbacks-" + clientName);
        this.executor = chosen == null ? own : chosen;
    }

    /** Run an action that delivers a message. */
    void arrived(Runnable action) {
        try {
            executor.execute(action);
        } catch (RejectedExecutionException e) { // the user has shut it down, but no waiter may be left behind
            own.execute(action);
        }
    }

    /** Run an action that releases waiters. */
    void ended(Runnable action) {
        own.execute(action);
    }

    /** Run an action that releases waiters at a deadline. */
    Future<?> at(Deadline deadline, Runnable action) {
        return Timer.at(deadline, () -> own.execute(action));
    }

    /** Return an executor that runs its actions in order, one at a time, on the same threads as {@link #arrived}. */
    Executor inTurn() {
        return new InTurn();
    }

    private final class InTurn implements Executor {

        /** Guards the two fields below; never held while an action runs. */
        private final ReentrantLock lock = new ReentrantLock();

        private final Queue<Runnable> waiting = new ArrayDeque<>();
        private boolean running;

        @Override
        public void execute(Runnable action) {
            lock.lock();
            try {
                waiting.add(action);
                if (running) {
                    return;
                }
                running = true;
            } finally {
                lock.unlock();
            }
            arrived(this::runAll);
        }

        private void runAll() {
            for (Runnable action = next(); action != null; action = next()) {
                action.run();
            }
        }

        private @Nullable Runnable next() {
            lock.lock();
            try {
                Runnable action = waiting.poll();
                running = action != null;
                return action;
            } finally {
                lock.unlock();
            }
        }
    }
}
