package io.github.qmpjunit.qemu.launch;

import io.github.qmpjunit.qmp.QmpEventListener;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the client of a process hears and keeps. Immutable.
 *
 * @param listeners hear its events from before the greeting on
 * @param ownEvents the events that it sends although its schema does not have them
 * @param eventsKept how many events its client keeps; zero for as many as fit
 */
record ClientSettings(List<QmpEventListener> listeners, List<String> ownEvents, int eventsKept) {

    static final ClientSettings DEFAULT = new ClientSettings(List.of(), List.of(), 0);

    ClientSettings withListener(QmpEventListener listener) {
        return new ClientSettings(
                Stream.concat(listeners.stream(), Stream.of(listener)).toList(), ownEvents, eventsKept);
    }

    ClientSettings withOwnEvents(List<String> names) {
        return new ClientSettings(
                listeners, Stream.concat(ownEvents.stream(), names.stream()).toList(), eventsKept);
    }

    ClientSettings withEventsKept(int events) {
        if (events < 1) {
            throw new IllegalArgumentException("A client keeps at least 1 event, but was told to keep " + events);
        }
        return new ClientSettings(listeners, ownEvents, events);
    }
}
