package io.github.qmpjunit.internal;

import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apiguardian.api.API;

/** Runs each action at once, on a daemon thread that no other action uses meanwhile. So one that blocks delays no other. */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public final class DaemonThreads implements Executor {

    private final ThreadPoolExecutor pool;

    public DaemonThreads(String threadName) {
        pool = new ThreadPoolExecutor(0, Integer.MAX_VALUE, 1, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
            Thread thread = new Thread(task, threadName);
            thread.setDaemon(true);
            return thread;
        });
    }

    @Override
    public void execute(Runnable action) {
        pool.execute(action);
    }
}
