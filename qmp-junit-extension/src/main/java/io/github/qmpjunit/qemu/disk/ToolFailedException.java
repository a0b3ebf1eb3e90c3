package io.github.qmpjunit.qemu.disk;

import io.github.qmpjunit.qemu.process.QemuException;
import org.apiguardian.api.API;

/** Signals that a tool could not do what it was told to. The message has the tool's own words. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public class ToolFailedException extends QemuException {

    private static final long serialVersionUID = 1L;

    ToolFailedException(String message) {
        super(message, null);
    }
}
