package io.github.qmpjunit.qemu;

import io.github.qmpjunit.internal.Words;
import io.github.qmpjunit.qemu.launch.Channel;
import io.github.qmpjunit.qemu.launch.LaunchPlan;
import io.github.qmpjunit.qemu.launch.LaunchedProcess;
import io.github.qmpjunit.qemu.launch.PrefixedCommand;
import io.github.qmpjunit.qemu.launch.RunContext;
import io.github.qmpjunit.qemu.process.CommandLine;
import io.github.qmpjunit.qemu.process.LaunchPrefix;
import io.github.qmpjunit.qemu.process.QemuBinary;
import io.github.qmpjunit.qemu.process.StopLimits;
import io.github.qmpjunit.qemu.wiring.AgentPort;
import io.github.qmpjunit.qemu.wiring.FaultyNode;
import io.github.qmpjunit.qmp.QmpEventListener;
import io.github.qmpjunit.qmp.QmpTranscript;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Collects what a {@link QemuMachine} is to be started with.
 *
 * <pre>{@code
 * .vm(vm -> vm.machine("q35")
 *         .memory("64M")
 *         .blockNode(Map.of("driver", "null-co", "node-name", "disk0", "size", 1 << 20))
 *         .device("virtio-blk-pci", Map.of("id", "blk0", "drive", "disk0")))
 * }</pre>
 *
 * <p>Parts with ids (block nodes, devices, objects, chardevs, netdevs) get one where they name none; two of a name are refused at
 * once. Whatever has no method of its own goes through {@link #args}. Not thread-safe; one builder may start several machines, one
 * after the other or side by side.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public final class QemuMachineBuilder {

    private static final String QTEST = "qtest";

    private final ProcessDefinition definition;
    private RunContext context = RunContext.HERE;
    private String machine = "none";
    private @Nullable Path tempDir;
    private @Nullable String cpu;
    private @Nullable String memory;
    private int smp;
    private boolean defaults;
    private boolean paused;
    private boolean qtest;
    private boolean deprecatedRejected;
    private boolean attachable;
    private boolean guestAgent;
    private final List<String> accelerators = new ArrayList<>();
    private final List<String> consoles = new ArrayList<>();
    private final Map<String, Boolean> faultyDisks = new LinkedHashMap<>();

    QemuMachineBuilder() {
        this(new ProcessDefinition("vm", "-"));
    }

    private QemuMachineBuilder(ProcessDefinition definition) {
        this.definition = definition;
    }

    /** Return one that says the same, and goes its own way from here on. */
    QemuMachineBuilder copy() {
        QemuMachineBuilder copy = new QemuMachineBuilder(definition.copy());
        copy.context = context;
        copy.machine = machine;
        copy.tempDir = tempDir;
        copy.cpu = cpu;
        copy.memory = memory;
        copy.smp = smp;
        copy.defaults = defaults;
        copy.paused = paused;
        copy.qtest = qtest;
        copy.deprecatedRejected = deprecatedRejected;
        copy.attachable = attachable;
        copy.guestAgent = guestAgent;
        copy.accelerators.addAll(accelerators);
        copy.consoles.addAll(consoles);
        copy.faultyDisks.putAll(faultyDisks);
        return copy;
    }

    /**
     * Set the name by which messages tell this machine from others; {@code vm} if not set.
     *
     * @param name the name
     * @return this
     */
    public QemuMachineBuilder name(String name) {
        definition.setName(name);
        return this;
    }

    /**
     * Set the QEMU to start; looked for as {@link QemuBinary} says if not set.
     *
     * @param binary a path, or a command on the {@code PATH}
     * @return this
     */
    public QemuMachineBuilder binary(String binary) {
        definition.setBinary(binary);
        return this;
    }

    /**
     * Set the QEMU to start.
     *
     * @param binary the path
     * @return this
     */
    public QemuMachineBuilder binary(Path binary) {
        return binary(binary.toAbsolutePath().toString());
    }

    /**
     * Put a command before QEMU that runs it on this machine: {@code prefix("valgrind", "--quiet")}.
     *
     * @param command the program and its arguments
     * @return this
     * @throws IllegalArgumentException if there is no program
     */
    public QemuMachineBuilder prefix(String... command) {
        return prefix(LaunchPrefix.local(command));
    }

    /**
     * Put a command before QEMU, which may run it on another machine.
     *
     * <p>Elsewhere, the binary is not looked for here: it has to be there, by the same name. The environment and the working
     * directory are QEMU's there, not the prefix's. Consoles and qtest, which are sockets of this machine, it cannot have.
     *
     * @param prefix the command
     * @return this
     */
    public QemuMachineBuilder prefix(LaunchPrefix prefix) {
        context = context.withPrefix(prefix);
        return this;
    }

    /**
     * Set QEMU's {@code -machine}; {@code none} if not set: no hardware at all, just a monitor, ready in 25 to 30 ms.
     *
     * @param machine the machine's type, perhaps with properties, such as {@code q35} or {@code virt,gic-version=3}
     * @return this
     */
    public QemuMachineBuilder machine(String machine) {
        this.machine = Words.require("The machine's type", machine);
        return this;
    }

    /**
     * Set QEMU's {@code -cpu}.
     *
     * @param cpu the model, perhaps with features, such as {@code qemu64,+ssse3}
     * @return this
     */
    public QemuMachineBuilder cpu(String cpu) {
        this.cpu = Words.require("The CPU's model", cpu);
        return this;
    }

    /**
     * Set the accelerators, in order of preference: QEMU takes the first that works. Left to QEMU if not set.
     *
     * @param names such as {@code kvm}, {@code tcg}, {@code qtest}, perhaps with properties ({@code tcg,thread=single})
     * @return this
     */
    public QemuMachineBuilder accelerators(String... names) {
        List<String> checked = Stream.of(names)
                .map(accelerator -> Words.require("An accelerator's name", accelerator))
                .toList();
        accelerators.clear();
        accelerators.addAll(checked);
        return this;
    }

    /**
     * Set the size of the guest's memory, QEMU's {@code -m}.
     *
     * @param memory such as {@code 64M} or {@code 1G}
     * @return this
     */
    public QemuMachineBuilder memory(String memory) {
        this.memory = Words.require("The size of the memory", memory);
        return this;
    }

    /**
     * Set the number of the guest's processors, QEMU's {@code -smp}.
     *
     * @param processors at least 1
     * @return this
     */
    public QemuMachineBuilder smp(int processors) {
        this.smp = processors;
        return this;
    }

    /**
     * Set whether the machine gets the devices that QEMU adds by itself (network card, display adapter, serial port, drives).
     * By default it does not ({@code -nodefaults}): a test gets what it names, and starts faster.
     *
     * @param defaults whether it does
     * @return this
     */
    public QemuMachineBuilder defaults(boolean defaults) {
        this.defaults = defaults;
        return this;
    }

    /**
     * Start with the processors stopped ({@code -S}), so that listeners and breakpoints stand before the first instruction; {@code
     * cont} sets them going.
     *
     * @return this
     */
    public QemuMachineBuilder paused() {
        this.paused = true;
        return this;
    }

    /**
     * Wait for a migration instead of running a guest ({@code -incoming defer}); see {@link QemuMachine#migrateTo(QemuMachine)}.
     *
     * @return this
     */
    public QemuMachineBuilder incoming() {
        return args("-incoming", "defer");
    }

    /**
     * Add a block node, QEMU's {@code -blockdev}.
     *
     * @param options its options, with {@code driver}; Maps inside are nested nodes; {@code node-name} is handed out if missing
     * @return this
     */
    public QemuMachineBuilder blockNode(Map<String, ?> options) {
        definition.addBlockNode(options);
        return this;
    }

    /**
     * Add a block node that can be made to fail or to stall ({@link QemuMachine#faults}).
     *
     * @param nodeName the node that a device names as its {@code drive}; at most 20 characters
     * @param options the options of the node with the data, with {@code driver}, without {@code node-name}; Maps inside are nested nodes
     * @return this
     */
    public QemuMachineBuilder faultyDisk(String nodeName, Map<String, ?> options) {
        FaultyNode.requireUsable(nodeName);
        Object given = options.get("read-only");
        boolean readOnly = given != null && CommandLine.optionValue(given).equals("on");
        Map<String, Object> image = new HashMap<>(options);
        image.put("node-name", FaultyNode.image(nodeName));
        object("throttle-group", Map.of("id", FaultyNode.throttleGroup(nodeName)));
        blockNode(image);
        blockNode(FaultyNode.top(nodeName, readOnly, FaultyNode.image(nodeName)));
        faultyDisks.put(nodeName, readOnly);
        return this;
    }

    /**
     * Add a device, QEMU's {@code -device}.
     *
     * @param driver the device's model
     * @param properties its properties; {@code id} is handed out if missing
     * @return this
     */
    public QemuMachineBuilder device(String driver, Map<String, ?> properties) {
        definition.addPart("device", "driver", driver, properties);
        return this;
    }

    /**
     * Add an object, QEMU's {@code -object}.
     *
     * @param type the object's type, such as {@code iothread}
     * @param properties its properties; {@code id} is handed out if missing
     * @return this
     */
    public QemuMachineBuilder object(String type, Map<String, ?> properties) {
        definition.addPart("object", "qom-type", type, properties);
        return this;
    }

    /**
     * Add a character device's back end, QEMU's {@code -chardev}.
     *
     * @param backend the back end's type, such as {@code null} or {@code file}
     * @param properties its properties; {@code id} is handed out if missing
     * @return this
     */
    public QemuMachineBuilder chardev(String backend, Map<String, ?> properties) {
        definition.addPart("chardev", "backend", backend, properties);
        return this;
    }

    /**
     * Add a network back end, QEMU's {@code -netdev}.
     *
     * @param type the back end's type, such as {@code user}
     * @param properties its properties; {@code id} is handed out if missing
     * @return this
     */
    public QemuMachineBuilder netdev(String type, Map<String, ?> properties) {
        definition.addPart("netdev", "type", type, properties);
        return this;
    }

    /**
     * Hand out an id that no other part of this machine has.
     *
     * @param prefix what it begins with
     * @return the prefix and a number
     */
    public String newId(String prefix) {
        return definition.newId(prefix);
    }

    /**
     * Add a serial port that the test reads and writes ({@link QemuMachine#console}); the first one added is the guest's first.
     *
     * @param name the name to ask for it by
     * @return this
     */
    public QemuMachineBuilder console(String name) {
        if (consoles.contains(name)) {
            throw new IllegalArgumentException("There is a console \"%s\" already".formatted(name));
        }
        consoles.add(Words.require("A console's name", name));
        return this;
    }

    /**
     * Add a qtest connection ({@link QemuMachine#qtest}). The accelerator stays as it is.
     *
     * @return this
     */
    public QemuMachineBuilder qtest() {
        this.qtest = true;
        return this;
    }

    /**
     * Let people and other programs attach to the machine beside the test, at the sockets of {@link QemuMachine#attachment}: a
     * monitor of their own, and a VNC display where the machine has hardware.
     *
     * @return this
     */
    public QemuMachineBuilder attachable() {
        this.attachable = true;
        return this;
    }

    /**
     * Make QEMU refuse commands and arguments that are deprecated, and leave deprecated members out of what it says ({@code -compat
     * deprecated-input=reject,deprecated-output=hide}). Deprecated options of its command line are warned of, as ever.
     *
     * @return this
     */
    public QemuMachineBuilder rejectDeprecated() {
        this.deprecatedRejected = true;
        return this;
    }

    /**
     * Add the port at which a guest agent in the guest listens ({@link QemuMachine#guestAgent}): a virtio serial port. The guest
     * needs {@code qemu-guest-agent}.
     *
     * @return this
     */
    public QemuMachineBuilder guestAgent() {
        this.guestAgent = true;
        return this;
    }

    /**
     * Add arguments to QEMU's command line, after those that stand there already.
     *
     * @param more the arguments, one string each: {@code args("-m", "64")}
     * @return this
     * @throws IllegalArgumentException if an argument contains the character NUL; none is added then
     */
    public QemuMachineBuilder args(String... more) {
        definition.add(more);
        return this;
    }

    /**
     * Remove all that {@link #args} and {@link #incoming} have added so far.
     *
     * @return this
     */
    public QemuMachineBuilder removeArgs() {
        definition.removeArgs();
        return this;
    }

    /**
     * Remove all that {@link #blockNode}, {@link #faultyDisk}, {@link #device}, {@link #object}, {@link #chardev} and {@link #netdev} have
     * added so far: {@code vm.restart(with -> with.removeParts().blockNode(other))}.
     *
     * @return this
     */
    public QemuMachineBuilder removeParts() {
        definition.removeParts();
        faultyDisks.clear();
        return this;
    }

    /**
     * Add a variable to QEMU's environment, which is otherwise the JVM's.
     *
     * @param variable the variable's name
     * @param value its value
     * @return this
     * @throws IllegalArgumentException if the name is empty or contains {@code =}, or either contains the character NUL
     */
    public QemuMachineBuilder environment(String variable, String value) {
        context = context.withVariable(variable, value);
        return this;
    }

    /**
     * Tell the machine which folder belongs to its test, so that the test finds it ({@link QemuMachine#tempDir}). Neither made nor removed
     * here. Default: none.
     *
     * @param folder the folder
     * @return this
     */
    public QemuMachineBuilder tempDir(Path folder) {
        this.tempDir = folder;
        return this;
    }

    /**
     * Set the directory in which QEMU runs; the JVM's if not set.
     *
     * @param directory the directory
     * @return this
     */
    public QemuMachineBuilder workingDirectory(Path directory) {
        context = context.withWorkingDirectory(directory);
        return this;
    }

    /**
     * Declare events that this QEMU sends although its schema does not have them: those of a board or a device of your own. Assertions wait for
     * them as for any other.
     *
     * @param names the events' names as they stand in the message; they are added to those declared before
     * @return this
     */
    public QemuMachineBuilder ownEvents(String... names) {
        definition.change(settings -> settings.withOwnEvents(List.of(names)));
        return this;
    }

    /**
     * Register a listener before the process starts, so that it misses nothing. It serves for one start.
     *
     * @param listener the listener
     * @return this
     */
    public QemuMachineBuilder listener(QmpEventListener listener) {
        definition.change(settings -> settings.withListener(listener));
        return this;
    }

    /**
     * Set how long QEMU may take until its monitor answers; 30 s if not set. A QEMU that exits instead is noticed at once.
     *
     * @param startTimeout the time-out
     * @return this
     */
    public QemuMachineBuilder startTimeout(Duration startTimeout) {
        definition.change(settings -> settings.withStartTimeout(startTimeout));
        return this;
    }

    /**
     * Set how long each step of stopping may take; {@link StopLimits#DEFAULT} if not set.
     *
     * @param stopLimits the limits
     * @return this
     */
    public QemuMachineBuilder stopLimits(StopLimits stopLimits) {
        definition.change(settings -> settings.withStopLimits(stopLimits));
        return this;
    }

    /**
     * Set where somebody keeps what belongs to this machine's run, so that failures' messages can name it; nowhere if not set. The
     * machine itself neither reads nor writes there.
     *
     * @param artefacts a directory, which need not exist yet
     * @return this
     */
    public QemuMachineBuilder artefacts(Path artefacts) {
        return artefacts(() -> Optional.of(artefacts));
    }

    /**
     * Set where somebody keeps what belongs to this machine's run, as {@link #artefacts(Path)} does, where that changes during the
     * run, as for several tests that use the machine one after the other.
     *
     * @param artefacts tells the directory; asked whenever a message is to name it, on any thread
     * @return this
     */
    public QemuMachineBuilder artefacts(Supplier<Optional<Path>> artefacts) {
        definition.change(settings -> settings.withArtefacts(artefacts));
        return this;
    }

    /**
     * Have all messages of the monitor taken down.
     *
     * @param transcript makes a transcript for each machine that is started, such as {@code () -> QmpTranscript.to(file)}
     * @return this
     */
    public QemuMachineBuilder transcript(Supplier<QmpTranscript> transcript) {
        definition.change(settings -> settings.withTranscript(transcript));
        return this;
    }

    /**
     * Keep the last messages of the monitor in memory, whether or not they are taken down elsewhere as well; the machine's {@code
     * transcript()} has them.
     *
     * @return this
     */
    public QemuMachineBuilder recording() {
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
    public QemuMachineBuilder keepEvents(int events) {
        definition.change(settings -> settings.withEventsKept(events));
        return this;
    }

    /**
     * Start QEMU and connect to its monitor.
     *
     * @return the running machine
     * @throws io.github.qmpjunit.qemu.process.QemuNotFoundException if there is no QEMU to start
     * @throws io.github.qmpjunit.qemu.process.QemuStartException if QEMU exits, or its monitor does not answer in time; nothing is left running then
     */
    public QemuMachine start() {
        return QemuMachine.start(this);
    }

    /** {@return QEMU's arguments as defined so far, without the binary and without the harness's own plumbing} */
    public List<String> arguments() {
        return List.copyOf(ownArguments());
    }

    /** {@return the command line, without the harness's own plumbing, as a shell reads it: for trying it by hand} */
    public String shellCommand() {
        List<String> line = new ArrayList<>(List.of(program()));
        line.addAll(ownArguments());
        return PrefixedCommand.forShell(context.prefix(), line, context.environment());
    }

    private String program() {
        return context.prefix().isRemote()
                ? QemuBinary.nameOf(definition.binary())
                : QemuBinary.find(definition.binary()).toString();
    }

    /** {@return the name by which messages tell the machine from others} */
    public String name() {
        return definition.settings().name();
    }

    /** {@return the names of the consoles so far} */
    public List<String> consoles() {
        return List.copyOf(consoles);
    }

    Optional<Path> tempDir() {
        return Optional.ofNullable(tempDir);
    }

    Optional<Attachment> attachment(Path directory) {
        return attachable && !context.prefix().isRemote()
                ? Optional.of(Attachment.in(directory, !machine.equals("none")))
                : Optional.empty();
    }

    /** Return the disks that can be made to fail, by name, with whether they are read-only. */
    Map<String, Boolean> faultyDisks() {
        return new LinkedHashMap<>(faultyDisks);
    }

    /** Return the names of the channels that the consoles use, by the consoles' names, in their order. */
    Map<String, String> consoleChannels() {
        Map<String, String> channels = new LinkedHashMap<>();
        consoles.forEach(console -> channels.put(console, "serial" + channels.size()));
        return channels;
    }

    /** Return the name of the channel that qtest uses, if the machine has qtest. */
    Optional<String> qtestChannel() {
        return qtest ? Optional.of(QTEST) : Optional.empty();
    }

    /** Return the name of the channel that the guest agent uses, if the machine has a port for one. */
    Optional<String> guestAgentChannel() {
        return guestAgent ? Optional.of(AgentPort.CHARDEV) : Optional.empty();
    }

    private List<Channel> channels() {
        List<Channel> channels = new ArrayList<>();
        consoleChannels()
                .values()
                .forEach(name -> channels.add(new Channel(name, List.of("-serial", "chardev:" + name))));
        qtestChannel()
                .ifPresent(name ->
                        channels.add(new Channel(name, List.of("-qtest", "chardev:" + name, "-qtest-log", "none"))));
        guestAgentChannel().ifPresent(name -> channels.add(new Channel(name, AgentPort.devices(machine))));
        return channels;
    }

    /** Return the plan for one machine. */
    LaunchPlan plan() {
        List<Channel> channels = channels();
        return new LaunchPlan("QEMU", definition.settings(), context, channels, commandLine(channels));
    }

    /** Return the plan for the next life of a machine. */
    LaunchPlan planAfter(LaunchPlan before) {
        List<Channel> channels = channels();
        return before.next(definition.settings(), context, channels, commandLine(channels));
    }

    private Function<Path, List<String>> commandLine(List<Channel> channels) {
        requireSocketsInReach();
        String program = program();
        LaunchPrefix prefix = context.prefix();
        List<String> own = ownArguments();
        return directory ->
                commandLine(program, own, channels, directory, LaunchedProcess.monitorChardev(prefix, directory));
    }

    private void requireSocketsInReach() {
        if (context.prefix().isRemote() && (qtest || guestAgent || !consoles.isEmpty())) {
            throw new IllegalArgumentException(
                    "Machine \"%s\" cannot have %s: that is a socket of this machine, but QEMU is to run behind \"%s\". Leave it out, or let QEMU write to a file over there: args(\"-serial\", \"file:console.log\")"
                            .formatted(
                                    name(),
                                    qtest ? "qtest" : guestAgent ? "a guest agent's port" : "the consoles " + consoles,
                                    context.prefix()));
        }
    }

    private List<String> commandLine(
            String binary, List<String> own, List<Channel> channels, Path directory, String monitor) {
        List<String> line = new ArrayList<>();
        line.add(binary);
        line.addAll(own);
        channels.forEach(channel -> line.addAll(channel.arguments(directory)));
        attachment(directory).map(Attachment::arguments).ifPresent(line::addAll);
        line.addAll(List.of("-chardev", monitor));
        line.addAll(List.of("-mon", "chardev=" + LaunchedProcess.MONITOR + ",mode=control"));
        return List.copyOf(line);
    }

    private List<String> ownArguments() {
        List<String> line = new ArrayList<>(List.of("-no-user-config", "-display", "none"));
        if (!defaults) {
            line.add("-nodefaults");
        }
        line.addAll(List.of("-machine", machine));
        accelerators.forEach(accelerator -> line.addAll(List.of("-accel", accelerator)));
        addIfGiven(line, "-cpu", cpu);
        addIfGiven(line, "-m", memory);
        addIfGiven(line, "-smp", smp == 0 ? null : Integer.toString(smp));
        if (paused) {
            line.add("-S");
        }
        if (deprecatedRejected) {
            line.addAll(List.of("-compat", "deprecated-input=reject,deprecated-output=hide"));
        }
        line.addAll(definition.args());
        return line;
    }

    private static void addIfGiven(List<String> line, String option, @Nullable String value) {
        if (value != null) {
            line.addAll(List.of(option, value));
        }
    }
}
