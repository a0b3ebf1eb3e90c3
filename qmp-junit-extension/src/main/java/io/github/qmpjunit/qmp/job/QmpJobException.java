package io.github.qmpjunit.qmp.job;

import io.github.qmpjunit.qmp.QmpException;
import org.apiguardian.api.API;

/** Signals that a job ended before it had done what was waited for. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public class QmpJobException extends QmpException {

    private static final long serialVersionUID = 1L;

    /**
     * Create an exception.
     *
     * @param message what the wait was for, and how the job ended
     */
    public QmpJobException(String message) {
        super(message, null);
    }
}
