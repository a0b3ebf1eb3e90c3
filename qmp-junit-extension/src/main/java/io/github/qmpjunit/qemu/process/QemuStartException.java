package io.github.qmpjunit.qemu.process;

import java.util.Optional;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** Signals that a QEMU did not become ready. The message holds its exit status, its standard error and its command line, if it got that far. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public class QemuStartException extends QemuException {

    private static final long serialVersionUID = 1L;

    private final transient @Nullable StartAttempt attempt;

    /**
     * Create an exception for a start that failed before there was a command line.
     *
     * @param message what went wrong, and what to do
     * @param cause the root cause, or {@code null}
     */
    public QemuStartException(String message, @Nullable Throwable cause) {
        this(message, cause, null);
    }

    /**
     * Create an exception.
     *
     * @param message what went wrong, and what to do
     * @param cause the root cause, or {@code null}
     * @param attempt what is known about the attempt
     */
    public QemuStartException(String message, @Nullable Throwable cause, @Nullable StartAttempt attempt) {
        super(message, cause);
        this.attempt = attempt;
    }

    /** {@return what is known about the attempt; empty if it failed before there was a command line} */
    public Optional<StartAttempt> attempt() {
        return Optional.ofNullable(attempt);
    }
}
