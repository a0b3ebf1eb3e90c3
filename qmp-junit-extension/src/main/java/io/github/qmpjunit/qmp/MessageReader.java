package io.github.qmpjunit.qmp;

import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.databind.JsonNode;

/**
 * Reads one JSON object after the other from a stream, whatever their length and however they are laid out: many in one read,
 * one in many reads, on one line or pretty-printed.
 */
final class MessageReader {

    private final InputStream input;
    private @Nullable JsonParser parser;

    MessageReader(InputStream input) {
        this.input = input;
    }

    /**
     * Return the next message; blocks until it has arrived whole.
     *
     * @return the message, or {@code null} at the end of the stream
     * @throws IOException if the connection broke
     * @throws QmpProtocolException if what arrived is not a JSON object
     */
    @Nullable
    JsonNode next() throws IOException {
        try {
            if (parser == null) {
                parser = Json.MAPPER.createParser(
                        input); // looks at the first bytes, so it blocks and must not be made earlier
            }
            JsonToken token = parser.nextToken();
            if (token == null) {
                return null;
            }
            if (token != JsonToken.START_OBJECT) {
                throw new QmpProtocolException(
                        "Expected a JSON object, but the peer sent %s"
                                .formatted(JsonValues.brief(Json.MAPPER.readTree(parser))),
                        null);
            }
            return Json.MAPPER.readTree(parser);
        } catch (JacksonIOException e) {
            throw e.getCause();
        } catch (JacksonException e) {
            throw new QmpProtocolException("The peer sent something that is not JSON: " + e.getOriginalMessage(), e);
        }
    }
}
