package io.github.qmpjunit.qmp;

import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** Signals that the waiting thread was interrupted. The thread's interrupt flag is set again; the connection stays usable. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public class QmpInterruptedException extends QmpException {

    private static final long serialVersionUID = 1L;

    QmpInterruptedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
