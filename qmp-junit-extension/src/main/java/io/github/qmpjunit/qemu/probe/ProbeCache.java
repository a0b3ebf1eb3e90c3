package io.github.qmpjunit.qemu.probe;

import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.internal.Timeouts;
import io.github.qmpjunit.qemu.process.QemuException;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Caches the results of probes. A caller that asks during a probe waits for its result. A failed probe
 * is not cached, so the next caller tries again.
 *
 * <p>A probe runs on its own thread: an interrupt of one waiting caller must not affect the others. Thread-safe.
 */
final class ProbeCache<V> {

    private final ConcurrentMap<String, Probe<V>> probes = new ConcurrentHashMap<>();
    private final Duration patience;

    /**
     * @param patience how long a caller waits at most
     */
    ProbeCache(Duration patience) {
        this.patience = patience;
    }

    /**
     * Return the cached result, or run the probe.
     *
     * @param key identifies the subject of the probe
     * @param question what the probe finds out, in words that follow "Cannot find out"
     * @throws QemuException if that fails, takes too long, or the thread is interrupted
     */
    V get(String key, String question, Supplier<V> work) {
        Probe<V> mine = new Probe<>();
        Probe<V> earlier = probes.putIfAbsent(key, mine);
        if (earlier != null) {
            return earlier.await(question, patience);
        }
        mine.start(work, () -> probes.remove(key, mine));
        return mine.await(question, patience);
    }

    private static final class Probe<V> {

        private final CountDownLatch done = new CountDownLatch(1);
        private @Nullable V found;
        private @Nullable Throwable failure;

        void start(Supplier<V> work, Runnable forget) {
            boolean started = false;
            try {
                Thread thread = new Thread(() -> run(work, forget), "qmp-junit-probe");
                thread.setDaemon(true);
                thread.start();
                started = true;
            } finally {
                if (!started) {
                    forget.run();
                    done.countDown();
                }
            }
        }

        private void run(Supplier<V> work, Runnable forget) {
            try {
                found = work.get();
            } catch (Throwable e) { // passed to all waiting callers
                failure = e;
                forget.run();
            } finally {
                done.countDown();
            }
        }

        V await(String question, Duration patience) {
            try {
                if (!done.await(Timeouts.current().really(patience).toNanos(), TimeUnit.NANOSECONDS)) {
                    throw new QemuException(
                            "Cannot find out %s: no answer within %s"
                                    .formatted(question, Deadline.formatTimeout(patience)),
                            null);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new QemuException("Cannot find out %s: the thread was interrupted".formatted(question), e);
            }
            V answer = found;
            if (answer == null) {
                Throwable cause = failure;
                throw new QemuException(
                        "Cannot find out %s: %s"
                                .formatted(question, cause == null ? "no thread could be started" : cause.getMessage()),
                        cause);
            }
            return answer;
        }
    }
}
