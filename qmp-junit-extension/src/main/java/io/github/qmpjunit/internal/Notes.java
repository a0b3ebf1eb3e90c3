package io.github.qmpjunit.internal;

import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import org.apiguardian.api.API;

/**
 * Sentences that are added to an exception of ours after it was thrown, by code that knows more than the thrower. They end its message.
 *
 * <p>A suppressed exception would do as well, but build tools and IDEs show the message alone. Thread-safe.
 */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public final class Notes {

    private static final Map<Throwable, String> NOTES = Collections.synchronizedMap(new WeakHashMap<>());

    private Notes() {}

    /**
     * Add a note.
     *
     * @param failure an exception whose class asks {@link #appendedTo} in its {@code getMessage}
     * @param note one or more lines, with secrets masked
     */
    public static void add(Throwable failure, String note) {
        NOTES.merge(failure, note, (before, added) -> before + "\n" + added);
    }

    /**
     * Return a message with the notes on its exception.
     *
     * @param message the message without them
     * @param failure the exception
     * @return the message itself if there are no notes
     */
    public static String appendedTo(String message, Throwable failure) {
        String notes = NOTES.get(failure);
        return notes == null ? message : message + "\n" + TerminalText.of(notes);
    }
}
