package io.github.qmpjunit.junit;

import io.github.qmpjunit.junit.report.AwaitedFailures;
import io.github.qmpjunit.junit.report.ReportedMachine;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.process.QemuStartException;
import java.lang.reflect.Executable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;

/** What a class is given outside of its tests: shared machines for its static fields, its constructor and its own methods. */
@SuppressWarnings("deprecation") // CloseableResource: before JUnit 5.13 nothing else is closed
final class ClassFixture {

    private ClassFixture() {}

    /** Return whether a field holds the same machine in all tests. */
    static boolean isShared(Injection injection, ExtensionContext context) {
        return injection.what() != Injectable.STORAGE_DAEMON
                && injection.what() != Injectable.LISTENER
                && TestPlan.of(context, ExtensionSettings.of(context))
                        .definitions()
                        .meantBy(injection)
                        .isShared();
    }

    /** Let a method, or the constructor, of the class have its machines, until {@link ClassLease#end}. */
    static void lease(Executable executable, ExtensionContext context) {
        ClassLease.ofExecutable(executable, sharedMachines(executable, context), context);
    }

    /** Return the machines that a class's method is given, and those that its class's fields hold meanwhile. */
    private static Set<SharedMachine> sharedMachines(Executable executable, ExtensionContext context) {
        boolean oneInstance = context.getTestInstanceLifecycle()
                .filter(Lifecycle.PER_CLASS::equals)
                .isPresent();
        List<Injection> injections = new ArrayList<>(ClassInjections.ofParameters(executable));
        for (Injection injection :
                ClassInjections.of(context.getRequiredTestClass()).fields()) {
            if ((oneInstance || injection.isStatic()) && isShared(injection, context)) {
                injections.add(injection);
            }
        }
        return injections.stream()
                .map(injection -> definition(injection, context, ExtensionSettings.of(context)))
                .map(definition -> SharedMachineLookup.find(definition, context))
                .collect(Collectors.toSet());
    }

    /**
     * Write a report on the shared machines of a class whose {@code @BeforeAll} or {@code @AfterAll} has failed.
     *
     * @return the failure as it is to be thrown
     */
    static Throwable reported(ExtensionContext context, String phase, Throwable failure) {
        return reported(context, phase, failure, sharedMachines(context));
    }

    private static <T extends Throwable> T reported(
            ExtensionContext context, String phase, T failure, List<ReportedMachine> machines) {
        Throwable better = Reporting.explained(context, failure, List.of(), machines);
        Reporting.report(context, phase, better, Instant.now(), List.of(), List.of(), machines);
        return ExplainedFailure.asThrownBefore(better);
    }

    /**
     * Report on a class if something around its tests has failed of which no other callback tells, such as a callback of another
     * extension.
     */
    static void reportRest(ExtensionContext context) {
        context.getExecutionException()
                .filter(failure -> !Reporting.isReported(failure))
                .ifPresent(failure -> report(Reporting.Place.of(context), "what surrounds the tests", failure));
    }

    /** Report on an invocation of a class template if the methods around it fail. JUnit tells only its listeners of that, and afterwards. */
    static void reportLater(ExtensionContext invocation) {
        Reporting.Place place = Reporting.Place.ofInvocation(invocation);
        Runnable end = AwaitedFailures.await(
                invocation.getUniqueId(),
                failure ->
                        InterruptFlag.aside(() -> report(place, "what surrounds the tests of an invocation", failure)));
        ExtensionStore.of(place.context())
                .put(List.of(AwaitedFailures.class, invocation.getUniqueId()), new InvocationEnd(end));
    }

    private record InvocationEnd(Runnable end) implements ExtensionContext.Store.CloseableResource, AutoCloseable {

        @Override
        public void close() {
            end.run();
        }
    }

    private static void report(Reporting.Place place, String phase, Throwable failure) {
        Reporting.report(place, phase, failure, Instant.now(), List.of(), List.of(), sharedMachines(place.context()));
    }

    private static List<ReportedMachine> sharedMachines(ExtensionContext context) {
        List<ReportedMachine> machines = new ArrayList<>();
        for (VmDefinition definition : TestPlan.of(context, ExtensionSettings.of(context), List.of())
                .definitions()
                .all()) {
            if (definition.isShared()) {
                SharedMachineLookup.find(definition, context)
                        .running()
                        .map(ReportedMachine::of)
                        .ifPresent(machines::add);
            }
        }
        return machines;
    }

    /** Return what a place outside of any test is to be given. */
    static Object valueOf(Injection injection, ExtensionContext context) {
        VmDefinition definition = definition(injection, context, ExtensionSettings.of(context));
        SharedMachine shared = SharedMachineLookup.find(definition, context);
        if (ClassLease.includes(shared, context)) {
            return injection.partOf(start(shared, context));
        }
        ClassLease.endAbove(context);
        ClassLease lease = ClassLease.take(List.of(shared), context);
        try {
            return injection.partOf(start(shared, context));
        } finally {
            lease.close();
        }
    }

    private static QemuMachine start(SharedMachine shared, ExtensionContext context) {
        try {
            return shared.get(context);
        } catch (QemuStartException e) {
            String name = shared.definition().name();
            StackTraces.point(
                    e,
                    context.getRequiredTestClass(),
                    shared.definition().place().get());
            shared.definition().explain(e);
            throw reported(
                    context,
                    "the start of its machines",
                    e,
                    List.of(ReportedMachine.ofFailedStart(name.isEmpty() ? "vm" : name, e)));
        }
    }

    /** Return the definition of the shared machine that is meant there. */
    static VmDefinition definition(Injection injection, ExtensionContext context, ExtensionSettings settings) {
        if (injection.what() == Injectable.LISTENER || injection.what() == Injectable.STORAGE_DAEMON) {
            throw new ExtensionConfigurationException(
                    "Cannot inject a %s into %s: it belongs to a single test, and this place to none. Inject it into the test method, a @BeforeEach method or a field that is not static"
                            .formatted(injection.what().typeName(), injection.describe()));
        }
        VmDefinition definition =
                TestPlan.of(context, settings, List.of(injection)).definitions().meantBy(injection);
        if (!definition.isShared()) {
            throw new ExtensionConfigurationException(
                    "Cannot inject a %s into %s, which belongs to no test: %s is new for each test. Write scope = Scope.CLASS in its definition, or inject it into the test method, a @BeforeEach method or the constructor of a class with one instance per method"
                            .formatted(injection.what().typeName(), injection.describe(), definition.label()));
        }
        return definition;
    }
}
