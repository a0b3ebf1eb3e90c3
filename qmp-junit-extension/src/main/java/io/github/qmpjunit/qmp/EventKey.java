package io.github.qmpjunit.qmp;

import static java.util.Objects.requireNonNull;

import org.apiguardian.api.API;

/**
 * A path in an event's data together with the Java type of the value there. A mistyped name or value does not compile.
 *
 * <pre>{@code
 * EventKey<String> device = new EventKey<>("BLOCK_JOB_READY", "device");
 *
 * assertThat(qmp).awaitEvent(BLOCK_JOB_READY).withData(device, "mirror0");
 * }</pre>
 *
 * @param <T> the Java type of the value; {@link Number} for every kind of number, since numbers are compared by value
 * @param event the name of the event that has such data
 * @param path where in the data: a name, or a path such as {@code a.b[0].c}
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
@SuppressWarnings("UnusedTypeParameter") // T is there for the compiler
public record EventKey<T>(String event, String path) {

    /**
     * Create a key.
     *
     * @param event the name of the event that has such data
     * @param path where in the data
     */
    public EventKey {
        requireNonNull(event, "event must not be null");
        requireNonNull(path, "path must not be null");
    }

    @Override
    public String toString() {
        return event + "'s " + path;
    }
}
