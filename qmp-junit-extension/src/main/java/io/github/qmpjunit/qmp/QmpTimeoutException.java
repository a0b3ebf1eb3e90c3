package io.github.qmpjunit.qmp;

import java.time.Duration;

/** Signals that something did not arrive in time. The connection stays usable. */
public class QmpTimeoutException extends QmpException {

    private static final long serialVersionUID = 1L;

    /** As {@link #timeout()} tells it. */
    private final Duration timeout;

    QmpTimeoutException(String message, Duration timeout) {
        super(message, null);
        this.timeout = timeout;
    }

    /** {@return how long was waited} */
    public Duration timeout() {
        return timeout;
    }
}
