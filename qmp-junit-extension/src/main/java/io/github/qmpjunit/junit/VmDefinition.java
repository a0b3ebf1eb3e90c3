package io.github.qmpjunit.junit;

import io.github.qmpjunit.qemu.QemuMachineBuilder;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.ReflectionSupport;

/**
 * A machine as a test defines it.
 *
 * @param name its name; empty for the only one
 * @param sharing how long it lives, and what tests that share it find
 * @param where what messages call the place of the definition
 * @param place the definition's place, as a frame of a stack trace; empty if it has none
 * @param origin equal for definitions that mean the same machine
 * @param leniency what it is forgiven when a test has passed
 * @param definer writes the definition into a builder
 */
record VmDefinition(
        String name,
        Sharing sharing,
        String where,
        Supplier<Optional<StackTraceElement>> place,
        Origin origin,
        Leniency leniency,
        Definer definer) {

    /** Writes a definition into a builder. */
    @FunctionalInterface
    interface Definer {
        void define(QemuMachineBuilder builder, ExtensionContext context);
    }

    VmDefinition {
        if (sharing.reset() != Reset.NONE && sharing.scope() == Scope.METHOD) {
            throw new ExtensionConfigurationException(
                    "%s defines a machine with reset = %s, which is for machines that tests share; this one is new for each test anyway. Write scope = Scope.CLASS, or leave the reset out"
                            .formatted(where, sharing.reset()));
        }
    }

    /** Return the machine that there is where nobody has defined any. */
    static VmDefinition byDefault(ExtensionSettings settings) {
        return new VmDefinition(
                "",
                settings.sharing(),
                "the extension's builder",
                Optional::empty,
                new Origin.Default(settings.identity()),
                settings.leniency(),
                (builder, context) -> {});
    }

    static VmDefinition of(Vm vm, AnnotatedElement place) {
        return new VmDefinition(
                vm.value(),
                new Sharing(vm.scope(), vm.reset(), VmPlaces.sharing(place, vm)),
                VmPlaces.describe(place),
                () -> CodePlace.of(place),
                new Origin.Annotation(vm),
                new Leniency(List.of(vm.without()), patterns(vm, place)),
                (builder, context) -> define(vm, builder, context));
    }

    private static List<Pattern> patterns(Vm vm, AnnotatedElement place) {
        try {
            return Arrays.stream(vm.allowedStderr()).map(Pattern::compile).toList();
        } catch (PatternSyntaxException e) {
            throw new ExtensionConfigurationException(
                    "%s allows a line on stderr by \"%s\", which is no regular expression: %s"
                            .formatted(VmPlaces.describe(place), e.getPattern(), e.getDescription()),
                    e);
        }
    }

    private static void define(Vm vm, QemuMachineBuilder builder, ExtensionContext context) {
        if (!vm.machine().isEmpty()) {
            builder.machine(vm.machine());
        }
        if (!vm.binary().isEmpty()) {
            builder.binary(vm.binary());
        }
        builder.args(vm.args());
        builder.ownEvents(vm.ownEvents());
        Arrays.stream(vm.console()).forEach(builder::console);
        if (vm.qtest()) {
            builder.qtest();
        }
        if (vm.guestAgent()) {
            builder.guestAgent();
        }
        if (vm.paused()) {
            builder.paused();
        }
        if (vm.rejectDeprecated()) {
            builder.rejectDeprecated();
        }
        if (vm.factory() != VmFactory.class) {
            factory(vm).define(builder, context);
        }
    }

    /** JUnit throws on what the constructor throws, as it is. */
    private static VmFactory factory(Vm vm) {
        Class<? extends VmFactory> type = vm.factory();
        if (type.isInterface()
                || Stream.of(type.getDeclaredConstructors()).noneMatch(made -> made.getParameterCount() == 0)) {
            throw new ExtensionConfigurationException(
                    "Cannot create the factory %s of a @Vm: it needs a constructor without parameters, and must be static if it stands inside of a class"
                            .formatted(type.getSimpleName()));
        }
        return ReflectionSupport.newInstance(type);
    }

    /** Return whether the annotation says more than a name: only then it defines a machine, else it says which one is meant. */
    static boolean isDefinition(Vm vm) {
        return !saysOnly(vm, Set.of("value"));
    }

    /** Return whether all attributes but those are as they are by default. */
    static boolean saysOnly(Vm vm, Set<String> attributes) {
        return Arrays.stream(Vm.class.getDeclaredMethods())
                .filter(attribute -> !attributes.contains(attribute.getName()))
                .allMatch(attribute -> Objects.deepEquals(attribute.getDefaultValue(), valueOf(attribute, vm)));
    }

    private static Object valueOf(Method attribute, Vm vm) {
        return Objects.requireNonNull(ReflectionSupport.invokeMethod(attribute, vm));
    }

    /** Return this definition with what the configuration leaves out and allows everywhere. */
    VmDefinition completedBy(Configuration configuration) {
        return new VmDefinition(name, sharing, where, place, origin, leniency.completedBy(configuration), definer);
    }

    Scope scope() {
        return sharing.scope();
    }

    /** Return whether something is looked at when a test has passed. */
    boolean checks(Check check) {
        return !leniency.without().contains(check);
    }

    boolean isSameMachineAs(VmDefinition other) {
        return name.equals(other.name)
                && scope() == other.scope()
                && origin.equals(other.origin)
                && sharing.declaring().equals(other.sharing.declaring());
    }

    boolean isShared() {
        return scope() != Scope.METHOD;
    }

    /** Return what messages call the machine. */
    String label() {
        return name.isEmpty() ? "the machine" : "machine \"" + name + "\"";
    }
}
