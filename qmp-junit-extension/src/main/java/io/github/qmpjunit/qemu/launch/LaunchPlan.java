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

/** What to start and how to treat it: one life of one process. */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public final class LaunchPlan {

    private final String kind;
    private final RunSettings settings;
    private final RunContext context;
    private final List<Channel> channels;
    private final Function<Path, List<String>> commandLine;
    private final Optional<QmpTranscript> transcript;

    /**
     * Plan to start a process.
     *
     * @param kind the program's name in messages, such as {@code QEMU}
     * @param settings how to treat it
     * @param context where it runs
     * @param channels further sockets that it connects to; each has its own name
     * @param commandLine makes the command line, given the private directory in which {@link LaunchedProcess#MONITOR} is the monitor's
     *     socket
     */
    public LaunchPlan(
            String kind,
            RunSettings settings,
            RunContext context,
            List<Channel> channels,
            Function<Path, List<String>> commandLine) {
        this(kind, settings, context, channels, commandLine, settings.newTranscript());
    }

    private LaunchPlan(
            String kind,
            RunSettings settings,
            RunContext context,
            List<Channel> channels,
            Function<Path, List<String>> commandLine,
            Optional<QmpTranscript> transcript) {
        this.kind = kind;
        this.settings = settings;
        this.context = context;
        this.channels = List.copyOf(channels);
        this.commandLine = commandLine;
        this.transcript = transcript;
    }

    /**
     * Plan the next life of a process: what is changed is what this life is to be started with; the transcript goes on.
     *
     * @param newChannels further sockets that it connects to
     * @param newCommandLine makes the command line
     * @throws IllegalArgumentException if a setting is changed that the client keeps for all lives
     */
    public LaunchPlan next(
            RunSettings changed,
            RunContext changedContext,
            List<Channel> newChannels,
            Function<Path, List<String>> newCommandLine) {
        settings.requireSameClient(changed);
        if (changedContext.prefix().isRemote() != context.prefix().isRemote()) {
            throw new IllegalArgumentException(
                    "Cannot restart %s: it cannot move to another host. Start a second machine there"
                            .formatted(label()));
        }
        return new LaunchPlan(kind, changed, changedContext, newChannels, newCommandLine, transcript);
    }

    /** Return the name that the user gave it, also its client's. */
    public String name() {
        return settings.name();
    }

    /** Return what names it in messages, such as {@code QEMU "vm"}. */
    public String label() {
        return kind + " \"" + name() + "\"";
    }

    RunSettings settings() {
        return settings;
    }

    Duration startTimeout() {
        return settings.startTimeout();
    }

    StopLimits stopLimits() {
        return settings.stopLimits();
    }

    LaunchPrefix prefix() {
        return context.prefix();
    }

    Map<String, String> environment() {
        return context.environment();
    }

    Optional<Path> workingDirectory() {
        return context.workingDirectory();
    }

    List<Channel> channels() {
        return channels;
    }

    /**
     * Return one of the channels.
     *
     * @param name the channel's name
     * @throws IllegalArgumentException if there is none of that name
     */
    public Channel channel(String name) {
        return channels.stream()
                .filter(channel -> channel.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(label() + " has no channel \"" + name + "\""));
    }

    Function<Path, List<String>> commandLine() {
        return commandLine;
    }

    /** Return the transcript of what its monitor says, in this one life. */
    Optional<QmpTranscript> transcript() {
        return transcript;
    }

    /** Add what the process is told in confidence at its start. To look for that takes time; it is best spent while QEMU starts. */
    Secrets learnedBy(Secrets secrets, List<String> ownCommandLine) {
        secrets.learn(prefix().command()).learn(ownCommandLine);
        environment().forEach((variable, value) -> secrets.learn(List.of(variable + "=" + value)));
        return secrets;
    }
}
