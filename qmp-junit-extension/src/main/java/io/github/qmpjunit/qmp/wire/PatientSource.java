package io.github.qmpjunit.qmp.wire;

import io.github.qmpjunit.internal.Deadline;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** Tries to connect until there is somebody who listens, or it is cancelled. Nothing in a system tells when a socket begins to listen. */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public final class PatientSource implements Transport.Source {

    private static final Duration PAUSE = Duration.ofMillis(10);

    private final Supplier<Transport.Source> attempts;
    private final CountDownLatch cancelled = new CountDownLatch(1);
    private volatile Transport.@Nullable Source current;

    /**
     * @param attempts returns a new source for each attempt
     * @throws IllegalArgumentException if it is not an address to connect to
     */
    public PatientSource(Supplier<Transport.Source> attempts) {
        this.attempts = attempts;
        this.current = attempts.get(); // so that a wrong address is refused at once
    }

    @Override
    public Transport open() throws IOException {
        while (true) {
            Transport.Source attempt = attempts.get();
            current = attempt;
            if (cancelled.getCount() == 0) {
                attempt.cancel();
            }
            try {
                return attempt.open();
            } catch (IOException e) {
                if (!nobodyListens(e) || isCancelledAfterPause()) {
                    throw e;
                }
            }
        }
    }

    /** Return whether an attempt failed because nothing listens: the file does not exist, or the file or port has no listener. */
    private static boolean nobodyListens(IOException failure) {
        if (failure instanceof ConnectException
                || failure instanceof NoSuchFileException
                || failure instanceof NoRouteToHostException) {
            return true;
        }
        String message = String.valueOf(failure.getMessage())
                .toLowerCase(Locale.ROOT); // junixsocket has one class for all of them
        return message.contains("refused") || message.contains("no such file");
    }

    private boolean isCancelledAfterPause() {
        Deadline pause = Deadline.in(PAUSE);
        try {
            return cancelled.await(pause.remainingNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    @Override
    public void cancel() {
        cancelled.countDown();
        Transport.Source attempt = current;
        if (attempt != null) {
            attempt.cancel();
        }
    }
}
