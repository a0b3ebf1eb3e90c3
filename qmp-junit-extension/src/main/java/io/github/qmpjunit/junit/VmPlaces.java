package io.github.qmpjunit.junit;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Parameter;
import java.util.Optional;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;

/** What the places on which {@link Vm} may stand mean for the machine. */
final class VmPlaces {

    private VmPlaces() {}

    /** Return the class whose tests share a machine that is defined there; empty if it is not shared. */
    static Optional<Class<?>> sharing(AnnotatedElement place, Scope scope) {
        if (scope == Scope.METHOD) {
            return Optional.empty();
        }
        if (place instanceof Class<?> type) {
            return Optional.of(type);
        }
        if (place instanceof Field field) {
            return Optional.of(field.getDeclaringClass());
        }
        throw new ExtensionConfigurationException(
                "%s defines a machine with scope = %s, but what stands there belongs to a single method. Move the @Vm to the class"
                        .formatted(describe(place), scope));
    }

    static String describe(AnnotatedElement place) {
        if (place instanceof Class<?> type) {
            return "class " + type.getSimpleName();
        }
        if (place instanceof Field field) {
            return "field %s of %s"
                    .formatted(field.getName(), field.getDeclaringClass().getSimpleName());
        }
        if (place instanceof Parameter parameter) {
            return "a parameter of " + describe(parameter.getDeclaringExecutable());
        }
        if (place instanceof Executable executable) {
            return "%s of %s"
                    .formatted(
                            executable.getName(), executable.getDeclaringClass().getSimpleName());
        }
        return place.toString();
    }
}
