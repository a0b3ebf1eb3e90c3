package io.github.qmpjunit.qmp;

import org.apiguardian.api.API;

/**
 * The name of an event, such as {@code STOP}. {@link QmpEvents} holds one for each that QEMU's schema knows.
 *
 * @param name the name as it stands in the message
 */
@API(status = API.Status.MAINTAINED, since = "0.1.0")
public record EventType(String name) {

    @Override
    public String toString() {
        return name;
    }
}
