package io.github.qmpjunit.qemu.guest;

import io.github.qmpjunit.qemu.process.QemuException;
import java.util.Optional;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** Signals that the guest agent answered with an error, did not answer, or that a program in the guest failed. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public class GuestAgentException extends QemuException {

    private static final long serialVersionUID = 1L;

    /** See {@link #errorClass()}. */
    private final @Nullable String errorClass;

    GuestAgentException(String message, @Nullable Throwable cause) {
        this(message, null, cause);
    }

    GuestAgentException(String message, @Nullable String errorClass, @Nullable Throwable cause) {
        super(message, cause);
        this.errorClass = errorClass;
    }

    /** {@return the error's class, such as {@code CommandNotFound}, if the agent answered with an error} */
    public Optional<String> errorClass() {
        return Optional.ofNullable(errorClass);
    }
}
