package io.github.qmpjunit.qmp;

import static java.util.Objects.requireNonNull;

import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * The name of an event, such as {@code STOP}. {@link QmpEvents} holds one for each that QEMU's schema knows. Two types of the same
 * name are equal. Immutable.
 */
@API(status = API.Status.MAINTAINED, since = "0.1.0")
public sealed class EventType permits TypedEventType {

    private final String name;

    /**
     * Create a type.
     *
     * @param name the event's name in QMP, such as {@code STOP}
     */
    public EventType(String name) {
        this.name = requireNonNull(name, "name must not be null");
    }

    /** {@return the event's name in QMP, such as {@code STOP}} */
    public final String name() {
        return name;
    }

    @Override
    public final boolean equals(@Nullable Object other) {
        return other instanceof EventType that && name.equals(that.name);
    }

    @Override
    public final int hashCode() {
        return name.hashCode();
    }

    @Override
    public final String toString() {
        return name;
    }
}
