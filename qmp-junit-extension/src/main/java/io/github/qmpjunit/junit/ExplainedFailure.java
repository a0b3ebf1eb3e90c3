package io.github.qmpjunit.junit;

import io.github.qmpjunit.internal.Notes;
import io.github.qmpjunit.internal.TerminalText;
import io.github.qmpjunit.qemu.process.QemuException;
import io.github.qmpjunit.qmp.QmpException;
import java.util.concurrent.TimeoutException;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.MultipleFailuresError;

/**
 * Adds sentences to the message of a test's failure. Build tools' summaries and IDEs show nothing else.
 *
 * <p>A message cannot be changed, except those of our own exceptions. So failures of the usual kinds are copied: the copy has the same
 * class, stack trace, cause and suppressed exceptions. Any other failure gets the sentences as a suppressed exception, which a stack
 * trace shows.
 */
final class ExplainedFailure {

    private ExplainedFailure() {}

    /**
     * Return the failure with notes at the end of its message.
     *
     * @param replaced a part of the message that the notes replace; may be empty
     * @param notes one or more lines; empty for none
     * @return what is to be thrown instead of the failure
     */
    static Throwable of(Throwable failure, String replaced, String notes) {
        if (notes.isEmpty()) {
            return failure;
        }
        if (failure instanceof QmpException || failure instanceof QemuException) {
            Notes.add(failure, notes);
            return failure;
        }
        String message = message(failure, replaced, notes);
        Class<?> type = failure.getClass();
        if (type == AssertionError.class) {
            return like(failure, new AssertionError(message, failure.getCause()));
        }
        if (type == AssertionFailedError.class) {
            return like(failure, copy((AssertionFailedError) failure, message));
        }
        if (type == TimeoutException.class) {
            TimeoutException copy = new TimeoutException(message);
            if (failure.getCause() != null) {
                copy.initCause(failure.getCause());
            }
            return like(failure, copy);
        }
        if (type == MultipleFailuresError.class) {
            return like(failure, new SeveralFailures((MultipleFailuresError) failure, message));
        }
        failure.addSuppressed(new Reporting.Note(notes));
        return failure;
    }

    /** The copy has the class of the original, or one of its subclasses, so it can be thrown in its place. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    static <T extends Throwable> T asThrownBefore(Throwable copy) {
        return (T) copy;
    }

    private static String message(Throwable failure, String replaced, String notes) {
        String before = failure.getMessage() == null ? "" : failure.getMessage();
        String kept = replaced.isEmpty() ? before : before.replace(replaced, "");
        return TerminalText.message((kept.isEmpty() ? "" : kept.stripTrailing() + "\n") + notes);
    }

    private static AssertionFailedError copy(AssertionFailedError failure, String message) {
        String fit = TerminalText.message(message);
        return failure.isExpectedDefined() || failure.isActualDefined()
                ? new AssertionFailedError(fit, failure.getExpected(), failure.getActual(), failure.getCause())
                : new AssertionFailedError(fit, failure.getCause());
    }

    private static Throwable like(Throwable failure, Throwable copy) {
        copy.setStackTrace(failure.getStackTrace());
        for (Throwable suppressed : failure.getSuppressed()) {
            copy.addSuppressed(suppressed);
        }
        return copy;
    }

    /** Composes its message itself, so that a copy cannot be given one. */
    private static final class SeveralFailures extends MultipleFailuresError {

        private static final long serialVersionUID = 1L;

        private final String message;

        SeveralFailures(MultipleFailuresError failure, String message) {
            super(null, failure.getFailures());
            this.message = TerminalText.message(message);
        }

        @Override
        public String getMessage() {
            return message;
        }

        @Override
        @SuppressWarnings("OverrideThrowableToString") // as the original: the class is of no interest
        public String toString() {
            return MultipleFailuresError.class.getName() + ": " + message;
        }
    }
}
