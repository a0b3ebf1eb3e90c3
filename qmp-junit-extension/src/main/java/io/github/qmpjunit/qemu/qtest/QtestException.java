package io.github.qmpjunit.qemu.qtest;

import io.github.qmpjunit.qemu.process.QemuException;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** Signals that a qtest command failed, or that its reply did not come. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public class QtestException extends QemuException {

    private static final long serialVersionUID = 1L;

    QtestException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
