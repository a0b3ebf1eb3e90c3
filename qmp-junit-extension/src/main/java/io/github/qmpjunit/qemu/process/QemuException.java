package io.github.qmpjunit.qemu.process;

import io.github.qmpjunit.internal.Notes;
import io.github.qmpjunit.internal.TerminalText;
import io.github.qmpjunit.secrets.Secrets;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** Signals that something went wrong with a process under test. The root of all exceptions of this package. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public class QemuException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * Create an exception.
     *
     * @param message what was asked, what was found, and what to do; recognizable secrets in it are masked
     * @param cause the root cause, or {@code null}
     */
    public QemuException(String message, @Nullable Throwable cause) {
        this(new Secrets(), message, cause); // recognizable secrets; the caller has masked the known ones
    }

    private QemuException(Secrets secrets, String message, @Nullable Throwable cause) {
        super(TerminalText.message(secrets.mask(message)), TerminalText.cause(cause, secrets::mask));
    }

    /** {@return the message, followed by what became known after the exception was thrown, such as where the report on the test lies} */
    @Override
    public String getMessage() {
        return Notes.appendedTo(String.valueOf(super.getMessage()), this);
    }
}
