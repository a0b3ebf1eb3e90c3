package io.github.qmpjunit.qmp;

/**
 * The name of an event, such as {@code STOP}. {@link QmpEvents} holds one for each that QEMU's schema knows.
 *
 * @param name the name as it stands in the message
 */
public record EventType(String name) {

    @Override
    public String toString() {
        return name;
    }
}
