package io.github.qmpjunit.junit;

import io.github.qmpjunit.qemu.process.QemuNotFoundException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.LifecycleMethodExecutionExceptionHandler;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.PreInterruptCallback;
import org.junit.jupiter.api.extension.PreInterruptContext;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.jupiter.api.extension.TestInstanceFactoryContext;
import org.junit.jupiter.api.extension.TestInstancePostProcessor;
import org.junit.jupiter.api.extension.TestInstancePreConstructCallback;
import org.junit.platform.commons.support.AnnotationSupport;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

/**
 * Starts the machines that a test asks for, injects them and what belongs to them, and stops them after the test.
 *
 * <pre>{@code
 * @RegisterExtension
 * static final QemuExtension qemu = QemuExtension.builder()
 *         .vm(vm -> vm.machine("q35")
 *                 .memory("64M")
 *                 .blockNode(Map.of("driver", "null-co", "node-name", "disk0", "size", 1 << 20))
 *                 .device("virtio-blk-pci", Map.of("id", "blk0", "drive", "disk0")))
 *         .scope(Scope.CLASS)
 *         .build();
 * }</pre>
 *
 * <p>A parameter of a test method, of a {@code @BeforeEach} or {@code @AfterEach} method or of the constructor is enough, if it is
 * of one of these types; or a field of such a type with {@link Vm} or {@link Listen}: {@link
 * io.github.qmpjunit.qemu.QemuMachine QemuMachine}, {@link io.github.qmpjunit.qmp.QmpClient QmpClient}, {@link
 * io.github.qmpjunit.qmp.QmpEventListener QmpEventListener}, {@link io.github.qmpjunit.qemu.guest.SerialConsole SerialConsole}, {@link
 * io.github.qmpjunit.qemu.qtest.Qtest Qtest}, {@link io.github.qmpjunit.qemu.guest.GuestAgent GuestAgent}, {@link io.github.qmpjunit.qemu.StorageDaemon StorageDaemon}. The machines are those that
 * {@link Vm} defines, or the {@linkplain #builder() builder}; each test gets its own unless their {@link Scope} says otherwise. The
 * machines of a test start side by side, before its first {@code @BeforeEach} method.
 *
 * <p>A test fails where its machine cannot start, and where one of the {@linkplain Check checks} at its end finds something. On each
 * test that fails, there is a {@linkplain io.github.qmpjunit.junit.report.FailureReport report}, named in the failure.
 */
@API(status = API.Status.MAINTAINED, since = "0.1.0")
@SuppressWarnings("exports") // Whoever meets JUnit's types here requires JUnit.
public final class QemuExtension
        implements BeforeAllCallback,
                TestInstancePreConstructCallback,
                TestInstancePostProcessor,
                BeforeEachCallback,
                ParameterResolver,
                AfterTestExecutionCallback,
                LifecycleMethodExecutionExceptionHandler,
                InvocationInterceptor,
                PreInterruptCallback,
                AfterEachCallback {

    private static final Namespace NAMESPACE = Namespace.create(QemuExtension.class);

    private final Settings settings;

    /** Create the extension; JUnit does, for {@code @ExtendWith(QemuExtension.class)}. */
    public QemuExtension() {
        this(Settings.NONE);
    }

    QemuExtension(Settings settings) {
        this.settings = settings;
    }

    /** {@return a builder, for a static field with {@code @RegisterExtension}} */
    public static QemuExtensionBuilder builder() {
        return new QemuExtensionBuilder();
    }

    /**
     * What the builder has been told.
     *
     * @param whose stands for the builder: what two builders have been told is never the same
     * @param machines the machines, by name
     * @param scope how long they live, and the one that there is where none is defined
     * @param reset what is done to them between tests
     * @param without what is not checked
     * @param allowedStderr what may stand on their standard error
     */
    record Settings(
            Object whose,
            Map<String, VmDefinition> machines,
            Scope scope,
            Reset reset,
            List<Check> without,
            List<Pattern> allowedStderr) {

        static final Settings NONE = new Settings("nobody", Map.of(), Scope.METHOD, Reset.NONE, List.of(), List.of());
    }

    static Store store(ExtensionContext context) {
        return context.getStore(NAMESPACE);
    }

    /** Return what the builder of the nearest extension that has one has been told. */
    static Settings settings(ExtensionContext context) {
        return store(context).getOrDefault(Settings.class, Settings.class, Settings.NONE);
    }

    /** Let a constructor's machines belong to the test that the instance is made for. */
    @Override
    public ExtensionContextScope getTestInstantiationExtensionContextScope(ExtensionContext rootContext) {
        return ExtensionContextScope.TEST_METHOD;
    }

    /** Make the builder's settings known, fill the static fields, and start what {@code @BeforeAll} methods ask for. */
    @Override
    public void beforeAll(ExtensionContext context) {
        SupportedJunit.require();
        Class<?> type = context.getRequiredTestClass();
        if (!settings.equals(Settings.NONE)) {
            publishSettings(context);
        } else if (BuilderFields.areIn(type)) {
            return; // a builder's extension follows
        }
        if (isInCharge(context)) {
            Missing.orSkip(context, () -> {
                ClassInjections.of(type).fields().stream()
                        .filter(Injection::isStatic)
                        .forEach(injection -> inject(injection, null, context));
                ClassInjections.ofBeforeAll(type).forEach(injection -> valueOf(injection, context));
            });
        }
    }

    private void publishSettings(ExtensionContext context) {
        BuilderFields.requireOne(context.getRequiredTestClass());
        store(context).put(Settings.class, settings);
        store(context).put(settings.whose(), settings);
    }

    /** Return whether this extension belongs to a class: then a nearer one may be in charge, but it is not new here. */
    private boolean isKnown(ExtensionContext context) {
        return store(context).get(settings.whose()) != null;
    }

    /** Return whether it is this extension, of several that are registered, that does the work: the one with the nearest builder. */
    private boolean isInCharge(ExtensionContext context) {
        return settings(context).equals(settings);
    }

    /** Return whether it does the work for a constructor: for that of an enclosing class JUnit asks only the extensions of that class. */
    private boolean isInChargeOf(Class<?> constructed, ExtensionContext context) {
        Optional<ExtensionContext> at = Optional.of(context);
        while (at.isPresent()
                && at.get().getTestClass().filter(constructed::equals).isEmpty()) {
            at = at.get().getParent();
        }
        return isInCharge(at.orElse(context));
    }

    /**
     * Start what a constructor asks for, since JUnit takes what is thrown here for what it is: there may be no QEMU, and the test is
     * to be skipped then.
     */
    @Override
    public void preConstructTestInstance(TestInstanceFactoryContext factory, ExtensionContext context) {
        SupportedJunit.require();
        Class<?> type = factory.getTestClass();
        if (!isInChargeOf(type, context)) {
            return;
        }
        List<Injection> injections = ClassInjections.ofConstructors(type);
        if (!isTest(context)) {
            Missing.orSkip(context, () -> injections.forEach(injection -> valueOf(injection, context)));
        } else if (!injections.isEmpty()) {
            machinesOf(context);
        }
    }

    /**
     * Fill those fields of an instance for all tests that are the same in all of them, for its {@code @BeforeAll} methods. The others
     * follow before each test: JUnit makes the instance also for a test that is disabled.
     */
    @Override
    public void postProcessTestInstance(Object instance, ExtensionContext context) {
        if (isTest(context) || !isInCharge(context)) {
            return;
        }
        Missing.orSkip(context, () -> {
            for (Injection injection : ClassInjections.of(instance.getClass()).fields()) {
                if (!injection.isStatic() && isShared(injection, context)) {
                    inject(injection, instance, context);
                }
            }
        });
    }

    /** Start what the test asks for, if its constructor has not needed it before, and fill the fields. */
    @Override
    public void beforeEach(ExtensionContext context) {
        SupportedJunit.require();
        if (!settings.equals(Settings.NONE) && !isKnown(context)) {
            requireNothingStarted(context);
            publishSettings(context);
        }
        if (!isInCharge(context)) {
            return;
        }
        TestMachines machines = machinesOf(context);
        for (Object instance : context.getRequiredTestInstances().getAllInstances()) {
            for (Injection injection : ClassInjections.of(instance.getClass()).fields()) {
                if (machines.asksFor(injection)) {
                    inject(injection, instance, context);
                }
            }
        }
    }

    private static void requireNothingStarted(ExtensionContext context) {
        if (existing(context) != null) {
            throw new ExtensionConfigurationException(
                    "The QemuExtension of a @RegisterExtension field comes too late: the test has been given its machines already. Make the field static, or leave @QemuTest out");
        }
    }

    private static boolean isTest(ExtensionContext context) {
        return context.getTestMethod().isPresent();
    }

    private static boolean isShared(Injection injection, ExtensionContext context) {
        return injection.what() != Injectable.STORAGE_DAEMON
                && injection.what() != Injectable.LISTENER
                && TestPlan.of(context, settings(context))
                        .definitions()
                        .meantBy(injection)
                        .isShared();
    }

    private static void inject(Injection injection, @Nullable Object instance, ExtensionContext context) {
        Field field = injection.field();
        if (Modifier.isFinal(field.getModifiers())) {
            throw new ExtensionConfigurationException("Cannot inject a %s into %s, which is final. Leave the final out"
                    .formatted(injection.what().typeName(), injection.describe()));
        }
        Object value = valueOf(injection, context);
        try {
            field.setAccessible(true);
            field.set(instance, value);
        } catch (IllegalAccessException | RuntimeException e) {
            throw new ExtensionConfigurationException(
                    "Cannot set %s: %s".formatted(injection.describe(), e.getMessage()), e);
        }
    }

    private static Object valueOf(Injection injection, ExtensionContext context) {
        return isTest(context)
                ? machinesOf(context).valueOf(injection)
                : SharedMachines.valueOf(injection, context, settings(context));
    }

    /** Support the types that can be injected, and what is marked as to be injected: a wrong type is told then. */
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Executable executable = parameter.getDeclaringExecutable();
        boolean inCharge = executable instanceof Constructor<?>
                ? isInChargeOf(executable.getDeclaringClass(), context)
                : isInCharge(context);
        return inCharge && Injection.isAskedForAt(parameter.getParameter());
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        SupportedJunit.require();
        Injection injection = Injection.at(parameter.getParameter()).orElseThrow();
        if (isTest(context) && isFactory(parameter.getDeclaringExecutable(), context)) {
            throw new ExtensionConfigurationException(
                    "Cannot inject a %s into %s, which provides arguments for many tests and belongs to none of them. Inject it into the test method or a @BeforeEach method"
                            .formatted(injection.what().typeName(), injection.describe()));
        }
        if (parameter.getDeclaringExecutable() instanceof Method method && !isTest(context)) {
            ClassLease.ofMethod(method, sharedMachines(method, context), context);
        }
        return valueOf(injection, context);
    }

    /** Let a class's method be alone with the shared machines that it may use; if it has no parameters, nobody has asked before. */
    @Override
    public void interceptBeforeAllMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        aloneWithMachines(invocation, method.getExecutable(), context);
    }

    @Override
    public void interceptAfterAllMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        aloneWithMachines(invocation, method.getExecutable(), context);
    }

    private void aloneWithMachines(Invocation<Void> invocation, Method method, ExtensionContext context)
            throws Throwable {
        if (!isInCharge(context)) {
            invocation.proceed();
            return;
        }
        try {
            ClassLease.ofMethod(method, sharedMachines(method, context), context);
            invocation.proceed();
        } finally {
            ClassLease.endOfMethod(context);
        }
    }

    /** Return the machines that a class's method is given, and those that its class's fields hold meanwhile. */
    private static Set<SharedMachine> sharedMachines(Method method, ExtensionContext context) {
        boolean oneInstance = context.getTestInstanceLifecycle()
                .filter(Lifecycle.PER_CLASS::equals)
                .isPresent();
        List<Injection> injections = new ArrayList<>(ClassInjections.ofParameters(method));
        for (Injection injection :
                ClassInjections.of(context.getRequiredTestClass()).fields()) {
            if ((oneInstance || injection.isStatic()) && isShared(injection, context)) {
                injections.add(injection);
            }
        }
        return injections.stream()
                .map(injection -> SharedMachines.definition(injection, context, settings(context)))
                .map(definition -> SharedMachines.find(definition, context))
                .collect(Collectors.toSet());
    }

    /** Return whether it is a method that provides a template's arguments: JUnit asks for it in the template's own context. */
    private static boolean isFactory(Executable executable, ExtensionContext context) {
        return executable instanceof Method method
                && !context.getRequiredTestMethod().getName().equals(method.getName())
                && Stream.of(BeforeEach.class, AfterEach.class, BeforeAll.class, AfterAll.class)
                        .noneMatch(annotation -> AnnotationSupport.isAnnotated(method, annotation));
    }

    /** Report on a test that has failed, while its machines are as they were then. */
    @Override
    public void afterTestExecution(ExtensionContext context) {
        context.getExecutionException().ifPresent(failure -> report(context, "the test", failure));
    }

    @Override
    public void handleBeforeEachMethodExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        report(context, "@BeforeEach", failure);
        throw failure;
    }

    @Override
    public void handleAfterEachMethodExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        report(context, "@AfterEach", failure);
        throw failure;
    }

    @Override
    public void handleBeforeAllMethodExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        reportOnClass(context, "@BeforeAll", failure);
        throw failure;
    }

    @Override
    public void handleAfterAllMethodExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        reportOnClass(context, "@AfterAll", failure);
        throw failure;
    }

    /** Take note of where the test is when its {@code @Timeout} strikes; on a thread of JUnit's. */
    @Override
    public void beforeThreadInterrupt(PreInterruptContext interrupt, ExtensionContext context) {
        TestMachines machines = existing(context);
        if (machines != null) {
            machines.timedOut(TimeOut.of(interrupt.getThreadToInterrupt()));
        }
    }

    private void reportOnClass(ExtensionContext context, String phase, Throwable failure) {
        if (isInCharge(context)) {
            SharedMachines.report(context, phase, failure, settings(context));
        }
    }

    private static void report(ExtensionContext context, String phase, Throwable failure) {
        TestMachines machines = existing(context);
        if (machines != null) {
            machines.report(phase, failure);
        }
    }

    /** Look at the machines, and stop them, where what they complain about is the test's own failure; the store is the safety net. */
    @Override
    public void afterEach(ExtensionContext context) {
        TestMachines machines = existing(context);
        if (machines == null || !isInCharge(context)) {
            return;
        }
        Optional<Throwable> failure = context.getExecutionException();
        try {
            if (failure.isPresent()) {
                machines.report("what follows the test", failure.get());
                holdIfWanted(machines, context, failure.get());
            } else {
                requireOrder(machines, context);
            }
        } finally {
            machines.close();
        }
    }

    private static void requireOrder(TestMachines machines, ExtensionContext context) {
        try {
            throwIfPresent(Epilogue.complaint(machines.machines()));
            if (Reporting.isWantedAlways(Configuration.of(context))) {
                machines.report("", Reporting.passed());
            }
            machines.close();
            throwIfPresent(Epilogue.lateComplaint(machines.machines()));
        } catch (RuntimeException | AssertionFailedError e) {
            machines.report("the checks after the test", e);
            holdIfWanted(machines, context, e);
            closeAfter(e, machines);
            throw e;
        }
    }

    private static void throwIfPresent(Optional<AssertionFailedError> complaint) {
        if (complaint.isPresent()) {
            throw complaint.get();
        }
    }

    private static void closeAfter(Throwable failure, TestMachines machines) {
        try {
            machines.close();
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    private static void holdIfWanted(TestMachines machines, ExtensionContext context, Throwable failure) {
        Configuration configuration = Configuration.of(context);
        if (!(failure instanceof TestAbortedException) && Hold.isWanted(configuration)) {
            Hold.hold(
                    Progress.nameOf(context),
                    machines.machines().stream().map(TestMachine::machine).toList(),
                    configuration);
        }
    }

    private static @Nullable TestMachines existing(ExtensionContext context) {
        return store(context).get(keyOf(context), TestMachines.class);
    }

    /** Return what the test has, started by the first call. */
    private static TestMachines machinesOf(ExtensionContext context) {
        TestMachines machines = existing(context);
        if (machines == null) {
            TestMachines fresh = new TestMachines(context, settings(context));
            store(context).put(keyOf(context), fresh);
            Missing.orSkip(context, () -> start(fresh));
            machines = fresh;
        }
        return machines;
    }

    private static void start(TestMachines machines) {
        try {
            machines.start();
        } catch (QemuNotFoundException e) {
            throw e; // there is nothing to report on
        } catch (RuntimeException e) {
            machines.report("the start of its machines", e);
            throw e;
        }
    }

    /** A store also finds what lies in the stores of the contexts around; so the key is the test's own. */
    private static Object keyOf(ExtensionContext context) {
        return List.of(TestMachines.class, Objects.requireNonNull(context.getUniqueId()));
    }
}
