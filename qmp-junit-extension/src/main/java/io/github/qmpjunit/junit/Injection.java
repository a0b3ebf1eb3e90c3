package io.github.qmpjunit.junit;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qmp.EventMatcher;
import io.github.qmpjunit.qmp.QmpEventListener;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * A parameter or field that is to be given something.
 *
 * @param place the parameter or field
 * @param what what it is given
 * @param vm what stands at it
 */
record Injection(AnnotatedElement place, Injectable what, Optional<Vm> vm) {

    /** Return what a parameter is to be given, if it is of a type that can be injected, or marked by {@link Vm} or {@link Listen}. */
    static Optional<Injection> at(Parameter parameter) {
        return isAskedForAt(parameter) ? Optional.of(at(parameter, parameter.getType())) : Optional.empty();
    }

    static boolean isAskedForAt(Parameter parameter) {
        return Injectable.of(parameter.getType()).isPresent() || isMarked(parameter);
    }

    private static boolean isMarked(AnnotatedElement place) {
        return AnnotationSupport.isAnnotated(place, Vm.class)
                || AnnotationSupport.isAnnotated(place, Vms.class)
                || AnnotationSupport.isAnnotated(place, Listen.class);
    }

    /** Return whether a field asks for something, by {@link Vm} or {@link Listen}. */
    static boolean isAskedForAt(Field field) {
        return isMarked(field);
    }

    /** Return what a field that asks for something is to be given. */
    static Injection at(Field field) {
        return at(field, field.getType());
    }

    private static Injection at(AnnotatedElement place, Class<?> type) {
        Injectable what = Injectable.of(type)
                .orElseThrow(() -> new ExtensionConfigurationException(
                        "Cannot inject %s: its type is %s, and what can be injected is %s"
                                .formatted(VmPlaces.describe(place), type.getSimpleName(), Injectable.names())));
        var vms = AnnotationSupport.findRepeatableAnnotations(place, Vm.class);
        if (vms.size() > 1) {
            throw new ExtensionConfigurationException("%s has %s @Vm; it can be given only one machine's %s"
                    .formatted(VmPlaces.describe(place), vms.size(), what.typeName()));
        }
        Optional<Vm> vm = vms.stream().findFirst();
        Injection injection = new Injection(place, what, vm);
        if (what != Injectable.LISTENER && AnnotationSupport.isAnnotated(place, Listen.class)) {
            throw new ExtensionConfigurationException(
                    "%s has @Listen, but is of type %s; @Listen belongs to a QmpEventListener"
                            .formatted(VmPlaces.describe(place), what.typeName()));
        }
        return injection;
    }

    /** Return the name of the machine that is meant; empty for the only one. */
    String machine() {
        return vm.map(Vm::value).orElse("");
    }

    /** Return the definition that stands here, if what stands here is one. */
    Optional<Vm> definition() {
        return vm.filter(VmDefinition::isDefinition);
    }

    /** Return the field in which it is to be. */
    Field field() {
        return (Field) place;
    }

    boolean isParameter() {
        return place instanceof Parameter;
    }

    /** Return whether it belongs to no test: then it can only be given what tests share. */
    boolean isStatic() {
        return place instanceof Field field && Modifier.isStatic(field.getModifiers());
    }

    /** Return the class in which it stands. */
    Class<?> declaringClass() {
        return place instanceof Member member
                ? member.getDeclaringClass()
                : ((Parameter) place).getDeclaringExecutable().getDeclaringClass();
    }

    /** Create the listener that is asked for; hears nothing yet. */
    QmpEventListener newListener() {
        return AnnotationSupport.findAnnotation(place, Listen.class)
                .map(Listen::value)
                .filter(names -> names.length > 0)
                .map(names -> new QmpEventListener(EventMatcher.anyOf(names)))
                .orElseGet(QmpEventListener::new);
    }

    /** Return what is to be injected here of its machine. */
    Object partOf(QemuMachine machine) {
        try {
            return partOf(machine, what);
        } catch (IllegalStateException e) {
            throw new ExtensionConfigurationException(
                    "Cannot inject a %s into %s: %s. A machine that tests share gets by itself only what its definition asks for: @Vm(console = \"serial0\", qtest = true, guestAgent = true, scope = ...)"
                            .formatted(what.typeName(), describe(), e.getMessage()),
                    e);
        }
    }

    private static Object partOf(QemuMachine machine, Injectable part) {
        return switch (part) {
            case MACHINE -> machine;
            case CLIENT -> machine.qmp();
            case CONSOLE -> machine.console();
            case QTEST -> machine.qtest();
            case GUEST_AGENT -> machine.guestAgent();
            case LISTENER, STORAGE_DAEMON -> throw new IllegalArgumentException(part + " is no part of a machine");
        };
    }

    /** Set the field; of the instance null if the field is static. */
    void inject(@Nullable Object instance, Object value) {
        Field field = field();
        if (Modifier.isFinal(field.getModifiers())) {
            throw new ExtensionConfigurationException("Cannot inject a %s into %s, which is final. Leave the final out"
                    .formatted(what.typeName(), describe()));
        }
        try {
            field.setAccessible(true);
            field.set(instance, value);
        } catch (IllegalAccessException | RuntimeException e) {
            throw new ExtensionConfigurationException("Cannot set %s: %s".formatted(describe(), e.getMessage()), e);
        }
    }

    String describe() {
        return VmPlaces.describe(place);
    }
}
