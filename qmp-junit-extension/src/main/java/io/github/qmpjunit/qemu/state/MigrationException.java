package io.github.qmpjunit.qemu.state;

import io.github.qmpjunit.qemu.process.QemuException;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Signals that a migration did not get where it should. The message holds the migration's own error, and of both machines the run state
 * and the end of standard error.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public class MigrationException extends QemuException {

    private static final long serialVersionUID = 1L;

    MigrationException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
