package io.github.qmpjunit.junit;

import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Executable;
import java.lang.reflect.Parameter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.platform.commons.support.AnnotationSupport;

/** The machines that a test has, by name, with the nearest definition of each. */
final class VmDefinitions {

    private static final String UNNAMED = "";

    private final Map<String, Vm> byName;

    private VmDefinitions(Map<String, Vm> byName) {
        this.byName = byName;
    }

    /** Collect what the test's classes, its method, and the parameters of both it and the injected executable define. */
    static VmDefinitions of(ExtensionContext context, Executable injected) {
        Map<String, Vm> byName = new LinkedHashMap<>();
        context.getEnclosingTestClasses().forEach(enclosing -> defineByType(byName, enclosing));
        defineByType(byName, context.getRequiredTestClass());
        define(byName, injected);
        context.getTestMethod().ifPresent(method -> define(byName, method));
        defineByParameters(byName, injected);
        context.getTestMethod()
                .filter(method -> !method.equals(injected))
                .ifPresent(method -> defineByParameters(byName, method));
        return new VmDefinitions(byName);
    }

    /** Return the definition that a parameter means; empty where nobody has defined one. */
    Optional<Vm> meantBy(ParameterContext parameter) {
        String name = parameter.findAnnotation(Vm.class).map(Vm::value).orElse(UNNAMED);
        Vm definition = byName.get(name);
        if (definition == null && !(name.equals(UNNAMED) && byName.isEmpty())) {
            throw new ParameterResolutionException(cannotTell(parameter, name));
        }
        return Optional.ofNullable(definition);
    }

    private String cannotTell(ParameterContext parameter, String name) {
        String type = parameter.getParameter().getType().getSimpleName();
        String known = String.join("\", \"", byName.keySet());
        if (!name.equals(UNNAMED)) {
            return "There is no machine \"%s\" to inject; %s. Define it with @Vm(value = \"%s\", machine = ...) on the method or class"
                    .formatted(name, byName.isEmpty() ? "none is defined" : "defined are \"" + known + "\"", name);
        }
        return "Cannot tell which machine's %s to inject: defined are \"%s\". Write @Vm(\"%s\") %s"
                .formatted(type, known, byName.keySet().iterator().next(), type);
    }

    /** One level of the hierarchy after the other: what a class says itself wins over what it inherits. */
    private static void defineByType(Map<String, Vm> byName, Class<?> type) {
        for (Class<?> inherited : type.getInterfaces()) {
            defineByType(byName, inherited);
        }
        Class<?> superclass = type.getSuperclass();
        if (superclass != null) {
            defineByType(byName, superclass);
        }
        define(byName, new OwnAnnotations(type));
    }

    private static void define(Map<String, Vm> byName, AnnotatedElement element) {
        List<Vm> definitions = AnnotationSupport.findRepeatableAnnotations(element, Vm.class);
        Map<String, Vm> here = new LinkedHashMap<>();
        for (Vm definition : definitions) {
            if (here.put(definition.value(), definition) != null) {
                throw new ExtensionConfigurationException(
                        "%s defines two machines of the name \"%s\"; give each @Vm a name of its own: @Vm(value = \"...\", ...)"
                                .formatted(element, definition.value()));
            }
        }
        byName.putAll(here);
    }

    private static void defineByParameters(Map<String, Vm> byName, Executable executable) {
        Map<String, Vm> here = new LinkedHashMap<>();
        for (Parameter parameter : executable.getParameters()) {
            for (Vm definition : AnnotationSupport.findRepeatableAnnotations(parameter, Vm.class)) {
                Vm other = isDefinition(definition) ? here.put(definition.value(), definition) : null;
                if (other != null && !other.equals(definition)) {
                    throw new ExtensionConfigurationException(
                            "Two parameters of %s define different machines of the name \"%s\"; give each a name of its own"
                                    .formatted(executable.getName(), definition.value()));
                }
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

    /** A parameter's annotation that has only a name says which machine is meant. */
    private static boolean isDefinition(Vm annotation) {
        return !annotation.machine().isEmpty()
                || annotation.args().length > 0
                || !annotation.binary().isEmpty();
    }
}
