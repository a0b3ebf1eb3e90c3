package io.github.qmpjunit.qmp.wire;

import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** An attempt to connect that another thread can end, by closing whatever it is blocked on. Thread-safe. */
final class Attempt {

    private @Nullable Closeable blocker;
    private boolean cancelled;

    /** Set what to close if the attempt is cancelled, in place of the earlier one. */
    synchronized void dependsOn(Closeable next) throws IOException {
        blocker = next;
        if (cancelled) {
            close(next);
            throw new IOException("the attempt to connect was given up");
        }
    }

    /** Note that the attempt has ended: cancelling it no longer changes anything. */
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
            // The attempt fails in any case.
        }
    }
}
