package io.github.qmpjunit.qmp.scripted;

import io.github.qmpjunit.qmp.QmpException;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** Signals that a scripted server could not do what its test asked of it, or that what the test expected did not happen. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public class ScriptException extends QmpException {

    private static final long serialVersionUID = 1L;

    ScriptException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
