package io.github.qmpjunit.junit;

import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;

/**
 * Where a class wants something injected for each of its tests.
 *
 * @param fields its fields, and those that it inherits
 * @param parameters those of its constructor and of its {@code @BeforeEach} and {@code @AfterEach} methods
 */
record ClassInjections(List<Injection> fields, List<Injection> parameters) {

    private static final ClassValue<ClassInjections> KNOWN = new ClassValue<>() {
        @Override
        protected ClassInjections computeValue(Class<?> type) {
            return scan(type);
        }
    };

    static ClassInjections of(Class<?> type) {
        return KNOWN.get(type);
    }

    /** Return what the {@code @BeforeAll} methods ask for. */
    static List<Injection> ofBeforeAll(Class<?> type) {
        List<Injection> injections = new ArrayList<>();
        for (Method method :
                AnnotationSupport.findAnnotatedMethods(type, BeforeAll.class, HierarchyTraversalMode.TOP_DOWN)) {
            injections.addAll(ofParameters(method));
        }
        return injections;
    }

    /** Return what the constructors ask for. */
    static List<Injection> ofConstructors(Class<?> type) {
        return Stream.of(type.getDeclaredConstructors())
                .flatMap(constructor -> ofParameters(constructor).stream())
                .toList();
    }

    private static ClassInjections scan(Class<?> type) {
        List<Injection> fields = fields(type);
        List<Injection> parameters = new ArrayList<>(ofConstructors(type));
        for (Method method : ReflectionSupport.findMethods(
                type,
                candidate -> AnnotationSupport.isAnnotated(candidate, BeforeEach.class)
                        || AnnotationSupport.isAnnotated(candidate, AfterEach.class),
                HierarchyTraversalMode.TOP_DOWN)) {
            parameters.addAll(ofParameters(method));
        }
        return new ClassInjections(fields, List.copyOf(parameters));
    }

    /** Superclasses first, and in each class as declared: JUnit's own order is none that a reader would guess. */
    private static List<Injection> fields(Class<?> type) {
        List<Field> found =
                ReflectionSupport.findFields(type, ClassInjections::isFilled, HierarchyTraversalMode.TOP_DOWN);
        Map<Class<?>, List<Field>> byClass = new LinkedHashMap<>();
        for (Field field : found) {
            byClass.computeIfAbsent(field.getDeclaringClass(), declaring -> new ArrayList<>())
                    .add(field);
        }
        List<Injection> fields = new ArrayList<>();
        byClass.forEach((declaring, asking) -> Stream.of(declaring.getDeclaredFields())
                .filter(asking::contains)
                .map(Injection::at)
                .forEach(fields::add));
        return List.copyOf(fields);
    }

    /** A record's annotation on a component stands on its field, too; the constructor fills it. */
    private static boolean isFilled(Field field) {
        boolean isComponent = field.getDeclaringClass().isRecord() && !Modifier.isStatic(field.getModifiers());
        return !isComponent && Injection.isAskedForAt(field);
    }

    static List<Injection> ofParameters(Executable executable) {
        List<Injection> injections = new ArrayList<>();
        for (Parameter parameter : executable.getParameters()) {
            Injection.at(parameter).ifPresent(injections::add);
        }
        return injections;
    }
}
