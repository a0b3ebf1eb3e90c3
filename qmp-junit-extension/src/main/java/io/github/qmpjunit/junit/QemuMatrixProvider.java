package io.github.qmpjunit.junit;

import io.github.qmpjunit.qemu.QemuMachineBuilder;
import io.github.qmpjunit.qemu.probe.QemuCapabilities;
import io.github.qmpjunit.qemu.process.QemuBinary;
import io.github.qmpjunit.qemu.process.QemuException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ClassTemplateInvocationContext;
import org.junit.jupiter.api.extension.ClassTemplateInvocationContextProvider;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** Makes the invocations of a class with {@link QemuMatrix}. */
final class QemuMatrixProvider implements ClassTemplateInvocationContextProvider {

    /** JUnit creates it. */
    QemuMatrixProvider() {}

    /**
     * What one invocation runs on.
     *
     * @param binary the QEMU, if the matrix chooses one
     * @param machine the machine type, if the matrix chooses one
     */
    record Choice(Optional<String> binary, Optional<String> machine) implements ClassTemplateInvocationContext {

        void applyTo(QemuMachineBuilder builder) {
            binary.ifPresent(builder::binary);
            machine.ifPresent(builder::machine);
        }

        @Override
        public String getDisplayName(int invocationIndex) {
            List<String> words = new ArrayList<>();
            words.add(binary.map(Choice::withVersion).orElse("the usual QEMU"));
            machine.ifPresent(words::add);
            return "[%s] %s".formatted(invocationIndex, String.join(", ", words));
        }

        private static String withVersion(String binary) {
            try {
                QemuCapabilities found = QemuCapabilities.of(QemuBinary.find(binary));
                return "%s %s".formatted(binary, found.version());
            } catch (QemuException e) {
                return binary; // the tests will fail with the reason
            }
        }

        @Override
        public void prepareInvocation(ExtensionContext context) {
            ExtensionStore.of(context).put(Invocation.class, new Invocation(this, context.getUniqueId()));
        }
    }

    private record Invocation(Choice choice, String contextId) {}

    /** Return what the matrix has chosen for a test. */
    static Optional<Choice> choice(ExtensionContext context) {
        return invocation(context).map(Invocation::choice);
    }

    /** Return whether a context is that of one of the matrix's invocations itself. */
    static boolean isInvocation(ExtensionContext context) {
        return invocation(context)
                .filter(invocation -> invocation.contextId().equals(context.getUniqueId()))
                .isPresent();
    }

    private static Optional<Invocation> invocation(ExtensionContext context) {
        return Optional.ofNullable(ExtensionStore.of(context).get(Invocation.class, Invocation.class));
    }

    @Override
    public boolean supportsClassTemplate(ExtensionContext context) {
        return AnnotationSupport.isAnnotated(context.getRequiredTestClass(), QemuMatrix.class);
    }

    @Override
    public Stream<Choice> provideClassTemplateInvocationContexts(ExtensionContext context) {
        QemuMatrix matrix = AnnotationSupport.findAnnotation(context.getRequiredTestClass(), QemuMatrix.class)
                .orElseThrow();
        List<String> binaries = matrix.binaries().length > 0
                ? List.of(matrix.binaries())
                : Configuration.of(context).list(ConfigurationKeys.MATRIX_BINARIES);
        return orNone(binaries).stream()
                .flatMap(binary ->
                        orNone(Arrays.asList(matrix.machines())).stream().map(machine -> new Choice(binary, machine)));
    }

    private static List<Optional<String>> orNone(List<String> values) {
        return values.isEmpty()
                ? List.of(Optional.empty())
                : values.stream().map(Optional::of).toList();
    }
}
