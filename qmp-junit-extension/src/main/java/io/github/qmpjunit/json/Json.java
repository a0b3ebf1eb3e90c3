package io.github.qmpjunit.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.File;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamWriteConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.std.ToStringSerializer;

/** How this package uses Jackson; one mapper for all clients. */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public final class Json {

    /**
     * In levels of arrays and objects: no message may be nested deeper, in either direction. QEMU's own limit, {@code MAX_NESTING} of
     * {@code qobject/json-streamer.c}. A tree deeper than 500 levels cannot print itself; {@link #print} can.
     */
    public static final int DEEPEST = 1024;

    /**
     * No trailing-token check: it would wait for the next message before it returned this one. Paths and files are
     * written as QEMU reads them, not as {@code file:///} URLs, Jackson's default. Any value that was read can be written inside another one.
     *
     * <p>A record's or bean's member that is null or an empty Optional is left out: QEMU distinguishes a missing argument from
     * null, which few commands accept. A Map's null was put there by hand, so it goes out ({@code blockdev-add}'s {@code backing}).
     *
     * <p>Names are QEMU's: {@code nodeName} is {@code node-name}, both ways. QEMU's few names with an underscore have one
     * in Java also. {@code @JsonProperty} serves for the only other exception, {@code UUID}.
     */
    public static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEEPEST)
                            .build())
                    .streamWriteConstraints(StreamWriteConstraints.builder()
                            .maxNestingDepth(2 * DEEPEST)
                            .build())
                    .build())
            .disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .addModule(new SimpleModule()
                    .setSerializerModifier(new Jackson2Refusal())
                    .addSerializer(Path.class, ToStringSerializer.instance)
                    .addSerializer(File.class, ToStringSerializer.instance))
            .propertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE)
            .changeDefaultPropertyInclusion(inclusion -> inclusion
                    .withValueInclusion(JsonInclude.Include.NON_ABSENT)
                    .withContentInclusion(JsonInclude.Include.CUSTOM)
                    .withContentFilter(EmptyOptional.class))
            .build();

    private Json() {}

    /** A filter for Jackson, which leaves out of a Map the values that this object equals. */
    private static final class EmptyOptional {

        @Override
        public boolean equals(@Nullable Object value) {
            return Optional.empty().equals(value)
                    || OptionalInt.empty().equals(value)
                    || OptionalLong.empty().equals(value)
                    || OptionalDouble.empty().equals(value);
        }

        @Override
        public int hashCode() {
            return 0;
        }
    }

    /**
     * Return a tree as JSON, as its own {@code toString} does, whatever its depth.
     *
     * @param tree the tree
     * @return the text
     */
    public static String print(JsonNode tree) {
        return MAPPER.writeValueAsString(tree);
    }

    /**
     * Return the tree for a Map, tree, record or bean.
     *
     * @param value the value
     * @param what names it in the error
     * @return the tree
     * @throws IllegalArgumentException if it has no form in JSON
     */
    public static JsonNode toTree(Object value, String what) {
        try {
            return value instanceof JsonNode tree ? requireEnd(tree, what) : MAPPER.valueToTree(value);
        } catch (JacksonException e) {
            throw new IllegalArgumentException(
                    "Cannot turn %s into JSON: %s".formatted(what, e.getOriginalMessage()), e);
        } catch (StackOverflowError e) {
            throw new IllegalArgumentException(
                    "Cannot turn %s into JSON: it contains itself, or is nested too deep for this thread's stack"
                            .formatted(what));
        }
    }

    private static JsonNode requireEnd(JsonNode tree, String what) {
        if (isDeeperThan(2 * DEEPEST, tree)) {
            throw new IllegalArgumentException(
                    "Cannot turn %s into JSON: it contains itself, or is nested too deep".formatted(what));
        }
        return tree;
    }

    private static boolean isDeeperThan(int levels, JsonNode tree) {
        if (levels == 0) {
            return true;
        }
        for (JsonNode inner : tree) {
            if (inner.isContainer() && isDeeperThan(levels - 1, inner)) {
                return true;
            }
        }
        return false;
    }
}
