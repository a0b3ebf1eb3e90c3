package io.github.qmpjunit.qmp;

import io.github.qmpjunit.internal.Numbers;
import io.github.qmpjunit.json.Json;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectReader;

/**
 * Reads one JSON object after the other from a stream, however they are laid out: many in one read, one in many reads, on one
 * line or pretty-printed.
 *
 * <p>Any input results in a message or a {@link QmpProtocolException}. Only a stream that ends within a message is
 * an {@link EOFException}: a peer that dies while it writes has broken no rule, and its owner knows better why it is gone.
 */
final class MessageReader {

    /** With two values under one name, either choice would be a guess. QEMU also refuses them. */
    private static final ObjectReader TREES =
            Json.MAPPER.readerFor(JsonNode.class).with(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY);

    private final QmpLimits limits;
    private final GuardedInput input;
    private final JsonParser parser;

    MessageReader(InputStream stream, QmpLimits limits) {
        this.limits = limits;
        this.input = new GuardedInput(stream, limits);
        this.parser = JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(limits.nesting())
                        .maxNumberLength(limits.numberLength())
                        .maxStringLength(Integer.MAX_VALUE)
                        .maxNameLength(Integer.MAX_VALUE)
                        .build())
                .build()
                .createParser(ObjectReadContext.empty(), input);
    }

    /**
     * Return the next message; blocks until it has arrived whole.
     *
     * @return the message, or {@code null} at the end of the stream
     * @throws IOException if the connection broke, or ended within a message
     * @throws QmpProtocolException if what arrived is not a JSON object, or is beyond a limit
     */
    @Nullable
    JsonNode next() throws IOException {
        try {
            JsonToken token = parser.nextToken();
            if (token == null) {
                return null;
            }
            if (token != JsonToken.START_OBJECT) {
                throw new QmpUnexpectedMessageException(
                        "Expected a JSON object, but the peer sent %s".formatted(describe(token)), null);
            }
            input.messageBegan(parser.currentTokenLocation().getByteOffset());
            JsonNode message = TREES.readTree(parser);
            input.messageEnded(parser.currentLocation().getByteOffset());
            return message;
        } catch (JacksonIOException e) {
            throw e.getCause();
        } catch (StreamConstraintsException e) {
            throw beyondLimit(e);
        } catch (JacksonException e) {
            if (input.hasEnded()) {
                throw (EOFException) new EOFException("the peer closed it in the middle of a message").initCause(e);
            }
            throw new QmpParseException("The peer sent something that is not JSON: " + e.getOriginalMessage(), e);
        } catch (OutOfMemoryError e) { // the parts of the message that were read are garbage now
            if (!input.isMessageLarge()) {
                throw e; // other code has filled the heap
            }
            throw new QmpLimitException(
                    "The peer sent a message that does not fit into the heap of %s MiB; enlarge that with -Xmx, or have it refused earlier with QmpLimits.withMessageBytes(...)"
                            .formatted(Numbers.grouped(Runtime.getRuntime().maxMemory() >> 20)),
                    e);
        }
    }

    private String describe(JsonToken token) {
        return switch (token) {
            case START_ARRAY -> "an array";
            case VALUE_STRING -> "a string";
            default -> parser.getString();
        };
    }

    private QmpProtocolException beyondLimit(StreamConstraintsException e) {
        String message = e.getOriginalMessage();
        if (message.contains("getMaxNestingDepth")) {
            return limits.tooDeep();
        }
        if (message.contains("getMaxNumberLength")) {
            return limits.numberTooLong();
        }
        return new QmpLimitException("The peer sent more than can be read: " + message, e);
    }
}
