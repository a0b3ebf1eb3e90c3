package io.github.qmpjunit.qmp;

import java.util.List;
import org.apiguardian.api.API;
import tools.jackson.databind.JsonNode;

/**
 * A line of a {@link QmpTranscript} that was kept in memory.
 *
 * @param nanoTime when it was recorded, in terms of {@link System#nanoTime()}
 * @param line the line as {@link QmpTranscript} describes it, an object
 * @param caller on a line that was sent, the frames of your code that led to it, the innermost first; empty on all others, and where
 *     the harness sent it by itself
 * @param calledMethod the method that your code has called there, such as {@code QmpClient.execute}; empty if it is not known
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public record QmpTranscriptLine(long nanoTime, JsonNode line, List<StackTraceElement> caller, String calledMethod) {

    /**
     * Copy the frames.
     *
     * @param nanoTime when it was taken down, in terms of {@link System#nanoTime()}
     * @param line the line, an object
     * @param caller the frames of your code that led to it
     * @param calledMethod the method that your code has called there
     */
    public QmpTranscriptLine {
        caller = List.copyOf(caller);
    }

    /**
     * Create a line of unknown origin.
     *
     * @param nanoTime when it was taken down, in terms of {@link System#nanoTime()}
     * @param line the line, an object
     */
    public QmpTranscriptLine(long nanoTime, JsonNode line) {
        this(nanoTime, line, List.of(), "");
    }

    QmpTranscriptLine with(JsonNode masked) {
        return new QmpTranscriptLine(nanoTime, masked, caller, calledMethod);
    }

    /** {@return the line as in a transcript's file: JSON in ASCII, without the line end} */
    @Override
    public String toString() {
        return QmpTranscript.format(line);
    }
}
