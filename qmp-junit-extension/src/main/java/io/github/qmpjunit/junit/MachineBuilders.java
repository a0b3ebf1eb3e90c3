package io.github.qmpjunit.junit;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.QemuMachineBuilder;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Makes builders from definitions: what the configuration says first, then the definition, then what a matrix has chosen. */
final class MachineBuilders {

    private MachineBuilders() {}

    static QemuMachineBuilder builder(VmDefinition definition, TestFolder folder, ExtensionContext context) {
        Optional<Path> artefacts = Reporting.configuredDirectory(context);
        return builder(definition, folder, context, () -> artefacts);
    }

    /**
     * Make a builder.
     *
     * @param folder what <code>${tempDir}</code> stands for
     * @param artefacts tells where the report on the machine's test, at any time, will lie
     */
    static QemuMachineBuilder builder(
            VmDefinition definition, TestFolder folder, ExtensionContext context, Supplier<Optional<Path>> artefacts) {
        Configuration configuration = Configuration.of(context);
        QemuMachineBuilder builder = QemuMachine.builder();
        if (!definition.name().isEmpty()) {
            builder.name(definition.name());
        }
        binary(configuration).ifPresent(builder::binary);
        configuration.text(ConfigurationKeys.MACHINE).ifPresent(builder::machine);
        builder.accelerators(
                configuration.listWithProperties(ConfigurationKeys.ACCELERATORS).toArray(String[]::new));
        builder.args(configuration.words(ConfigurationKeys.ARGS).toArray(String[]::new));
        builder.ownEvents(configuration.words(ConfigurationKeys.OWN_EVENTS).toArray(String[]::new));
        if (configuration.flag(ConfigurationKeys.REJECT_DEPRECATED)) {
            builder.rejectDeprecated();
        }
        if (Hold.isWanted(configuration)) {
            builder.attachable();
        }
        if (Reporting.isWanted(configuration)) {
            builder.recording();
        }
        builder.artefacts(artefacts);
        definition.definer().define(builder, folder, context);
        folder.made().ifPresent(builder::tempDir);
        QemuMatrixProvider.choice(context).ifPresent(choice -> choice.applyTo(builder));
        return builder;
    }

    /** Return the binary that the configuration names; what the system property says, {@code QemuBinary} tells in its own words. */
    static Optional<String> binary(Configuration configuration) {
        return configuration
                .text(ConfigurationKeys.QEMU)
                .filter(value -> !value.equals(System.getProperty(ConfigurationKeys.QEMU)));
    }
}
