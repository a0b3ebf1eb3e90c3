package io.github.qmpjunit.qapi.runtime;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonValue;
import io.github.qmpjunit.json.Json;
import io.github.qmpjunit.json.JsonValues;
import io.github.qmpjunit.secrets.Secrets;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A value of QEMU's protocol that has a Java type. Immutable and thread-safe, as long as nobody changes the tree behind {@link
 * #toJson()}.
 *
 * <p>Each goes wherever a value of an untyped command goes: {@code QmpCommand.of("blockdev-add", BlockdevOptions.file(path))}.
 */
public abstract class QapiValue {

    private final JsonNode json;

    /**
     * Create a value.
     *
     * @param json the value as it is in the protocol
     */
    protected QapiValue(JsonNode json) {
        this.json = requireNonNull(json, "json must not be null");
    }

    /** {@return the value as it is in the protocol, with everything that this class does not know; not to be changed} */
    @JsonValue
    public final JsonNode toJson() {
        return json;
    }

    /** Name what the value consists of, for the generated types. */
    abstract void visit(Parts parts);

    /** {@return whether the other one has the same type and the same JSON value; numbers are compared by value} */
    @Override
    @SuppressWarnings("EqualsGetClass") // the same JSON as another type is another value
    public final boolean equals(@Nullable Object other) {
        return other != null && getClass() == other.getClass() && JsonValues.equal(json, ((QapiValue) other).json);
    }

    @Override
    public final int hashCode() {
        return json.isString() ? json.asString().hashCode() : json.size(); // numbers are equal by value
    }

    /** {@return the value as JSON, with secrets masked; {@link #toJson()} has them} */
    @Override
    public final String toString() {
        return Json.print(new Secrets().learn(json).mask(json));
    }
}
