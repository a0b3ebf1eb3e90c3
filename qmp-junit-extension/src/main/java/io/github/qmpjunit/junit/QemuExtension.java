package io.github.qmpjunit.junit;

import static java.util.Objects.requireNonNull;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.QemuMachineBuilder;
import io.github.qmpjunit.qmp.QmpClient;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Starts the machines that a test's parameters ask for, injects them or their clients, and stops them after the test.
 *
 * <p>A parameter of type {@link QmpClient} or {@link QemuMachine} of a test method, of a {@code @BeforeEach} or {@code
 * @AfterEach} method, or of a constructor is enough. Each test gets machines of its own, defined by {@link Vm}.
 *
 * <p>A test fails where its machine cannot start, and where QEMU has crashed under it.
 */
public final class QemuExtension implements ParameterResolver, AfterEachCallback {

    private static final Namespace NAMESPACE = Namespace.create(QemuExtension.class);

    private static final Map<Class<?>, Function<QemuMachine, Object>> INJECTABLE =
            Map.of(QemuMachine.class, machine -> machine, QmpClient.class, QemuMachine::qmp);

    /** Create the extension; JUnit does. */
    public QemuExtension() {}

    /** Let a constructor's machines belong to the test that the instance is made for. */
    @Override
    public ExtensionContextScope getTestInstantiationExtensionContextScope(ExtensionContext rootContext) {
        return ExtensionContextScope.TEST_METHOD;
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return INJECTABLE.containsKey(parameter.getParameter().getType());
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        requireJUnitThatCloses();
        if (context.getTestMethod().isEmpty()) {
            throw new ParameterResolutionException(
                    "Cannot inject %s here: machines belong to a test method, and %s runs outside of one. Inject it into the test method, a @BeforeEach method or a constructor of a class with one instance per method"
                            .formatted(
                                    parameter.getParameter().getType().getSimpleName(),
                                    parameter.getDeclaringExecutable().getName()));
        }
        Optional<Vm> meant =
                VmDefinitions.of(context, parameter.getDeclaringExecutable()).meantBy(parameter);
        String name = meant.map(Vm::value).orElse("");
        TestMachines machines = context.getStore(NAMESPACE)
                .getOrComputeIfAbsent(TestMachines.class, key -> new TestMachines(), TestMachines.class);
        QemuMachine machine = machines.get(name, () -> builderFor(meant));
        return requireNonNull(INJECTABLE.get(parameter.getParameter().getType()))
                .apply(machine);
    }

    /** Stop the test's machines here, where what they complain about is the test's own failure; the store is the safety net. */
    @Override
    public void afterEach(ExtensionContext context) {
        TestMachines machines = context.getStore(NAMESPACE).get(TestMachines.class, TestMachines.class);
        if (machines != null) {
            machines.close();
        }
    }

    private static QemuMachineBuilder builderFor(Optional<Vm> definition) {
        QemuMachineBuilder builder = QemuMachine.builder();
        definition.ifPresent(vm -> {
            if (!vm.value().isEmpty()) {
                builder.name(vm.value());
            }
            if (!vm.machine().isEmpty()) {
                builder.machine(vm.machine());
            }
            if (!vm.binary().isEmpty()) {
                builder.binary(vm.binary());
            }
            builder.args(vm.args());
        });
        return builder;
    }

    /** Before 5.13, JUnit silently never closes what is merely AutoCloseable, and other parts that are used here are missing. */
    private static void requireJUnitThatCloses() {
        try {
            Class.forName(
                    "org.junit.jupiter.api.extension.ExtensionContext$StoreScope",
                    false,
                    QemuExtension.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new ExtensionConfigurationException(
                    "QemuExtension needs JUnit 5.13 or newer; this one is older. Set the version of junit-jupiter, or of the junit-bom, accordingly",
                    e);
        }
    }
}
