package io.github.qmpjunit.qemu;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects what a {@link QemuMachine} is to be started with. Not thread-safe; one builder may start several machines. */
public final class QemuMachineBuilder {

    private String name = "vm";
    private @Nullable String binary;
    private String machine = "none";
    private boolean defaults;
    private final List<String> args = new ArrayList<>();
    private Duration startTimeout = Duration.ofSeconds(30);

    QemuMachineBuilder() {}

    /**
     * Set the name by which messages tell this machine from others; {@code vm} if not set.
     *
     * @param name the name
     * @return this
     */
    public QemuMachineBuilder name(String name) {
        this.name = name;
        return this;
    }

    /**
     * Set the QEMU to start; looked for as {@link QemuBinary} says if not set.
     *
     * @param binary a path, or a command on the {@code PATH}
     * @return this
     */
    public QemuMachineBuilder binary(String binary) {
        this.binary = binary;
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
     * Set QEMU's {@code -machine}; {@code none} if not set: no hardware at all, just a monitor, ready in about 20 ms.
     *
     * @param machine the machine's type, perhaps with properties, such as {@code q35} or {@code virt,gic-version=3}
     * @return this
     */
    public QemuMachineBuilder machine(String machine) {
        this.machine = machine;
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
     * Add arguments to QEMU's command line, after those that stand there already.
     *
     * @param more the arguments, one string each: {@code args("-m", "64")}
     * @return this
     */
    public QemuMachineBuilder args(String... more) {
        args.addAll(Arrays.asList(more));
        return this;
    }

    /**
     * Set how long QEMU may take until its monitor answers; 30 s if not set. A QEMU that exits instead is noticed at once.
     *
     * @param startTimeout the time-out
     * @return this
     */
    public QemuMachineBuilder startTimeout(Duration startTimeout) {
        this.startTimeout = startTimeout;
        return this;
    }

    /**
     * Start QEMU and connect to its monitor.
     *
     * @return the running machine
     * @throws QemuNotFoundException if there is no QEMU to start
     * @throws QemuStartException if QEMU exits, or its monitor does not answer in time; nothing is left running then
     */
    public QemuMachine start() {
        return QemuMachine.start(this);
    }

    String name() {
        return name;
    }

    Duration startTimeout() {
        return startTimeout;
    }

    Path findBinary() {
        return QemuBinary.find(binary);
    }

    /** Return the command line for a monitor that connects to the socket. */
    List<String> commandLine(Path foundBinary, Path monitorSocket) {
        List<String> line = new ArrayList<>();
        line.add(foundBinary.toString());
        line.addAll(List.of("-no-user-config", "-display", "none"));
        if (!defaults) {
            line.add("-nodefaults");
        }
        line.addAll(List.of("-machine", machine));
        line.addAll(args);
        line.addAll(
                List.of("-chardev", "socket,id=qmp-junit,server=off,path=" + CommandLine.optionValue(monitorSocket)));
        line.addAll(List.of("-mon", "chardev=qmp-junit,mode=control"));
        return List.copyOf(line);
    }
}
