package io.github.qmpjunit.junit;

import io.github.qmpjunit.qemu.QemuMachineBuilder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.ReflectionSupport;

/**
 * What a machine is made of: the {@link Vm} annotations that lie one over the other, merged attribute by attribute. Equal for equal
 * machines, wherever they are defined.
 *
 * @param base what lies under the annotations: a builder's code, or nothing
 * @param early the attributes that are applied before the factory, by name
 * @param factory the nearest factory
 * @param late the attributes that are named nearer than the factory, and so are applied after it
 */
record VmContent(
        Origin base,
        Map<String, Object> early,
        Optional<Class<? extends VmFactory>> factory,
        Map<String, Object> late) {

    /** In an array: the elements that it would have inherited. */
    static final String INHERITED = "${inherited}";

    private static final String FACTORY = "factory";

    /** The attributes that do not change the machine itself. */
    private static final Set<String> ABOUT_IT =
            Set.of("value", "inherit", "scope", "reset", "without", "allowedStderr");

    VmContent {
        early = Collections.unmodifiableMap(new LinkedHashMap<>(early));
        late = Collections.unmodifiableMap(new LinkedHashMap<>(late));
    }

    /** Return what a definition is made of. */
    static VmContent of(Origin origin) {
        return origin instanceof Origin.Annotation annotation
                ? annotation.content()
                : new VmContent(origin, Map.of(), Optional.empty(), Map.of());
    }

    /** Return whether an annotation changes the machine itself, not only how it is shared and checked. */
    static boolean isNamedBy(Vm vm) {
        return VmAttributes.namedBy(vm).keySet().stream().anyMatch(name -> !ABOUT_IT.contains(name));
    }

    /** Return this with an annotation laid over it. */
    VmContent with(Vm vm) {
        Map<String, Object> named = new LinkedHashMap<>(VmAttributes.namedBy(vm));
        named.keySet().removeAll(ABOUT_IT);
        named.replaceAll(this::withInherited);
        Optional<Class<? extends VmFactory>> nearest =
                named.remove(FACTORY) == null ? Optional.empty() : Optional.of(vm.factory());
        Map<String, Object> before = new LinkedHashMap<>(early);
        Map<String, Object> after = new LinkedHashMap<>(late);
        if (nearest.isPresent()) {
            before.putAll(after);
            before.putAll(named);
            after.clear();
        } else if (factory.isPresent()) {
            before.keySet().removeAll(named.keySet());
            after.putAll(named);
        } else {
            before.putAll(named);
        }
        return new VmContent(base, before, nearest.isPresent() ? nearest : factory, after);
    }

    private Object withInherited(String name, Object value) {
        if (!(value instanceof List<?> elements) || !elements.contains(INHERITED)) {
            return value;
        }
        List<Object> whole = new ArrayList<>();
        for (Object element : elements) {
            if (element.equals(INHERITED)) {
                Object inherited = late.getOrDefault(name, early.get(name));
                whole.addAll(inherited == null ? List.of(INHERITED) : (List<?>) inherited);
            } else {
                whole.add(element);
            }
        }
        return List.copyOf(whole);
    }

    /** Write it into a builder. */
    void define(QemuMachineBuilder builder, UnaryOperator<String> placeholders, ExtensionContext context) {
        if (base instanceof Origin.Code code) {
            code.definition().accept(builder);
            replaceArgs(early, builder, context);
        }
        apply(early, builder, placeholders);
        if (factory.isPresent()) {
            instanceOf(factory.get()).define(builder, context);
            replaceArgs(late, builder, context);
        }
        apply(late, builder, placeholders);
    }

    /** Take out the arguments of code, if an annotation names others; what the configuration adds stays before them. */
    private static void replaceArgs(
            Map<String, Object> attributes, QemuMachineBuilder builder, ExtensionContext context) {
        if (attributes.get("args") instanceof List<?> args && !args.contains(INHERITED)) {
            builder.removeArgs();
            builder.args(Configuration.of(context).words(ConfigurationKeys.ARGS).toArray(String[]::new));
        }
    }

    private static void apply(
            Map<String, Object> attributes, QemuMachineBuilder builder, UnaryOperator<String> placeholders) {
        text(attributes, "machine", placeholders, builder::machine);
        text(attributes, "binary", placeholders, builder::binary);
        builder.args(texts(attributes, "args", placeholders));
        builder.ownEvents(texts(attributes, "ownEvents", UnaryOperator.identity()));
        Arrays.stream(texts(attributes, "console", UnaryOperator.identity())).forEach(builder::console);
        if (attributes.containsKey("qtest")) {
            builder.qtest();
        }
        if (attributes.containsKey("guestAgent")) {
            builder.guestAgent();
        }
        if (attributes.containsKey("paused")) {
            builder.paused();
        }
        if (attributes.containsKey("rejectDeprecated")) {
            builder.rejectDeprecated();
        }
    }

    private static void text(
            Map<String, Object> attributes, String name, UnaryOperator<String> placeholders, Consumer<String> setter) {
        Optional.ofNullable(attributes.get(name))
                .map(Object::toString)
                .map(placeholders)
                .ifPresent(setter);
    }

    private static String[] texts(Map<String, Object> attributes, String name, UnaryOperator<String> placeholders) {
        return ((List<?>) attributes.getOrDefault(name, List.of()))
                .stream()
                        .filter(text -> !text.equals(INHERITED))
                        .map(Object::toString)
                        .map(placeholders)
                        .toArray(String[]::new);
    }

    /** JUnit throws on what the constructor throws, as it is. */
    private static VmFactory instanceOf(Class<? extends VmFactory> type) {
        if (type.isInterface()
                || Stream.of(type.getDeclaredConstructors()).noneMatch(made -> made.getParameterCount() == 0)) {
            throw new ExtensionConfigurationException(
                    "Cannot create the factory %s of a @Vm: it needs a constructor without parameters, and must be static if it stands inside of a class"
                            .formatted(type.getSimpleName()));
        }
        return Objects.requireNonNull(ReflectionSupport.newInstance(type));
    }
}
