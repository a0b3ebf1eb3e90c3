package io.github.qmpjunit.junit;

import io.github.qmpjunit.junit.report.ReportedMachine;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.process.QemuStartException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Finds the shared machine that a definition means, in the store of the class, or of the run, to which it belongs. */
final class SharedMachines {

    private SharedMachines() {}

    private record Key(String name, Object origin, Optional<QemuMatrixProvider.Choice> choice) {}

    static SharedMachine find(VmDefinition definition, ExtensionContext context) {
        ExtensionContext owner = definition.scope() == Scope.RUN ? context.getRoot() : owningClass(definition, context);
        Key key = new Key(definition.name(), definition.origin(), QemuMatrixProvider.choice(context));
        return QemuExtension.store(owner)
                .getOrComputeIfAbsent(
                        key,
                        absent -> new SharedMachine(
                                definition,
                                (user, artefacts) -> MachineFactory.builder(
                                        definition, owner.getTestClass().isPresent() ? owner : user, artefacts)),
                        SharedMachine.class);
    }

    private static ExtensionContext owningClass(VmDefinition definition, ExtensionContext context) {
        return TestClasses.outermost(
                        context,
                        candidate -> definition
                                .declaring()
                                .map(type -> type.isAssignableFrom(candidate.getRequiredTestClass()))
                                .orElseGet(() ->
                                        QemuExtension.settings(candidate).equals(QemuExtension.settings(context))))
                .orElseThrow(() -> new ExtensionConfigurationException(
                        "%s defines a machine with scope = CLASS, but no class of this test (%s) belongs to it. An extension of a @RegisterExtension field belongs to a class if the field is static"
                                .formatted(definition.where(), context.getDisplayName())));
    }

    /** Report on the shared machines of a class whose {@code @BeforeAll} or {@code @AfterAll} has failed. */
    static void report(ExtensionContext context, String phase, Throwable failure, QemuExtension.Settings settings) {
        List<ReportedMachine> machines = new ArrayList<>();
        for (VmDefinition definition :
                TestPlan.of(context, settings, List.of()).definitions().all()) {
            if (definition.isShared()) {
                find(definition, context).running().map(ReportedMachine::of).ifPresent(machines::add);
            }
        }
        Reporting.report(context, phase, failure, Instant.now(), List.of(), machines);
    }

    /** Return what a place outside of any test is to be given. */
    static Object valueOf(Injection injection, ExtensionContext context, QemuExtension.Settings settings) {
        VmDefinition definition = definition(injection, context, settings);
        SharedMachine shared = find(definition, context);
        if (ClassLease.includes(shared, context)) {
            return TestMachines.partOf(start(shared, context), injection);
        }
        ClassLease lease = ClassLease.take(List.of(shared), context);
        try {
            return TestMachines.partOf(start(shared, context), injection);
        } finally {
            lease.close();
        }
    }

    private static QemuMachine start(SharedMachine shared, ExtensionContext context) {
        try {
            return shared.get(context);
        } catch (QemuStartException e) {
            String name = shared.definition().name();
            Reporting.report(
                    context,
                    "the start of its machines",
                    e,
                    Instant.now(),
                    List.of(),
                    List.of(ReportedMachine.ofFailedStart(name.isEmpty() ? "vm" : name, e)));
            throw e;
        }
    }

    /** Return the definition of the shared machine that is meant there. */
    static VmDefinition definition(Injection injection, ExtensionContext context, QemuExtension.Settings settings) {
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
