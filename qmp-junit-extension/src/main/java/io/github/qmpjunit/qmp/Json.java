package io.github.qmpjunit.qmp;

import java.io.File;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamWriteConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.std.ToStringSerializer;

/** How this package uses Jackson; one mapper for all clients. */
final class Json {

    /**
     * No trailing-token check: it would wait for the next message before it handed out this one. Paths and files are written
     * as QEMU reads them, not as Jackson's {@code file:///} addresses. Whatever could be read can be written inside of
     * something else.
     */
    static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamWriteConstraints(StreamWriteConstraints.builder()
                            .maxNestingDepth(2 * QmpLimits.DEEPEST)
                            .build())
                    .build())
            .disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .addModule(new SimpleModule()
                    .addSerializer(Path.class, ToStringSerializer.instance)
                    .addSerializer(File.class, ToStringSerializer.instance))
            .build();

    private Json() {}

    /** Return the tree for a Map, tree, record or bean; {@code what} names it in the error. */
    static JsonNode toTree(Object value, String what) {
        try {
            return value instanceof JsonNode tree ? tree : MAPPER.valueToTree(value);
        } catch (JacksonException e) {
            throw new IllegalArgumentException(
                    "Cannot turn %s into JSON: %s".formatted(what, e.getOriginalMessage()), e);
        }
    }
}
