package io.github.qmpjunit.qemu.process;

import org.apiguardian.api.API;

/** Signals that a process or a console did not write what was waited for. The message holds its last lines. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public class QemuOutputException extends QemuException {

    private static final long serialVersionUID = 1L;

    QemuOutputException(String message) {
        super(message, null);
    }
}
