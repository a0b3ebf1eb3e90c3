package io.github.qmpjunit.qapi.runtime;

import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** A value that has one of several types, which JSON tells apart. */
public abstract class QapiAlternate extends QapiValue {

    /**
     * Create a value.
     *
     * @param json the value as it is in the protocol
     */
    protected QapiAlternate(JsonNode json) {
        super(json);
    }

    /**
     * Name each of the types, for the generated types.
     *
     * @param parts told of each type
     */
    protected abstract void describe(Parts parts);

    /**
     * Return a value of one of the types as it is in the protocol.
     *
     * @param value the value
     * @return the same as JSON
     */
    protected static JsonNode json(Object value) {
        return QapiType.toJson(value, "value");
    }

    /**
     * Return a 64-bit unsigned number as it is in the protocol.
     *
     * @param value its 64 bits
     * @return the same as JSON
     */
    protected static JsonNode jsonUnsigned(long value) {
        return QapiType.unsigned(value);
    }

    @Override
    final void visit(Parts parts) {
        describe(parts);
    }

    /**
     * Return the value if it has a type.
     *
     * @param <T> the Java type
     * @param type the type
     * @return the value; empty if it has another type
     */
    protected final <T> Optional<T> as(QapiType<T> type) {
        return type.fits(toJson()) ? Optional.of(type.view(toJson(), "")) : Optional.empty();
    }
}
