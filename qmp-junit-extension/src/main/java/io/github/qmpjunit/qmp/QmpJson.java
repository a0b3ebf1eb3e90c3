package io.github.qmpjunit.qmp;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * JSON objects in Java code, where {@code Map.of} is too narrow: with {@code null}, with more than ten members, and in their order.
 *
 * <pre>{@code
 * qmp.execute("blockdev-add", object("driver", "qcow2", "node-name", "top", "file", "top-file", "backing", null));
 * }</pre>
 *
 * <p>The result is a Map, which every method takes that takes arguments, data or options.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public final class QmpJson {

    private QmpJson() {}

    /**
     * Return an object with these members, in this order.
     *
     * @param members names and values in turn: {@code object("id", "job0", "speed", 1024)}; a value can be {@code null}, JSON's null
     * @return the object, which cannot be changed
     * @throws IllegalArgumentException if a name has no value, is no string, or comes twice
     */
    public static Map<String, @Nullable Object> object(@Nullable Object... members) {
        if (requireNonNull(members, "members must not be null").length % 2 != 0) {
            throw new IllegalArgumentException(
                    "Members are names and values in turn, but the last name, %s, has no value"
                            .formatted(members[members.length - 1]));
        }
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        for (int i = 0; i < members.length; i += 2) {
            if (!(members[i] instanceof String name)) {
                throw new IllegalArgumentException(
                        "The name of member %s must be a string, but is %s".formatted(i / 2 + 1, members[i]));
            }
            if (object.containsKey(name)) {
                throw new IllegalArgumentException("The member \"%s\" comes twice".formatted(name));
            }
            object.put(name, members[i + 1]);
        }
        return Collections.unmodifiableMap(object);
    }
}
