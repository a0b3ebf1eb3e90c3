package io.github.qmpjunit.qemu.probe;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.launch.QemuProgram;
import io.github.qmpjunit.qemu.process.QemuBinary;
import io.github.qmpjunit.qemu.process.QemuException;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpVersion;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apiguardian.api.API;
import tools.jackson.databind.JsonNode;

/**
 * What a QEMU can do: which machines, devices and accelerators it has, and whether KVM really works.
 *
 * <p>Asked of the binary itself, once in a JVM for as long as the file stays the same. Immutable.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public final class QemuCapabilities {

    private static final ProbeCache<QemuCapabilities> KNOWN = new ProbeCache<>(Duration.ofMinutes(2));
    private static final ProbeCache<Optional<String>> WHY_NO_KVM = new ProbeCache<>(Duration.ofMinutes(1));

    /** A line of the human monitor's {@code device_add help}, the only one who knows the short names. */
    private static final Pattern DEVICE_ALIAS =
            Pattern.compile("^name \"[^\"]+\".*, alias \"([^\"]+)\"", Pattern.MULTILINE);

    private static final String ACCELERATOR_SUFFIX = "-accel";

    private final Path binary;
    private final QmpVersion version;
    private final Set<String> machines;
    private final Set<String> devices;
    private final Set<String> accelerators;
    private final Set<String> commands;

    private QemuCapabilities(Path binary, QmpClient qmp) {
        this.binary = binary;
        this.version = qmp.greeting().version();
        this.machines = machines(qmp);
        this.devices = devices(qmp);
        this.accelerators = accelerators(qmp);
        this.commands = commands(qmp);
    }

    /**
     * Return what a QEMU can do. The first call for a binary starts it for some ten milliseconds, without a machine.
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
     * Return what the QEMU of a machine can do, as {@link #of(Path)} does: its binary is started once more, unless it is known already.
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
        // Any accelerator will do. Left to itself, a QEMU that was built for KVM only insists on it, working or not.
        try (QemuMachine vm = QemuMachine.builder()
                .name("capabilities")
                .binary(binary)
                .accelerators("tcg", "qtest", "kvm", "hvf")
                .start()) {
            return new QemuCapabilities(binary, vm.qmp());
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

    private static Set<String> devices(QmpClient qmp) {
        Set<String> names = types(qmp, "device");
        Matcher alias = DEVICE_ALIAS.matcher(qmp.hmp("device_add help").replace("\r", ""));
        while (alias.find()) {
            names.add(alias.group(1));
        }
        return Collections.unmodifiableSet(names);
    }

    /** Types and not {@code -accel help}, which conceals qtest. Modules count: QEMU loads them all to answer. */
    private static Set<String> accelerators(QmpClient qmp) {
        Set<String> names = new TreeSet<>();
        for (String type : types(qmp, "accel")) {
            if (type.endsWith(ACCELERATOR_SUFFIX)) {
                names.add(type.substring(0, type.length() - ACCELERATOR_SUFFIX.length()));
            }
        }
        return Collections.unmodifiableSet(names);
    }

    private static Set<String> types(QmpClient qmp, String implemented) {
        Set<String> names = new TreeSet<>();
        for (JsonNode type : qmp.execute("qom-list-types", Map.of("implements", implemented, "abstract", false))) {
            names.add(type.path("name").asString());
        }
        return names;
    }

    /** {@return the binary that was asked} */
    public Path binary() {
        return binary;
    }

    /** {@return its version} */
    public QmpVersion version() {
        return version;
    }

    /** {@return the types of machines, as {@code -machine} takes them: {@code pc-q35-7.2}, and its alias {@code q35}} */
    public Set<String> machines() {
        return machines;
    }

    /**
     * {@return the models of devices: {@code virtio-blk-pci}, and its alias {@code virtio-blk}; those too that only machines
     * themselves may create}
     */
    public Set<String> devices() {
        return devices;
    }

    /**
     * {@return the accelerators that were built in, such as {@code tcg}, {@code kvm}, {@code qtest}; for {@code kvm} that does not
     * mean that it works, see {@link #whyNoKvm()}}
     */
    public Set<String> accelerators() {
        return accelerators;
    }

    /** {@return the QMP commands that it knows, such as {@code blockdev-mirror}} */
    public Set<String> commands() {
        return commands;
    }

    /**
     * Find out whether KVM really works: whether a small guest runs with it. {@code /dev/kvm} may be there, and may be opened, while
     * guests hang or are slower than without it. The first call for a binary takes a tenth of a second where KVM works, and up to
     * five seconds where it does not.
     *
     * @return empty if KVM works, else a sentence that says why it does not
     * @throws io.github.qmpjunit.qemu.process.QemuException if it cannot be found out, for want of a temporary file, say
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
