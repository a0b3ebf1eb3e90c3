package io.github.qmpjunit.internal;

import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apiguardian.api.API;

/**
 * Runs actions at a later time, on one daemon thread for the whole JVM, which is there only while something is scheduled.
 *
 * <p>Not {@code CompletableFuture.orTimeout}: its thread also runs what users hang on their own futures, so it can be blocked.
 * Thread-safe.
 */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public final class Timer {

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
     * Run an action when a deadline is over.
     *
     * @param deadline the time
     * @param action must not block and must not call a user's code
     * @return cancels it
     */
    public static Future<?> at(Deadline deadline, Runnable action) {
        return THREAD.schedule(action, Math.max(0, deadline.remainingNanos()), TimeUnit.NANOSECONDS);
    }
}
