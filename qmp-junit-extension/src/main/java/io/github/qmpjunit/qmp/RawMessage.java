package io.github.qmpjunit.qmp;

import io.github.qmpjunit.json.Json;
import io.github.qmpjunit.json.QemuJson;
import io.github.qmpjunit.qmp.PendingReply.Kind;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.UnexpectedEndOfInputException;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectReader;

/**
 * Bytes that are sent unchanged, and how QEMU will parse them.
 *
 * @param bytes the bytes
 * @param text the bytes as a text, for messages
 * @param message the message in them; {@code null} if they hold no message
 * @param kind how QEMU answers
 */
@SuppressWarnings("ArrayRecordComponent") // made for one call, never compared
record RawMessage(byte[] bytes, String text, @Nullable JsonNode message, Kind kind) {

    /** QEMU's parser accepts strings in single quotes (qobject/json-lexer.c). */
    private static final ObjectReader LENIENT = Json.MAPPER
            .readerFor(JsonNode.class)
            .with(JsonReadFeature.ALLOW_SINGLE_QUOTES)
            .with(JsonReadFeature.ALLOW_BACKSLASH_ESCAPING_ANY_CHARACTER)
            .with(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY, DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    static RawMessage of(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        JsonNode message = null;
        Kind kind;
        try {
            JsonNode tree = LENIENT.readTree(text);
            if (tree.isMissingNode()) {
                kind = Kind.BEGINNING;
            } else if (!QemuJson.isReadable(tree) || !Arrays.equals(text.getBytes(StandardCharsets.UTF_8), bytes)) {
                kind = Kind.GARBAGE;
            } else {
                message = tree;
                kind = tree.has("exec-oob") ? Kind.OUT_OF_BAND : Kind.IN_TURN;
            }
        } catch (UnexpectedEndOfInputException e) {
            kind = Kind.BEGINNING;
        } catch (JacksonException e) {
            kind = Kind.GARBAGE;
        }
        return new RawMessage(bytes, text, message, kind);
    }

    @Nullable
    JsonNode id() {
        return message == null ? null : message.get("id");
    }

    /** Return whether a command is the negotiation; once it has succeeded, the server sends events. */
    static boolean negotiates(JsonNode message) {
        return message.path("execute").asString("").equals("qmp_capabilities");
    }

    /** Return whether a negotiation, once it has succeeded, has enabled commands out of band. */
    static boolean enablesOutOfBand(JsonNode negotiation) {
        for (JsonNode capability : negotiation.path("arguments").path("enable")) {
            if (capability.asString("").equals("oob")) {
                return true;
            }
        }
        return false;
    }
}
