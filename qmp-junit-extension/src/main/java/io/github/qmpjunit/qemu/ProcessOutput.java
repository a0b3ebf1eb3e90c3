package io.github.qmpjunit.qemu;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * What a process writes, read as it comes by a daemon thread, so that the process never blocks on a full pipe.
 *
 * <p>Thread-safe.
 */
final class ProcessOutput {

    /** In characters. A QEMU that writes more than this is tracing; the end is what explains a failure. */
    private static final int MOST_KEPT = 1 << 20;

    private final StringBuilder text = new StringBuilder();
    private long dropped;
    private final CountDownLatch ended = new CountDownLatch(1);

    ProcessOutput(InputStream stream, String threadName) {
        Thread thread = new Thread(() -> drain(stream), threadName);
        thread.setDaemon(true);
        thread.start();
    }

    private void drain(InputStream stream) {
        char[] buffer = new char[8192];
        try (Reader reader = new InputStreamReader(stream, StandardCharsets.UTF_8)) {
            for (int count = reader.read(buffer); count >= 0; count = reader.read(buffer)) {
                append(buffer, count);
            }
        } catch (IOException e) {
            // The stream is closed with its process: that is its end.
        } finally {
            ended.countDown();
        }
    }

    private synchronized void append(char[] buffer, int count) {
        text.append(buffer, 0, count);
        int excess = text.length() - MOST_KEPT;
        if (excess > 0) {
            text.delete(0, excess);
            dropped += excess;
        }
    }

    /** Return what has been written so far, without the last line's end; says so where the beginning was dropped. */
    synchronized String text() {
        return (dropped == 0 ? "" : "[%d characters before this were dropped]%n".formatted(dropped))
                + text.toString().stripTrailing();
    }

    /** Wait until the process and all who share its stream have closed it, so that {@link #text} is whole. */
    void awaitEnd(Duration timeout) {
        try {
            ended.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
