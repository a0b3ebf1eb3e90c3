package io.github.qmpjunit.qmp;

import java.time.Duration;
import org.apiguardian.api.API;

/** Signals that something did not arrive in time. The connection stays usable. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public class QmpTimeoutException extends QmpException {

    private static final long serialVersionUID = 1L;

    /** See {@link #timeout()}. */
    private final Duration timeout;

    /**
     * Create an exception.
     *
     * @param message what the wait was for, and what is known instead
     * @param timeout how long the wait took
     */
    public QmpTimeoutException(String message, Duration timeout) {
        super(message, null);
        this.timeout = timeout;
    }

    /** {@return how long the wait took} */
    public Duration timeout() {
        return timeout;
    }
}
