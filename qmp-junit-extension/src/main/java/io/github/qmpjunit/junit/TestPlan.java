package io.github.qmpjunit.junit;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * What a test asks for, wherever it does: known as a whole before the first machine starts, so that listeners are armed, consoles
 * are there, machines start side by side, and the host's budget is asked once.
 *
 * @param injections all parameters and fields, in the order in which they are filled
 * @param definitions the machines that it may ask for
 */
record TestPlan(List<Injection> injections, NearestDefinitions definitions) {

    /** Make the plan of a test, or of a class outside of its tests, where only the fields and the given places count. */
    static TestPlan of(ExtensionContext context, ExtensionSettings settings, List<Injection> here) {
        List<Injection> injections = new ArrayList<>(here);
        boolean isTest = context.getTestMethod().isPresent();
        for (Class<?> type : TestClasses.of(context)) {
            ClassInjections ofClass = ClassInjections.of(type);
            injections.addAll(ofClass.fields());
            if (isTest) {
                injections.addAll(ofClass.parameters());
            }
        }
        context.getTestMethod().ifPresent(method -> injections.addAll(ClassInjections.ofParameters(method)));
        NearestDefinitions definitions = NearestDefinitions.of(context, settings, injections);
        if (isTest) {
            injections.removeIf(injection -> injection.isStatic() && !keepsItsMeaning(injection, definitions, context));
        }
        return new TestPlan(List.copyOf(injections), definitions);
    }

    /** A static field belongs to a class; where a test, or a nested class, means another machine by its name, it stays as it is. */
    private static boolean keepsItsMeaning(Injection injection, NearestDefinitions ofTest, ExtensionContext context) {
        ExtensionContext owner = TestClasses.nearest(context, injection.declaringClass());
        VmDefinition ofClass = ClassFixture.definition(injection, owner, ExtensionSettings.of(owner));
        return ofTest.find(injection).filter(ofClass::isSameMachineAs).isPresent();
    }

    static TestPlan of(ExtensionContext context, ExtensionSettings settings) {
        return of(context, settings, List.of());
    }

    /** Return the machines that are asked for, by name, each with those who ask for it or for a part of it. */
    Map<String, Wanted> machines() {
        Map<String, Wanted> machines = new LinkedHashMap<>();
        for (Injection injection : injections) {
            if (injection.what() != Injectable.STORAGE_DAEMON) {
                VmDefinition definition = definitions.meantBy(injection);
                machines.computeIfAbsent(definition.name(), name -> new Wanted(definition, new ArrayList<>()))
                        .by()
                        .add(injection);
            }
        }
        return machines;
    }

    /** Return the storage daemons that are asked for, by name. */
    Map<String, List<Injection>> storageDaemons() {
        Map<String, List<Injection>> daemons = new LinkedHashMap<>();
        for (Injection injection : injections) {
            if (injection.what() == Injectable.STORAGE_DAEMON) {
                daemons.computeIfAbsent(injection.machine(), name -> new ArrayList<>())
                        .add(injection);
            }
        }
        return daemons;
    }

    /** Return the place in this plan at which something is asked for first. */
    int placeOf(List<Injection> by) {
        return injections.indexOf(by.get(0));
    }

    /**
     * A machine that is asked for.
     *
     * @param definition what it is
     * @param by who asks for it
     */
    record Wanted(VmDefinition definition, List<Injection> by) {

        boolean wants(Injectable part) {
            return by.stream().anyMatch(injection -> injection.what() == part);
        }

        List<Injection> listeners() {
            return by.stream()
                    .filter(injection -> injection.what() == Injectable.LISTENER)
                    .toList();
        }
    }
}
