package io.github.qmpjunit.qemu.probe;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.launch.QemuProgram;
import io.github.qmpjunit.qemu.process.QemuBinary;
import io.github.qmpjunit.qemu.process.QemuException;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpErrorException;
import io.github.qmpjunit.qmp.QmpVersion;
import io.github.qmpjunit.qmp.schema.QmpSchema;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apiguardian.api.API;
import tools.jackson.databind.JsonNode;

/**
 * The capabilities of a QEMU binary: its machines, devices, block drivers and accelerators, and whether KVM really works.
 *
 * <p>The binary itself is queried, once per JVM while the file does not change. Immutable.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public final class QemuCapabilities {

    private static final ProbeCache<QemuCapabilities> KNOWN = new ProbeCache<>(Duration.ofMinutes(2));
    private static final ProbeCache<Optional<Set<String>>> PROPERTIES = new ProbeCache<>(Duration.ofMinutes(2));
    private static final ProbeCache<Optional<String>> WHY_NO_KVM = new ProbeCache<>(Duration.ofMinutes(1));

    /** A line of the human monitor's {@code device_add help}, the only source of the short names. */
    private static final Pattern DEVICE_ALIAS =
            Pattern.compile("^name \"([^\"]+)\".*, alias \"([^\"]+)\"", Pattern.MULTILINE);

    /** The human monitor's {@code format=help}. A build with a whitelist has a second line, for drivers that can only read. */
    private static final Pattern SUPPORTED_FORMATS =
            Pattern.compile("^Supported formats(?: \\(read-only\\))?: ([^\r\n]*)", Pattern.MULTILINE);

    private static final String ACCELERATOR_SUFFIX = "-accel";

    private final Path binary;
    private final QmpVersion version;
    private final Set<String> machines;
    private final Map<String, String> aliases;
    private final Set<String> devices;
    private final Set<String> accelerators;
    private final Set<String> commands;
    private final Set<String> blockDrivers;
    private final Set<String> netdevs;
    private final QmpSchema schema;

    private QemuCapabilities(Path binary, QmpClient qmp) {
        this.binary = binary;
        this.version = qmp.greeting().version();
        this.machines = machines(qmp);
        this.aliases = aliases(qmp);
        this.devices = devices(qmp, aliases.keySet());
        this.accelerators = accelerators(qmp);
        this.commands = commands(qmp);
        this.blockDrivers = blockDrivers(qmp);
        this.netdevs = netdevs(qmp);
        this.schema = qmp.schema();
    }

    /**
     * Return the capabilities of a binary. The first call for a binary starts it without a machine, which takes some ten milliseconds.
     *
     * @param binary its path, or a command on the {@code PATH}
     * @return its capabilities
     * @throws io.github.qmpjunit.qemu.process.QemuNotFoundException if there is no such executable file
     * @throws io.github.qmpjunit.qemu.process.QemuException if it does not start or does not answer
     */
    public static QemuCapabilities of(Path binary) {
        Path found = QemuBinary.find(binary.toString()).toAbsolutePath();
        return KNOWN.get(QemuProgram.identify(found), "what %s can do".formatted(found), () -> probe(found));
    }

    /**
     * Return the capabilities of a machine's binary, as {@link #of(Path)} does: the binary is started again, unless it is known already.
     *
     * @param machine the machine
     * @return the capabilities of its binary
     * @throws io.github.qmpjunit.qemu.process.QemuException if the binary does not start or does not answer, or runs on another host
     */
    public static QemuCapabilities of(QemuMachine machine) {
        if (machine.launchPrefix().isRemote()) {
            throw new QemuException(
                    "Cannot find out what the QEMU of \"%s\" can do: it runs behind \"%s\", not on this machine. Ask it through its monitor: qmp().execute(\"query-machines\"), say"
                            .formatted(machine.name(), machine.launchPrefix()),
                    null);
        }
        return of(Path.of(machine.commandLine().get(0)));
    }

    private static QemuCapabilities probe(Path binary) {
        return asking(binary, qmp -> new QemuCapabilities(binary, qmp));
    }

    private static <T> T asking(Path binary, Function<QmpClient, T> question) {
        // Any accelerator will do. By default, a QEMU that was built only for KVM requires it, working or not.
        try (QemuMachine vm = QemuMachine.builder()
                .name("capabilities")
                .binary(binary)
                .accelerators("tcg", "qtest", "kvm", "hvf")
                .start()) {
            return question.apply(vm.qmp());
        }
    }

    private static Set<String> machines(QmpClient qmp) {
        Set<String> names = new TreeSet<>();
        for (JsonNode machine : qmp.execute("query-machines")) {
            names.add(machine.path("name").asString());
            machine.path("alias").asStringOpt().ifPresent(names::add);
        }
        return Collections.unmodifiableSet(names);
    }

    private static Set<String> commands(QmpClient qmp) {
        Set<String> names = new TreeSet<>();
        for (JsonNode command : qmp.execute("query-commands")) {
            names.add(command.path("name").asString());
        }
        return Collections.unmodifiableSet(names);
    }

    private static Set<String> devices(QmpClient qmp, Set<String> aliases) {
        Set<String> names = types(qmp, "device");
        names.addAll(aliases);
        return Collections.unmodifiableSet(names);
    }

    /** Return the devices' names by their short names. */
    private static Map<String, String> aliases(QmpClient qmp) {
        Map<String, String> names = new HashMap<>();
        Matcher alias = DEVICE_ALIAS.matcher(qmp.hmp("device_add help").replace("\r", ""));
        while (alias.find()) {
            names.put(alias.group(2), alias.group(1));
        }
        return names;
    }

    /** Types and not {@code -accel help}, which hides qtest. Modules count: QEMU loads all of them to answer. */
    private static Set<String> accelerators(QmpClient qmp) {
        Set<String> names = new TreeSet<>();
        for (String type : types(qmp, "accel")) {
            if (type.endsWith(ACCELERATOR_SUFFIX)) {
                names.add(type.substring(0, type.length() - ACCELERATOR_SUFFIX.length()));
            }
        }
        return Collections.unmodifiableSet(names);
    }

    /** The schema names drivers that were not built in, too; this list is also the only one that knows what a build's whitelist leaves. */
    private static Set<String> blockDrivers(QmpClient qmp) {
        Set<String> names = new TreeSet<>();
        Matcher list = SUPPORTED_FORMATS.matcher(qmp.hmp("drive_add 0 format=help"));
        while (list.find()) {
            names.addAll(List.of(list.group(1).strip().split("\\s+")));
        }
        return Collections.unmodifiableSet(names);
    }

    private static Set<String> netdevs(QmpClient qmp) {
        return qmp.hmp("netdev_add help")
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.endsWith(":"))
                .collect(Collectors.collectingAndThen(
                        Collectors.toCollection(TreeSet::new), Collections::unmodifiableSet));
    }

    private static Set<String> types(QmpClient qmp, String implemented) {
        Set<String> names = new TreeSet<>();
        for (JsonNode type : qmp.execute("qom-list-types", Map.of("implements", implemented, "abstract", false))) {
            names.add(type.path("name").asString());
        }
        return names;
    }

    /** {@return the binary} */
    public Path binary() {
        return binary;
    }

    /** {@return its version} */
    public QmpVersion version() {
        return version;
    }

    /** {@return the machine types for {@code -machine}: {@code pc-q35-7.2}, and its alias {@code q35}} */
    public Set<String> machines() {
        return machines;
    }

    /**
     * {@return the models of devices: {@code virtio-blk-pci}, and its alias {@code virtio-blk}; including devices that
     * only machines can create}
     */
    public Set<String> devices() {
        return devices;
    }

    /**
     * {@return the built-in accelerators, such as {@code tcg}, {@code kvm}, {@code qtest}; {@code kvm} may not work even
     * if it is listed, see {@link #whyNoKvm()}}
     */
    public Set<String> accelerators() {
        return accelerators;
    }

    /** {@return its QMP commands, such as {@code blockdev-mirror}} */
    public Set<String> commands() {
        return commands;
    }

    /**
     * {@return the block drivers that were built in and can be used, such as {@code qcow2} and {@code nbd}; those that only read are
     * among them}
     */
    public Set<String> blockDrivers() {
        return blockDrivers;
    }

    /** {@return the kinds of network back ends, as {@code -netdev} takes them: {@code user}, {@code tap}} */
    public Set<String> netdevs() {
        return netdevs;
    }

    /** {@return what its QMP schema has} */
    public QmpSchema schema() {
        return schema;
    }

    /**
     * Return the properties of a device. The first call for a device starts the binary for some ten milliseconds.
     *
     * @param device the device's name, as {@link #devices()} has it
     * @return the names of its properties; empty if it has no such device
     * @throws io.github.qmpjunit.qemu.process.QemuException if the binary does not start or does not answer
     */
    public Optional<Set<String>> properties(String device) {
        return PROPERTIES.get(
                QemuProgram.identify(binary) + "\n" + device,
                "what properties the device \"%s\" of %s has".formatted(device, binary),
                () -> asking(binary, qmp -> properties(qmp, aliases.getOrDefault(device, device))));
    }

    private static Optional<Set<String>> properties(QmpClient qmp, String device) {
        Set<String> names = new TreeSet<>();
        try {
            for (JsonNode property : qmp.execute("device-list-properties", Map.of("typename", device))) {
                names.add(property.path("name").asString());
            }
        } catch (QmpErrorException e) {
            return Optional.empty();
        }
        return Optional.of(Collections.unmodifiableSet(names));
    }

    /**
     * Find out whether KVM really works: whether a small guest runs with it. Even if {@code /dev/kvm} exists and can be opened, guests
     * may hang or be slower than without it. The first call for a binary takes a tenth of a second if KVM works, and up to five
     * seconds if it does not.
     *
     * @return empty if KVM works, otherwise a sentence that says why it does not
     * @throws io.github.qmpjunit.qemu.process.QemuException if the probe fails, for example because no temporary file can be created
     */
    public Optional<String> whyNoKvm() {
        return WHY_NO_KVM.get(
                QemuProgram.identify(binary),
                "whether KVM works with %s".formatted(binary),
                () -> KvmProbe.whyNoKvm(this));
    }

    @Override
    public String toString() {
        return "QEMU %s at %s: %s machines, %s devices, accelerators %s"
                .formatted(version, binary, machines.size(), devices.size(), accelerators);
    }
}
