package io.github.qmpjunit.qemu.launch;

import io.github.qmpjunit.qemu.process.StopLimits;
import io.github.qmpjunit.qmp.QmpEventListener;
import io.github.qmpjunit.qmp.QmpTranscript;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * How to treat a process whose monitor we are connected to, whichever program it is. Immutable.
 *
 * @param name the name by which messages tell it from others, also its client's
 * @param listeners hear its events from before the greeting on
 * @param startTimeout how long it may take until its monitor answers
 * @param stopLimits how long each step of stopping it may take
 * @param artefacts tells where somebody keeps what belongs to its run, for messages
 * @param transcript makes what takes down what its monitor says, if anything does
 * @param recording whether to keep the last of that in memory
 * @param ownEvents the events that it sends although its schema does not have them
 * @param eventsKept how many events its client keeps; zero for as many as fit
 */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public record RunSettings(
        String name,
        List<QmpEventListener> listeners,
        Duration startTimeout,
        StopLimits stopLimits,
        Supplier<Optional<Path>> artefacts,
        @Nullable Supplier<QmpTranscript> transcript,
        boolean recording,
        List<String> ownEvents,
        int eventsKept) {

    /** Return the defaults for a process of that name. */
    public static RunSettings named(String name) {
        return new RunSettings(
                name,
                List.of(),
                Duration.ofSeconds(30),
                StopLimits.DEFAULT,
                Optional::empty,
                null,
                false,
                List.of(),
                0);
    }

    public RunSettings withName(String newName) {
        return new RunSettings(
                newName, listeners, startTimeout, stopLimits, artefacts, transcript, recording, ownEvents, eventsKept);
    }

    public RunSettings withListener(QmpEventListener listener) {
        List<QmpEventListener> all =
                Stream.concat(listeners.stream(), Stream.of(listener)).toList();
        return new RunSettings(
                name, all, startTimeout, stopLimits, artefacts, transcript, recording, ownEvents, eventsKept);
    }

    public RunSettings withStartTimeout(Duration limit) {
        return new RunSettings(
                name, listeners, limit, stopLimits, artefacts, transcript, recording, ownEvents, eventsKept);
    }

    public RunSettings withStopLimits(StopLimits limits) {
        return new RunSettings(
                name, listeners, startTimeout, limits, artefacts, transcript, recording, ownEvents, eventsKept);
    }

    public RunSettings withArtefacts(Supplier<Optional<Path>> place) {
        return new RunSettings(
                name, listeners, startTimeout, stopLimits, place, transcript, recording, ownEvents, eventsKept);
    }

    public RunSettings withTranscript(Supplier<QmpTranscript> made) {
        return new RunSettings(
                name, listeners, startTimeout, stopLimits, artefacts, made, recording, ownEvents, eventsKept);
    }

    public RunSettings withRecording() {
        return new RunSettings(
                name, listeners, startTimeout, stopLimits, artefacts, transcript, true, ownEvents, eventsKept);
    }

    public RunSettings withOwnEvents(List<String> names) {
        List<String> all = Stream.concat(ownEvents.stream(), names.stream()).toList();
        return new RunSettings(
                name, listeners, startTimeout, stopLimits, artefacts, transcript, recording, all, eventsKept);
    }

    public RunSettings withEventsKept(int events) {
        if (events < 1) {
            throw new IllegalArgumentException("A client keeps at least 1 event, but was told to keep " + events);
        }
        return new RunSettings(
                name, listeners, startTimeout, stopLimits, artefacts, transcript, recording, ownEvents, events);
    }

    /** Return the transcript of a process that is about to start. */
    public Optional<QmpTranscript> newTranscript() {
        QmpTranscript made = transcript == null ? null : transcript.get();
        if (recording) {
            made = made == null ? QmpTranscript.inMemory() : made.alsoInMemory();
        }
        return Optional.ofNullable(made);
    }
}
