package io.github.qmpjunit.qemu;

import io.github.qmpjunit.qmp.QmpEventListener;
import io.github.qmpjunit.qmp.QmpTranscript;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What to start and how to treat it.
 *
 * @param name the name that the user gave it, also its client's
 * @param label names it in messages, such as {@code QEMU "vm"}
 * @param prefix the command to put before it
 * @param commandLine makes the command line, given the private directory in which {@link MonitoredProcess#MONITOR} is the
 *     monitor's socket
 * @param environment what to add to the environment
 * @param workingDirectory where it runs, if not where the JVM does
 * @param channels further sockets that it connects to
 * @param listeners hear its events from before the greeting on
 * @param startTimeout how long it may take until its monitor answers
 * @param stopLimits how long each step of stopping it may take
 * @param artefacts where somebody keeps what belongs to its run, for messages
 * @param transcript takes down what its monitor says, in this one life
 */
record LaunchPlan(
        String name,
        String label,
        LaunchPrefix prefix,
        Function<Path, List<String>> commandLine,
        Map<String, String> environment,
        Optional<Path> workingDirectory,
        List<Channel> channels,
        List<QmpEventListener> listeners,
        Duration startTimeout,
        StopLimits stopLimits,
        Optional<Path> artefacts,
        Optional<QmpTranscript> transcript) {

    /** Return the transcript that a definition asks for, a new one for each start. */
    static Optional<QmpTranscript> newTranscript(@Nullable Supplier<QmpTranscript> made, boolean recording) {
        QmpTranscript transcript = made == null ? null : made.get();
        if (recording) {
            transcript = transcript == null ? QmpTranscript.inMemory() : transcript.alsoInMemory();
        }
        return Optional.ofNullable(transcript);
    }
}
