package io.github.qmpjunit.qmp;

import static java.util.Objects.requireNonNull;

import java.util.function.Function;
import org.apiguardian.api.API;
import tools.jackson.databind.JsonNode;

/**
 * The name of an event together with the Java type of its data. You can use it wherever you can
 * use an {@link EventType}. {@link QmpEventListener#next(TypedEventType, java.time.Duration)} and {@link QmpEvent#as} also use the Java type.
 *
 * <p>The artefact {@code qmp-qapi} has one for each event of QEMU. Immutable.
 *
 * @param <T> the Java type of the data
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public final class TypedEventType<T> extends EventType {

    private final Function<JsonNode, T> reader;

    /**
     * Create a type.
     *
     * @param name the event's name in QMP
     * @param reader reads the event's data, an object; throws an {@link IllegalArgumentException} that says what is wrong with it
     */
    public TypedEventType(String name, Function<JsonNode, T> reader) {
        super(name);
        this.reader = requireNonNull(reader, "reader must not be null");
    }

    /** Read the data as its Java type. */
    T read(JsonNode data) {
        return reader.apply(data);
    }
}
