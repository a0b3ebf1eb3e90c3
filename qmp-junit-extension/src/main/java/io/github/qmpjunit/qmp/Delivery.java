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
 * Where a user's code runs: callbacks, and what hangs on futures. Never on the reader's thread and never on the timer's.
 *
 * <p>What arrives is delivered by the executor that the user has chosen, or else on a thread that nothing else uses meanwhile. A
 * timeout and the end of a connection always take such a thread: they free whoever waits, even when the chosen executor is blocked.
 */
final class Delivery {

    private final DaemonThreads own;
    private final Executor executor;

    Delivery(String clientName, @Nullable Executor chosen) {
        this.own = new DaemonThreads("qmp-callbacks-" + clientName);
        this.executor = chosen == null ? own : chosen;
    }

    /** Run what delivers something that has arrived. */
    void arrived(Runnable action) {
        try {
            executor.execute(action);
        } catch (RejectedExecutionException e) { // the user has shut it down; nobody may be left waiting
            own.execute(action);
        }
    }

    /** Run what frees whoever waits. */
    void ended(Runnable action) {
        own.execute(action);
    }

    /** Run, at a deadline, what frees whoever waits. */
    Future<?> at(Deadline deadline, Runnable action) {
        return Timer.at(deadline, () -> own.execute(action));
    }

    /** Return an executor that runs its actions in their order, one at a time, in the same places as {@link #arrived}. */
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
