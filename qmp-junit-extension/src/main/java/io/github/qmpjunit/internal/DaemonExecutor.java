package io.github.qmpjunit.internal;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apiguardian.api.API;

/** Runs actions in their order on one daemon thread, which is there only while there is something to do. */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public final class DaemonExecutor implements Executor {

    private final ThreadPoolExecutor pool;

    /**
     * Create an executor without a thread; it starts one when there is work.
     *
     * @param threadName the thread's name
     */
    public DaemonExecutor(String threadName) {
        pool = new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            Thread thread = new Thread(task, threadName);
            thread.setDaemon(true);
            return thread;
        });
        pool.allowCoreThreadTimeOut(true);
    }

    @Override
    public void execute(Runnable action) {
        pool.execute(action);
    }
}
