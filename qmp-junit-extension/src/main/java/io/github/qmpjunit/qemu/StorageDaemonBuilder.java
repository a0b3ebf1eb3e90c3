package io.github.qmpjunit.qemu;

import io.github.qmpjunit.qemu.disk.QemuTool;
import io.github.qmpjunit.qemu.disk.QemuTools;
import io.github.qmpjunit.qemu.launch.LaunchPlan;
import io.github.qmpjunit.qemu.launch.RunContext;
import io.github.qmpjunit.qemu.process.StopLimits;
import io.github.qmpjunit.qmp.QmpEventListener;
import io.github.qmpjunit.qmp.QmpTranscript;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apiguardian.api.API;

/** Collects what a {@link StorageDaemon} is to be started with. Not thread-safe; one builder may start several. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public final class StorageDaemonBuilder {

    private final ProcessDefinition definition = new ProcessDefinition("storage", "--");
    private QemuTools tools = QemuTools.usual();

    StorageDaemonBuilder() {}

    /**
     * Set the name by which messages tell this daemon from others; {@code storage} if not set.
     *
     * @param name the name
     * @return this
     */
    public StorageDaemonBuilder name(String name) {
        definition.setName(name);
        return this;
    }

    /**
     * Set the binary; if not set, it is looked up as {@link QemuTools} says.
     *
     * @param binary a path, or a command on the {@code PATH}
     * @return this
     */
    public StorageDaemonBuilder binary(String binary) {
        definition.setBinary(binary);
        return this;
    }

    /**
     * Set the tools among which the daemon is looked up; {@link QemuTools#usual()} by default.
     *
     * @param own the tools
     * @return this
     */
    public StorageDaemonBuilder tools(QemuTools own) {
        this.tools = own;
        return this;
    }

    /**
     * Add arguments to the command line, after those that stand there already.
     *
     * @param more the arguments, one string each: {@code args("--object", "iothread,id=io0")}
     * @return this
     * @throws IllegalArgumentException if an argument contains the character NUL; none is added then
     */
    public StorageDaemonBuilder args(String... more) {
        definition.add(more);
        return this;
    }

    /**
     * Add a block node.
     *
     * @param options its options, with {@code driver}; Maps inside are nested nodes; {@code node-name} is handed out if missing
     * @return this
     * @throws IllegalArgumentException if there is no {@code driver}, or the {@code node-name} is taken already
     */
    public StorageDaemonBuilder blockNode(Map<String, ?> options) {
        definition.addBlockNode(options);
        return this;
    }

    /**
     * Hand out an id that no other part of this daemon has.
     *
     * @param prefix what it begins with
     * @return the prefix and a number
     */
    public String newId(String prefix) {
        return definition.newId(prefix);
    }

    /**
     * Declare events that this QEMU sends although its schema does not have them: those of a board or a device of your own. Assertions wait for
     * them as for any other.
     *
     * @param names the events' names as they stand in the message; they are added to those declared before
     * @return this
     */
    public StorageDaemonBuilder ownEvents(String... names) {
        definition.change(settings -> settings.withOwnEvents(List.of(names)));
        return this;
    }

    /**
     * Register a listener before the process starts, so that it misses nothing. It serves for one start.
     *
     * @param listener the listener
     * @return this
     */
    public StorageDaemonBuilder listener(QmpEventListener listener) {
        definition.change(settings -> settings.withListener(listener));
        return this;
    }

    /**
     * Set how long the daemon may take until its monitor answers; 30 s if not set.
     *
     * @param startTimeout the time-out
     * @return this
     */
    public StorageDaemonBuilder startTimeout(Duration startTimeout) {
        definition.change(settings -> settings.withStartTimeout(startTimeout));
        return this;
    }

    /**
     * Set how long each step of stopping may take; {@link StopLimits#DEFAULT} if not set.
     *
     * @param stopLimits the limits
     * @return this
     */
    public StorageDaemonBuilder stopLimits(StopLimits stopLimits) {
        definition.change(settings -> settings.withStopLimits(stopLimits));
        return this;
    }

    /**
     * Set where somebody keeps what belongs to this daemon's run, so that failures' messages can name it; nowhere if not set. The
     * daemon itself neither reads nor writes there.
     *
     * @param artefacts a directory, which need not exist yet
     * @return this
     */
    public StorageDaemonBuilder artefacts(Path artefacts) {
        definition.change(settings -> settings.withArtefacts(() -> Optional.of(artefacts)));
        return this;
    }

    /**
     * Have all messages of the monitor taken down.
     *
     * @param transcript makes a transcript for each daemon that is started, such as {@code () -> QmpTranscript.to(file)}
     * @return this
     */
    public StorageDaemonBuilder transcript(Supplier<QmpTranscript> transcript) {
        definition.change(settings -> settings.withTranscript(transcript));
        return this;
    }

    /**
     * Keep the last messages of the monitor in memory, whether or not they are taken down elsewhere as well; the daemon's {@code
     * transcript()} has them.
     *
     * @return this
     */
    public StorageDaemonBuilder recording() {
        definition.change(settings -> settings.withRecording());
        return this;
    }

    /**
     * Bound the memory for events: the client's built-in listener, and the assertions' view, keep the youngest ones only. By default
     * they keep what fits into a sixteenth of the heap, at most 64 MiB. Messages and the failure report say how many were dropped.
     *
     * @param events how many to keep, at least 1
     * @return this
     * @throws IllegalArgumentException if it is less than 1
     */
    public StorageDaemonBuilder keepEvents(int events) {
        definition.change(settings -> settings.withEventsKept(events));
        return this;
    }

    /**
     * Start the daemon and connect to its monitor.
     *
     * @return the running daemon
     * @throws io.github.qmpjunit.qemu.process.QemuNotFoundException if there is no daemon to start
     * @throws io.github.qmpjunit.qemu.process.QemuStartException if it exits, or its monitor does not answer in time; nothing is left running then
     */
    public StorageDaemon start() {
        Path found = tools.find(QemuTool.QEMU_STORAGE_DAEMON, definition.binary());
        List<String> own = definition.args();
        return StorageDaemon.start(new LaunchPlan(
                "qemu-storage-daemon", definition.settings(), RunContext.HERE, List.of(), directory -> {
                    List<String> line = new ArrayList<>(List.of(found.toString()));
                    line.addAll(own);
                    line.addAll(StorageDaemon.monitorArguments(directory));
                    return List.copyOf(line);
                }));
    }
}
