package io.github.qmpjunit.qemu.probe;

import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.qemu.process.QemuException;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Remembers what was found out about a thing. Who asks while a probe is under way waits for that one; what a probe cannot find out
 * is not remembered, so that the next one who asks tries again.
 *
 * <p>A probe runs on a thread of its own: the interrupt of one who waits must not spoil it for the others. Thread-safe.
 */
final class ProbeCache<V> {

    private final ConcurrentMap<String, Probe<V>> probes = new ConcurrentHashMap<>();
    private final Duration patience;

    /**
     * @param patience how long one who asks waits at most
     */
    ProbeCache(Duration patience) {
        this.patience = patience;
    }

    /**
     * Return what is known, or find it out.
     *
     * @param key tells things apart
     * @param question what is to be found out, in words that follow "Cannot find out"
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
            } catch (Throwable e) { // handed to all who wait
                failure = e;
                forget.run();
            } finally {
                done.countDown();
            }
        }

        V await(String question, Duration patience) {
            try {
                if (!done.await(patience.toNanos(), TimeUnit.NANOSECONDS)) {
                    throw new QemuException(
                            "Cannot find out %s: no answer within %s".formatted(question, Deadline.format(patience)),
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
