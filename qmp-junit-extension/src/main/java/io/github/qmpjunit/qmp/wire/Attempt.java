package io.github.qmpjunit.qmp.wire;

import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** An attempt to connect that another thread can end, by closing whatever it is blocked on. Thread-safe. */
final class Attempt {

    private @Nullable Closeable blocker;
    private boolean cancelled;

    /** Take note of what is to be closed if the attempt is cancelled, in place of what was to be closed before. */
    synchronized void dependsOn(Closeable next) throws IOException {
        blocker = next;
        if (cancelled) {
            close(next);
            throw new IOException("the attempt to connect was given up");
        }
    }

    /** Take note that the attempt has come to its end: from here on, cancelling it changes nothing. */
    synchronized void succeeded() throws IOException {
        if (cancelled) {
            throw new IOException("the attempt to connect was given up");
        }
        blocker = null;
    }

    synchronized boolean isCancelled() {
        return cancelled;
    }

    synchronized void cancel() {
        cancelled = true;
        if (blocker != null) {
            close(blocker);
        }
    }

    private static void close(Closeable closeable) {
        try {
            closeable.close();
        } catch (IOException e) {
            // The attempt fails all the same.
        }
    }
}
