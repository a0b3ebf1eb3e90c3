package io.github.qmpjunit.qmp;

import org.apiguardian.api.API;
import tools.jackson.databind.JsonNode;

/**
 * A line of a {@link QmpTranscript} that was kept in memory.
 *
 * @param nanoTime when it was recorded, in terms of {@link System#nanoTime()}
 * @param line the line as {@link QmpTranscript} describes it, an object
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public record QmpTranscriptLine(long nanoTime, JsonNode line) {

    /** {@return the line as in a transcript's file: JSON in ASCII, without the line end} */
    @Override
    public String toString() {
        return QmpTranscript.format(line);
    }
}
