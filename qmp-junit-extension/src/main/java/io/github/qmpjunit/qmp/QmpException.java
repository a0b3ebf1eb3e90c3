package io.github.qmpjunit.qmp;

import io.github.qmpjunit.secrets.Secrets;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** Signals that something went wrong between a QMP client and its peer. The root of all exceptions of this package. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public class QmpException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * Create an exception.
     *
     * @param message what was asked, what was found, and what to do; what shows itself to be secret in it is masked
     * @param cause the root cause, or {@code null}
     */
    public QmpException(String message, @Nullable Throwable cause) {
        super(Secrets.maskObvious(message), cause);
    }
}
