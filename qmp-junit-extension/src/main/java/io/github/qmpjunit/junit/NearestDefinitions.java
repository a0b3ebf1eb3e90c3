package io.github.qmpjunit.junit;

import io.github.qmpjunit.internal.DidYouMean;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** The machines that a test, or a class, may ask for: by name, with the nearest definition of each. */
final class NearestDefinitions {

    private static final String UNNAMED = "";

    private final Map<String, VmDefinition> byName;
    private final VmDefinition byDefault;

    private NearestDefinitions(Map<String, VmDefinition> byName, VmDefinition byDefault) {
        this.byName = byName;
        this.byDefault = byDefault;
    }

    /**
     * Collect what the extension's builder, the classes, the method, if there is one, and the places of injection define; the
     * farthest first, so that what is nearer lies over it.
     */
    static NearestDefinitions of(
            ExtensionContext context, ExtensionSettings settings, Collection<Injection> injections) {
        Map<String, VmDefinition> byName = new LinkedHashMap<>(settings.machines());
        VmDefinition base = VmDefinition.byDefault(settings);
        for (Class<?> type : TestClasses.of(context)) {
            defineByType(byName, base, type);
        }
        defineAt(byName, base, injections, false);
        Optional<Method> method = context.getTestMethod();
        method.ifPresent(element -> define(byName, base, element, element));
        defineAt(byName, base, injections, true);
        Configuration configuration = Configuration.of(context);
        byName.replaceAll((name, definition) -> definition.completedBy(configuration));
        return new NearestDefinitions(byName, VmDefinition.byDefault(settings).completedBy(configuration));
    }

    /** Return all that is defined; or the machine that there is where nothing is. */
    Collection<VmDefinition> all() {
        return byName.isEmpty() ? List.of(byDefault) : byName.values();
    }

    /** Return the definition that an injection means. */
    VmDefinition meantBy(Injection injection) {
        return find(injection)
                .orElseThrow(() -> new ExtensionConfigurationException(cannotTell(injection, injection.machine())));
    }

    /** Return the definition that an injection means, if that can be told. */
    Optional<VmDefinition> find(Injection injection) {
        String name = injection.machine();
        VmDefinition definition = byName.get(name);
        if (definition != null) {
            return Optional.of(definition);
        }
        if (!name.equals(UNNAMED) || byName.size() > 1) {
            return Optional.empty();
        }
        return byName.isEmpty()
                ? Optional.of(byDefault)
                : byName.values().stream().findFirst();
    }

    private String cannotTell(Injection injection, String name) {
        String known = String.join("\", \"", byName.keySet());
        if (!name.equals(UNNAMED)) {
            String hint = DidYouMean.hint(name, byName.keySet());
            return "There is no machine \"%s\" to inject into %s%s%s Define it with @Vm(value = \"%s\", machine = ...) on the method or class, or with vm(\"%s\", ...) of the extension's builder"
                    .formatted(name, injection.describe(), hint, hint.endsWith("?") ? "" : ".", name, name);
        }
        return "Cannot tell which machine's %s to inject into %s: defined are \"%s\". Write @Vm(\"%s\") %s"
                .formatted(
                        injection.what().typeName(),
                        injection.describe(),
                        known,
                        byName.keySet().iterator().next(),
                        injection.what().typeName());
    }

    /** One level of the hierarchy after the other: what a class says itself wins over what it inherits. */
    private static void defineByType(Map<String, VmDefinition> byName, VmDefinition base, Class<?> type) {
        for (Class<?> inherited : type.getInterfaces()) {
            defineByType(byName, base, inherited);
        }
        Class<?> superclass = type.getSuperclass();
        if (superclass != null) {
            defineByType(byName, base, superclass);
        }
        define(byName, base, new OwnAnnotations(type), type);
    }

    private static void define(
            Map<String, VmDefinition> byName, VmDefinition base, AnnotatedElement annotations, AnnotatedElement place) {
        Map<String, VmDefinition> here = new LinkedHashMap<>();
        for (Vm vm : AnnotationSupport.findRepeatableAnnotations(annotations, Vm.class)) {
            if (here.put(vm.value(), below(byName, base, vm).with(vm, place)) != null) {
                throw new ExtensionConfigurationException(
                        "%s defines two machines of the name \"%s\"; give each @Vm a name of its own: @Vm(value = \"...\", ...)"
                                .formatted(place, vm.value()));
            }
        }
        byName.putAll(here);
    }

    /** Return what an annotation lies over: the next definition of its name, or the default machine. */
    private static VmDefinition below(Map<String, VmDefinition> byName, VmDefinition base, Vm vm) {
        return byName.getOrDefault(vm.value(), base.named(vm.value()));
    }

    /** Take in what fields define, or parameters: all parameters of a test are equally near, so they must agree. */
    private static void defineAt(
            Map<String, VmDefinition> byName, VmDefinition base, Collection<Injection> injections, boolean parameters) {
        Map<String, VmDefinition> here = new LinkedHashMap<>();
        List<Injection> defining = new ArrayList<>();
        for (Injection injection : injections) {
            if (injection.isParameter() == parameters
                    && injection.what() != Injectable.STORAGE_DAEMON
                    && injection.definition().isPresent()) {
                defining.add(injection);
            }
        }
        for (Injection injection : defining) {
            Vm vm = injection.definition().orElseThrow();
            VmDefinition definition = below(byName, base, vm).with(vm, injection.place());
            VmDefinition other = here.put(definition.name(), definition);
            if (other != null && !other.saysTheSameAs(definition)) {
                throw new ExtensionConfigurationException(
                        "%s and %s define different machines of the name \"%s\" for one test; give each a name of its own"
                                .formatted(other.where(), definition.where(), definition.name()));
            }
        }
        byName.putAll(here);
    }

    /** A class without what it inherits, which JUnit's search would mix with its own. */
    private record OwnAnnotations(Class<?> type) implements AnnotatedElement {

        @Override
        public <A extends Annotation> @Nullable A getAnnotation(Class<A> annotationType) {
            return type.getDeclaredAnnotation(annotationType);
        }

        @Override
        public Annotation[] getAnnotations() {
            return type.getDeclaredAnnotations();
        }

        @Override
        public Annotation[] getDeclaredAnnotations() {
            return type.getDeclaredAnnotations();
        }

        @Override
        public String toString() {
            return type.toString();
        }
    }
}
