package io.github.qmpjunit.junit;

import io.github.qmpjunit.qemu.QemuMachineBuilder;
import io.github.qmpjunit.qemu.process.QemuStartException;
import io.github.qmpjunit.secrets.Secrets;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Executable;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A machine as a test defines it.
 *
 * @param name its name; empty for the only one
 * @param sharing how long it lives, and what tests that share it find
 * @param where what messages call the place of the definition
 * @param place the definition's place, as a frame of a stack trace; empty if it has none
 * @param origin equal for definitions that mean the same machine
 * @param leniency what it is forgiven when a test has passed
 * @param layers the places that have said something of it, the farthest first, with what they say
 * @param definer writes the definition into a builder
 */
record VmDefinition(
        String name,
        Sharing sharing,
        String where,
        Supplier<Optional<StackTraceElement>> place,
        Origin origin,
        Leniency leniency,
        List<String> layers,
        Definer definer) {

    /** Writes a definition into a builder. */
    @FunctionalInterface
    interface Definer {
        void define(QemuMachineBuilder builder, TestFolder folder, ExtensionContext context);
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
                List.of(),
                (builder, folder, context) -> {});
    }

    /**
     * Lay an annotation over this definition: it overrides what it names, and inherits the rest. On a method or parameter, it belongs to a
     * single test: if it changes the machine itself, that test gets its own one.
     */
    VmDefinition with(Vm vm, AnnotatedElement place) {
        VmDefinition below = vm.inherit() ? this : nothing(vm.value());
        boolean changesMachine = VmContent.isNamedBy(vm) || !vm.inherit();
        boolean changesSharing = vm.scope() != Scope.METHOD || vm.reset() != Reset.NONE;
        boolean isOfOneTest = place instanceof Executable || place instanceof Parameter;
        Scope merged = vm.scope() != Scope.METHOD ? vm.scope() : below.sharing.scope();
        Reset mergedReset = vm.reset() != Reset.NONE ? vm.reset() : below.sharing.reset();
        Optional<Class<?>> sharingClass = below.sharing.declaring();
        if (isOfOneTest && (changesMachine || changesSharing)) {
            VmPlaces.sharing(place, vm.scope()); // refuses what cannot be shared from there
            merged = Scope.METHOD;
            mergedReset = vm.reset();
            sharingClass = Optional.empty();
        } else if (changesMachine || changesSharing) {
            sharingClass = VmPlaces.sharing(place, merged);
        }
        VmContent content = VmContent.of(below.origin).with(vm);
        List<String> more = new ArrayList<>(below.layers);
        more.add(VmPlaces.describe(place) + ": "
                + new Secrets().learn(List.of(vm.args())).mask(VmAttributes.shown(vm)));
        return new VmDefinition(
                vm.value(),
                new Sharing(merged, mergedReset, sharingClass),
                VmPlaces.describe(place),
                () -> CodePlace.of(place),
                changesMachine || changesSharing ? new Origin.Annotation(content, mergedReset) : below.origin,
                new Leniency(
                        vm.without().length > 0 ? List.of(vm.without()) : below.leniency.without(),
                        vm.allowedStderr().length > 0
                                ? patterns(withInherited(vm.allowedStderr(), below.leniency.allowedStderr()), place)
                                : below.leniency.allowedStderr()),
                List.copyOf(more),
                changesMachine || changesSharing
                        ? (builder, folder, context) -> content.define(
                                builder,
                                new Placeholders("@Vm of " + VmPlaces.describe(place), context, folder::path),
                                context)
                        : below.definer);
    }

    private static List<String> withInherited(String[] expressions, List<Pattern> inherited) {
        return Stream.of(expressions)
                .flatMap(expression -> expression.equals(VmContent.INHERITED)
                        ? inherited.stream().map(Pattern::pattern)
                        : Stream.of(expression))
                .toList();
    }

    private static List<Pattern> patterns(List<String> expressions, AnnotatedElement place) {
        try {
            return expressions.stream().map(Pattern::compile).toList();
        } catch (PatternSyntaxException e) {
            throw new ExtensionConfigurationException(
                    "%s allows a line on stderr by \"%s\", which is no regular expression: %s"
                            .formatted(VmPlaces.describe(place), e.getPattern(), e.getDescription()),
                    e);
        }
    }

    /** Return what a definition begins with that inherits nothing. */
    private static VmDefinition nothing(String name) {
        return byDefault(ExtensionSettings.NONE).named(name);
    }

    /** Return this definition under a name. */
    VmDefinition named(String newName) {
        return new VmDefinition(newName, sharing, where, place, origin, leniency, layers, definer);
    }

    /** Add to a failed start how the definition came about, if it has more than one source. */
    void explain(RuntimeException failure) {
        if (layers.size() > 1 && failure instanceof QemuStartException) {
            failure.addSuppressed(new Reporting.Note(explanation()));
        }
    }

    /** Return how this definition came about, for a person. */
    String explanation() {
        StringBuilder text = new StringBuilder("How %s was defined, the nearest last:".formatted(label()));
        if (layers.isEmpty()) {
            text.append("\n  nothing defines it, so it is the default machine");
        }
        layers.forEach(layer -> text.append("\n  ").append(layer));
        return text.toString();
    }

    /** Return whether the annotation says more than a name: only then it defines a machine, else it says which one is meant. */
    static boolean isDefinition(Vm vm) {
        return !saysOnly(vm, Set.of("value"));
    }

    /** Return whether all attributes but those are as they are by default. */
    static boolean saysOnly(Vm vm, Set<String> attributes) {
        return attributes.containsAll(VmAttributes.namedBy(vm).keySet());
    }

    /** Return this definition with what the configuration leaves out and allows everywhere. */
    VmDefinition completedBy(Configuration configuration) {
        return new VmDefinition(
                name, sharing, where, place, origin, leniency.completedBy(configuration), layers, definer);
    }

    Scope scope() {
        return sharing.scope();
    }

    /** Return whether something is looked at when a test has passed. */
    boolean checks(Check check) {
        return !leniency.without().contains(check);
    }

    /** Return whether another definition makes the same of a machine, the checks included. */
    boolean saysTheSameAs(VmDefinition other) {
        return origin.equals(other.origin)
                && leniency.without().equals(other.leniency.without())
                && expressions().equals(other.expressions());
    }

    private List<String> expressions() {
        return leniency.allowedStderr().stream().map(Pattern::pattern).toList();
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
