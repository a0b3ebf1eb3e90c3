package io.github.qmpjunit.qmp;

import io.github.qmpjunit.json.Json;
import io.github.qmpjunit.json.QemuJson;
import io.github.qmpjunit.qmp.PendingReply.Kind;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.UnexpectedEndOfInputException;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MappingIterator;
import tools.jackson.databind.ObjectReader;

/**
 * Bytes that are sent unchanged, and how QEMU will parse them.
 *
 * @param bytes the bytes
 * @param text the bytes as a text, for messages
 * @param earlier the messages before the last one; empty unless they hold several
 * @param message the message in them, of several the last one; {@code null} if they hold no message
 * @param kind how QEMU answers
 */
@SuppressWarnings("ArrayRecordComponent") // made for one call, never compared
record RawMessage(
        byte[] bytes,
        String text,
        List<JsonNode> earlier,
        @Nullable JsonNode message,
        Kind kind) {

    /** QEMU's parser accepts strings in single quotes (qobject/json-lexer.c). */
    private static final ObjectReader LENIENT = Json.MAPPER
            .readerFor(JsonNode.class)
            .with(JsonReadFeature.ALLOW_SINGLE_QUOTES)
            .with(JsonReadFeature.ALLOW_BACKSLASH_ESCAPING_ANY_CHARACTER)
            .with(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY, DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    static RawMessage of(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        List<JsonNode> several = several(text);
        if (several.size() > 1) {
            int last = several.size() - 1;
            return new RawMessage(bytes, text, several.subList(0, last), several.get(last), kindOf(several.get(last)));
        }
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
                kind = kindOf(tree);
            }
        } catch (UnexpectedEndOfInputException e) {
            kind = Kind.BEGINNING;
        } catch (JacksonException e) {
            kind = Kind.GARBAGE;
        }
        return new RawMessage(bytes, text, List.of(), message, kind);
    }

    private static Kind kindOf(JsonNode message) {
        return message.has("exec-oob") ? Kind.OUT_OF_BAND : Kind.IN_TURN;
    }

    /** Return the messages of a text that holds nothing but messages, each of which QEMU answers on its own; empty if it holds anything else. */
    private static List<JsonNode> several(String text) {
        try (MappingIterator<JsonNode> messages =
                LENIENT.without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).readValues(text)) {
            List<JsonNode> all = messages.readAll();
            return all.stream().allMatch(message -> message.isObject() && QemuJson.isReadable(message))
                    ? all
                    : List.of();
        } catch (JacksonException e) {
            return List.of();
        }
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
