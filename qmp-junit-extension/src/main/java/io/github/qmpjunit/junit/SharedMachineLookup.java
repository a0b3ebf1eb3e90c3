package io.github.qmpjunit.junit;

import java.util.Optional;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Store;

/** Finds the shared machine that a definition means, in the store of the class or of the run to which the machine belongs. */
final class SharedMachineLookup {

    private SharedMachineLookup() {}

    private record Key(String name, Origin origin, Optional<QemuMatrixProvider.Choice> choice) {}

    static SharedMachine find(VmDefinition definition, ExtensionContext context) {
        Key key = new Key(definition.name(), definition.origin(), QemuMatrixProvider.choice(context));
        if (definition.scope() == Scope.RUN) {
            return find(
                    key,
                    ExtensionStore.ofLaunch(context),
                    new SharedMachine(
                            definition,
                            Optional.empty(),
                            (folder, user, artefacts) -> MachineBuilders.builder(definition, folder, user, artefacts)));
        }
        ExtensionContext owner = owningClass(definition, context);
        return find(
                key,
                ExtensionStore.of(owner),
                new SharedMachine(
                        definition,
                        Optional.of(owner),
                        (folder, user, artefacts) -> MachineBuilders.builder(definition, folder, owner, artefacts)));
    }

    private static SharedMachine find(Key key, Store store, SharedMachine fresh) {
        return store.getOrComputeIfAbsent(key, absent -> fresh, SharedMachine.class);
    }

    private static ExtensionContext owningClass(VmDefinition definition, ExtensionContext context) {
        return TestClasses.outermost(
                        context,
                        candidate -> definition
                                .sharing()
                                .declaring()
                                .map(type -> type.isAssignableFrom(candidate.getRequiredTestClass()))
                                .orElseGet(() -> ExtensionSettings.of(candidate).equals(ExtensionSettings.of(context))))
                .orElseThrow(() -> new ExtensionConfigurationException(
                        "%s defines a machine with scope = CLASS, but no class of this test (%s) belongs to it. An extension of a @RegisterExtension field belongs to a class if the field is static"
                                .formatted(definition.where(), context.getDisplayName())));
    }
}
