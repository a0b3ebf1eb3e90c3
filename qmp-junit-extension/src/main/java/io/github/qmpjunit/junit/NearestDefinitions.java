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
     * farthest first, so that what is nearer replaces it.
     */
    static NearestDefinitions of(
            ExtensionContext context, ExtensionSettings settings, Collection<Injection> injections) {
        Map<String, VmDefinition> byName = new LinkedHashMap<>(settings.machines());
        for (Class<?> type : TestClasses.of(context)) {
            defineByType(byName, type);
        }
        defineAt(byName, injections, false);
        Optional<Method> method = context.getTestMethod();
        method.ifPresent(element -> define(byName, element, element));
        defineAt(byName, injections, true);
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
    private static void defineByType(Map<String, VmDefinition> byName, Class<?> type) {
        for (Class<?> inherited : type.getInterfaces()) {
            defineByType(byName, inherited);
        }
        Class<?> superclass = type.getSuperclass();
        if (superclass != null) {
            defineByType(byName, superclass);
        }
        define(byName, new OwnAnnotations(type), type);
    }

    private static void define(Map<String, VmDefinition> byName, AnnotatedElement annotations, AnnotatedElement place) {
        Map<String, VmDefinition> here = new LinkedHashMap<>();
        for (Vm vm : AnnotationSupport.findRepeatableAnnotations(annotations, Vm.class)) {
            if (here.put(vm.value(), VmDefinition.of(vm, place)) != null) {
                throw new ExtensionConfigurationException(
                        "%s defines two machines of the name \"%s\"; give each @Vm a name of its own: @Vm(value = \"...\", ...)"
                                .formatted(place, vm.value()));
            }
        }
        byName.putAll(here);
    }

    /** Take in what fields define, or parameters: all parameters of a test are equally near, so they must agree. */
    private static void defineAt(
            Map<String, VmDefinition> byName, Collection<Injection> injections, boolean parameters) {
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
            VmDefinition definition = VmDefinition.of(injection.definition().orElseThrow(), injection.place());
            VmDefinition other = here.put(definition.name(), definition);
            if (other != null && !other.origin().equals(definition.origin())) {
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
