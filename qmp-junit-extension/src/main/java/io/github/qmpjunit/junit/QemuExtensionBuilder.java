package io.github.qmpjunit.junit;

import io.github.qmpjunit.qemu.QemuMachineBuilder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.apiguardian.api.API;

/**
 * Collects what a {@link QemuExtension} of a {@code @RegisterExtension} field is to do. Not thread-safe.
 *
 * <p>Scope, reset and checks hold for all machines of this extension; for machines that differ in them, use {@link Vm}.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public final class QemuExtensionBuilder {

    private final Map<String, Machine> machines = new LinkedHashMap<>();
    private final List<Check> without = new ArrayList<>();
    private final List<Pattern> allowedStderr = new ArrayList<>();
    private Scope scope = Scope.METHOD;
    private Reset reset = Reset.NONE;

    QemuExtensionBuilder() {}

    /** A machine, and the line of code that defines it. */
    private record Machine(Consumer<QemuMachineBuilder> definition, Optional<StackTraceElement> place) {}

    /**
     * Define the only machine, or the one that is injected where no name stands.
     *
     * @param definition writes it into a builder; called once for each machine that starts
     * @return this
     */
    public QemuExtensionBuilder vm(Consumer<QemuMachineBuilder> definition) {
        return vm("", definition);
    }

    /**
     * Define a machine of that name.
     *
     * @param name the name, as in {@code @Vm("src") QmpClient}
     * @param definition writes it into a builder; called once for each machine that starts
     * @return this
     * @throws IllegalArgumentException if there is one of that name already
     */
    public QemuExtensionBuilder vm(String name, Consumer<QemuMachineBuilder> definition) {
        if (machines.putIfAbsent(name, new Machine(definition, CodePlace.ofCaller())) != null) {
            throw new IllegalArgumentException(
                    "There is a machine \"%s\" already; give each vm(name, ...) a name of its own".formatted(name));
        }
        return this;
    }

    /**
     * Set how long the machines live; {@link Scope#METHOD} if not set.
     *
     * @param scope the scope
     * @return this
     */
    public QemuExtensionBuilder scope(Scope scope) {
        this.scope = scope;
        return this;
    }

    /**
     * Set what is done to shared machines between tests; {@link Reset#NONE} if not set.
     *
     * @param reset the way to begin anew
     * @return this
     */
    public QemuExtensionBuilder reset(Reset reset) {
        this.reset = reset;
        return this;
    }

    /**
     * Leave checks out.
     *
     * @param checks what is not looked at when a test has passed
     * @return this
     */
    public QemuExtensionBuilder without(Check... checks) {
        without.addAll(Arrays.asList(checks));
        return this;
    }

    /**
     * Allow lines on QEMU's standard error.
     *
     * @param regularExpressions the expressions; a line in which one of them is found never fails a test
     * @return this
     */
    public QemuExtensionBuilder allowedStderr(String... regularExpressions) {
        Arrays.stream(regularExpressions).map(Pattern::compile).forEach(allowedStderr::add);
        return this;
    }

    /** {@return the extension, for a static field with {@code @RegisterExtension}} */
    public QemuExtension build() {
        Map<String, VmDefinition> definitions = new LinkedHashMap<>();
        machines.forEach((name, machine) -> definitions.put(name, definition(name, machine)));
        return new QemuExtension(
                new ExtensionSettings(new ExtensionSettings.Identity(), definitions, sharing(), leniency()));
    }

    private Sharing sharing() {
        return new Sharing(scope, reset, Optional.empty());
    }

    private Leniency leniency() {
        return new Leniency(List.copyOf(without), List.copyOf(allowedStderr));
    }

    private VmDefinition definition(String name, Machine machine) {
        return new VmDefinition(
                name,
                sharing(),
                "the extension's builder",
                machine::place,
                new Origin.Code(machine.definition()),
                leniency(),
                List.of("the extension's builder: vm(" + (name.isEmpty() ? "" : "\"" + name + "\", ") + "...)"),
                (builder, folder, context) -> machine.definition().accept(builder));
    }
}
