package io.github.qmpjunit.qemu.state;

import io.github.qmpjunit.qemu.process.QemuException;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Signals that a migration failed or took too long. The message has the migration's error, and the run state and the end
 * of standard error of both machines.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public class MigrationException extends QemuException {

    private static final long serialVersionUID = 1L;

    MigrationException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
