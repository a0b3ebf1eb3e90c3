package io.github.qmpjunit.qemu.launch;

import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.internal.Timeouts;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A process that one thread starts and another one waits for. Who gives up leaves nothing running. */
final class ProcessStart implements Runnable {

    private final List<String> commandLine;
    private final Callable<Process> starter;
    private final Consumer<Process> discard;
    private final CountDownLatch done = new CountDownLatch(1);

    /* Guarded by this. */
    private @Nullable Process process;
    private @Nullable Throwable failure;
    private boolean givenUp;

    /**
     * @param discard does away with a process that comes too late
     */
    ProcessStart(List<String> commandLine, Callable<Process> starter, Consumer<Process> discard) {
        this.commandLine = commandLine;
        this.starter = starter;
        this.discard = discard;
    }

    @Override
    public void run() {
        try {
            if (isGivenUp()) {
                return;
            }
            Process started = starter.call();
            if (!deliver(started)) {
                discard.accept(started);
            }
        } catch (Throwable e) { // handed to the one who waits
            fail(e);
        } finally {
            done.countDown();
        }
    }

    private synchronized boolean isGivenUp() {
        return givenUp;
    }

    private synchronized boolean deliver(Process started) {
        process = started;
        return !givenUp;
    }

    private synchronized void fail(Throwable reason) {
        failure = reason;
    }

    /**
     * Wait for the process.
     *
     * @throws IOException if it cannot be started, not in time, or the thread is interrupted
     */
    Process await(Duration limit) throws IOException {
        try {
            if (done.await(Timeouts.current().really(limit).toNanos(), TimeUnit.NANOSECONDS)) {
                return result();
            }
        } catch (InterruptedException e) {
            giveUp();
            Thread.currentThread().interrupt();
            throw new IOException("The thread was interrupted while the process was started", e);
        }
        giveUp();
        throw new IOException(
                "the system has not started it within %s; is the machine overloaded, or the program on a disk that is gone?"
                        .formatted(Deadline.formatTimeout(limit)));
    }

    private synchronized Process result() throws IOException {
        if (failure instanceof IOException e) {
            throw e;
        }
        if (failure instanceof OutOfMemoryError e) {
            throw e;
        }
        Process started = process;
        if (started == null) {
            throw new IllegalStateException("Could not start " + commandLine, failure);
        }
        return started;
    }

    private void giveUp() {
        Process started;
        synchronized (this) {
            givenUp = true;
            started = process;
        }
        if (started != null) {
            discard.accept(started);
        }
    }
}
