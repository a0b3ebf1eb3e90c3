package io.github.qmpjunit.qemu.launch;

import io.github.qmpjunit.qemu.process.LaunchPrefix;
import io.github.qmpjunit.qemu.process.StopLimits;
import io.github.qmpjunit.qmp.QmpTranscript;
import io.github.qmpjunit.secrets.Secrets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apiguardian.api.API;

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
 * @param settings how to treat it
 * @param transcript takes down what its monitor says, in this one life
 */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public record LaunchPlan(
        String name,
        String label,
        LaunchPrefix prefix,
        Function<Path, List<String>> commandLine,
        Map<String, String> environment,
        Optional<Path> workingDirectory,
        List<Channel> channels,
        RunSettings settings,
        Optional<QmpTranscript> transcript) {

    Duration startTimeout() {
        return settings.startTimeout();
    }

    StopLimits stopLimits() {
        return settings.stopLimits();
    }

    /** Return the secrets that the process is started with. To look for them takes time; it is best spent while QEMU starts. */
    Secrets secrets(List<String> ownCommandLine) {
        Secrets secrets = new Secrets().learn(prefix.command()).learn(ownCommandLine);
        environment.forEach((variable, value) -> secrets.learn(List.of(variable + "=" + value)));
        return secrets;
    }
}
