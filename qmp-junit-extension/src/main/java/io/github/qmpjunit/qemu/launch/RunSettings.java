package io.github.qmpjunit.qemu.launch;

import io.github.qmpjunit.qemu.process.StopLimits;
import io.github.qmpjunit.qmp.QmpEventListener;
import io.github.qmpjunit.qmp.QmpTranscript;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apiguardian.api.API;

/** How to treat a process whose monitor we are connected to, whichever program it is. Immutable. */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public final class RunSettings {

    private final String name;
    private final Duration startTimeout;
    private final StopLimits stopLimits;
    private final Supplier<Optional<Path>> artefacts;
    private final Recording recording;
    private final ClientSettings client;

    private RunSettings(
            String name,
            Duration startTimeout,
            StopLimits stopLimits,
            Supplier<Optional<Path>> artefacts,
            Recording recording,
            ClientSettings client) {
        this.name = name;
        this.startTimeout = startTimeout;
        this.stopLimits = stopLimits;
        this.artefacts = artefacts;
        this.recording = recording;
        this.client = client;
    }

    /** Return the defaults for a process of that name. */
    public static RunSettings named(String name) {
        return new RunSettings(
                name,
                Duration.ofSeconds(30),
                StopLimits.DEFAULT,
                Optional::empty,
                Recording.NONE,
                ClientSettings.DEFAULT);
    }

    /** Return the name by which messages tell the process from others, also its client's. */
    public String name() {
        return name;
    }

    public RunSettings withName(String newName) {
        return new RunSettings(newName, startTimeout, stopLimits, artefacts, recording, client);
    }

    /** Return how long it may take until the monitor answers. */
    Duration startTimeout() {
        return startTimeout;
    }

    public RunSettings withStartTimeout(Duration limit) {
        return new RunSettings(name, limit, stopLimits, artefacts, recording, client);
    }

    /** Return how long each step of stopping the process may take. */
    StopLimits stopLimits() {
        return stopLimits;
    }

    public RunSettings withStopLimits(StopLimits limits) {
        return new RunSettings(name, startTimeout, limits, artefacts, recording, client);
    }

    /** Return the directory with the run's artefacts, for messages. */
    Optional<Path> artefacts() {
        return artefacts.get();
    }

    public RunSettings withArtefacts(Supplier<Optional<Path>> place) {
        return new RunSettings(name, startTimeout, stopLimits, place, recording, client);
    }

    /** Return the transcript of a process that is about to start. */
    Optional<QmpTranscript> newTranscript() {
        return recording.newTranscript();
    }

    public RunSettings withTranscript(Supplier<QmpTranscript> made) {
        return with(recording.withTranscript(made));
    }

    public RunSettings withRecording() {
        return with(recording.alsoInMemory());
    }

    private RunSettings with(Recording other) {
        return new RunSettings(name, startTimeout, stopLimits, artefacts, other, client);
    }

    ClientSettings client() {
        return client;
    }

    public RunSettings withListener(QmpEventListener listener) {
        return with(client.withListener(listener));
    }

    public RunSettings withOwnEvents(List<String> names) {
        return with(client.withOwnEvents(names));
    }

    public RunSettings withEventsKept(int events) {
        return with(client.withEventsKept(events));
    }

    private RunSettings with(ClientSettings other) {
        return new RunSettings(name, startTimeout, stopLimits, artefacts, recording, other);
    }

    /**
     * Require that the client of this process can also be the client of another process.
     *
     * @throws IllegalArgumentException if it cannot, naming what differs
     */
    void requireSameClient(RunSettings other) {
        List<String> differing = Stream.of(
                        name.equals(other.name) ? "" : "name",
                        Objects.equals(recording.transcript(), other.recording.transcript()) ? "" : "transcript",
                        recording.inMemory() == other.recording.inMemory() ? "" : "recording",
                        client.ownEvents().equals(other.client.ownEvents()) ? "" : "ownEvents",
                        client.eventsKept() == other.client.eventsKept() ? "" : "keepEvents")
                .filter(setting -> !setting.isEmpty())
                .toList();
        if (!differing.isEmpty()) {
            throw new IllegalArgumentException(
                    "Cannot change %s of \"%s\" at a restart: its client stays the same. Set it in the definition"
                            .formatted(String.join(", ", differing), name));
        }
    }
}
