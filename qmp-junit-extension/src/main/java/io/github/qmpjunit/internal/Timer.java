package io.github.qmpjunit.internal;

import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Runs actions at a later time, on one daemon thread for the whole JVM, which is there only while something is scheduled.
 *
 * <p>Not {@code CompletableFuture.orTimeout}: its thread also runs what users hang on their own futures, so it can be blocked.
 * Thread-safe.
 */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public final class Timer {

    private static final long RESPITE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private static final ScheduledThreadPoolExecutor THREAD = thread();

    private Timer() {}

    private static ScheduledThreadPoolExecutor thread() {
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "qmp-timer");
            thread.setDaemon(true);
            return thread;
        });
        executor.setRemoveOnCancelPolicy(true);
        executor.setKeepAliveTime(1, TimeUnit.SECONDS);
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    /**
     * Run an action when a deadline is over. Where there is no memory or no thread for it then, it is run again a moment later.
     *
     * @param deadline the time
     * @param action must not block and must not call a user's code
     * @return cancels it
     */
    public static Future<?> at(Deadline deadline, Runnable action) {
        Task task = new Task(action);
        Future<?> scheduled = THREAD.scheduleWithFixedDelay(
                task, Math.max(0, deadline.remainingNanos()), RESPITE_NANOS, TimeUnit.NANOSECONDS);
        task.scheduled = scheduled;
        return scheduled;
    }

    /** Runs until the action is done, which is once unless memory is short. To run it again takes no memory. */
    private static final class Task implements Runnable {

        private final Runnable action;
        private volatile @Nullable Future<?> scheduled;
        private boolean done;

        Task(Runnable action) {
            this.action = action;
        }

        @Override
        public void run() {
            if (!done) {
                try {
                    action.run();
                } catch (OutOfMemoryError e) {
                    return;
                }
                done = true;
            }
            Future<?> own = scheduled;
            if (own != null) { // else it is being scheduled just now, and comes here once more
                own.cancel(false);
            }
        }
    }
}
