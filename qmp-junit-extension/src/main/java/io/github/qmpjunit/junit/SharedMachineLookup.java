package io.github.qmpjunit.junit;

import java.util.Optional;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Finds the shared machine that a definition means, in the store of the class or of the run to which the machine belongs. */
final class SharedMachineLookup {

    private SharedMachineLookup() {}

    private record Key(String name, Origin origin, Optional<QemuMatrixProvider.Choice> choice) {}

    static SharedMachine find(VmDefinition definition, ExtensionContext context) {
        ExtensionContext owner = definition.scope() == Scope.RUN ? context.getRoot() : owningClass(definition, context);
        Key key = new Key(definition.name(), definition.origin(), QemuMatrixProvider.choice(context));
        return ExtensionStore.of(owner)
                .getOrComputeIfAbsent(
                        key,
                        absent -> new SharedMachine(
                                definition,
                                (user, artefacts) -> MachineBuilders.builder(
                                        definition, owner.getTestClass().isPresent() ? owner : user, artefacts)),
                        SharedMachine.class);
    }

    private static ExtensionContext owningClass(VmDefinition definition, ExtensionContext context) {
        return TestClasses.outermost(
                        context,
                        candidate -> definition
                                .declaring()
                                .map(type -> type.isAssignableFrom(candidate.getRequiredTestClass()))
                                .orElseGet(() -> ExtensionSettings.of(candidate).equals(ExtensionSettings.of(context))))
                .orElseThrow(() -> new ExtensionConfigurationException(
                        "%s defines a machine with scope = CLASS, but no class of this test (%s) belongs to it. An extension of a @RegisterExtension field belongs to a class if the field is static"
                                .formatted(definition.where(), context.getDisplayName())));
    }
}
