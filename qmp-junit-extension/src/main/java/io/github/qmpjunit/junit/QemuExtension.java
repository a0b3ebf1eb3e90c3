package io.github.qmpjunit.junit;

import io.github.qmpjunit.junit.report.RunTest;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apiguardian.api.API;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterClassTemplateInvocationCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeClassTemplateInvocationCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.DynamicTestInvocationContext;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.LifecycleMethodExecutionExceptionHandler;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.PreInterruptCallback;
import org.junit.jupiter.api.extension.PreInterruptContext;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.junit.jupiter.api.extension.TestInstanceFactoryContext;
import org.junit.jupiter.api.extension.TestInstancePostProcessor;
import org.junit.jupiter.api.extension.TestInstancePreConstructCallback;
import org.junit.jupiter.api.extension.TestWatcher;
import org.junit.platform.commons.support.AnnotationSupport;

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
 * io.github.qmpjunit.qemu.qtest.Qtest Qtest}, {@link io.github.qmpjunit.qemu.guest.GuestAgent GuestAgent}, {@link io.github.qmpjunit.qemu.StorageDaemon StorageDaemon}. A
 * parameter can also be a {@link io.github.qmpjunit.qemu.disk.Disks Disks} folder for disk images, or the {@link
 * io.github.qmpjunit.qemu.disk.QemuTools QemuTools} of the test's QEMU. The machines are those that
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
                TestExecutionExceptionHandler,
                AfterTestExecutionCallback,
                LifecycleMethodExecutionExceptionHandler,
                InvocationInterceptor,
                BeforeClassTemplateInvocationCallback,
                AfterClassTemplateInvocationCallback,
                PreInterruptCallback,
                AfterEachCallback,
                AfterAllCallback,
                TestWatcher {

    private final ExtensionSettings settings;

    /** Create the extension; JUnit does, for {@code @ExtendWith(QemuExtension.class)}. */
    public QemuExtension() {
        this(ExtensionSettings.NONE);
    }

    QemuExtension(ExtensionSettings settings) {
        this.settings = settings;
    }

    /** {@return a builder, for a static field with {@code @RegisterExtension}} */
    public static QemuExtensionBuilder builder() {
        return new QemuExtensionBuilder();
    }

    /** Let a constructor's machines belong to the test that the instance is made for. */
    @Override
    public ExtensionContextScope getTestInstantiationExtensionContextScope(ExtensionContext rootContext) {
        return ExtensionContextScope.TEST_METHOD;
    }

    /** Make the builder's settings known, fill the static fields, and start what {@code @BeforeAll} methods ask for. */
    @Override
    public void beforeAll(ExtensionContext context) {
        Configuration.of(context).useTimeouts();
        Class<?> type = context.getRequiredTestClass();
        if (!settings.equals(ExtensionSettings.NONE)) {
            publishSettings(context);
        } else if (BuilderFields.areIn(type, QemuExtension.class)) {
            return; // a builder's extension follows
        }
        if (isInCharge(context)) {
            startFor(context, () -> {
                ClassInjections.of(type).fields().stream()
                        .filter(Injection::isStatic)
                        .forEach(injection -> injection.inject(null, valueOf(injection, context)));
                ClassInjections.ofBeforeAll(type).forEach(injection -> valueOf(injection, context));
            });
        }
    }

    private void publishSettings(ExtensionContext context) {
        BuilderFields.requireOne(context.getRequiredTestClass(), QemuExtension.class);
        settings.publish(context);
    }

    /** Return whether it is this extension, of several that are registered, that does the work: the one with the nearest builder. */
    private boolean isInCharge(ExtensionContext context) {
        return ExtensionSettings.of(context).equals(settings);
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
        Class<?> type = factory.getTestClass();
        if (!isInChargeOf(type, context)) {
            return;
        }
        List<Injection> injections = ClassInjections.ofConstructors(type);
        if (!isTest(context)) {
            startFor(context, () -> injections.forEach(injection -> valueOf(injection, context)));
        } else if (!injections.isEmpty()) {
            fixtureOf(context);
        }
    }

    private static void startFor(ExtensionContext context, Runnable start) {
        InterruptFlag.aside(() -> Missing.orSkip(context, start));
    }

    private static TestFixture fixtureOf(ExtensionContext context) {
        return InterruptFlag.aside(() -> TestFixture.of(context));
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
        startFor(context, () -> {
            for (Injection injection : ClassInjections.of(instance.getClass()).fields()) {
                if (!injection.isStatic() && ClassFixture.isShared(injection, context)) {
                    injection.inject(instance, valueOf(injection, context));
                }
            }
        });
    }

    /** Start what the test asks for, if its constructor has not needed it before, and fill the fields. */
    @Override
    public void beforeEach(ExtensionContext context) {
        Configuration.of(context).useTimeouts();
        if (!settings.equals(ExtensionSettings.NONE) && !settings.isPublishedIn(context)) {
            requireNothingStarted(context);
            publishSettings(context);
        }
        if (!isInCharge(context)) {
            return;
        }
        SharedInstances.requireOwnFields(context);
        TestFixture fixture = fixtureOf(context);
        for (Object instance : context.getRequiredTestInstances().getAllInstances()) {
            for (Injection injection : ClassInjections.of(instance.getClass()).fields()) {
                if (fixture.asksFor(injection)) {
                    injection.inject(instance, valueOf(injection, context));
                }
            }
        }
    }

    private static void requireNothingStarted(ExtensionContext context) {
        if (TestFixture.existing(context) != null) {
            throw new ExtensionConfigurationException(
                    "The QemuExtension of a @RegisterExtension field comes too late: the test has been given its machines already. Make the field static, or leave @QemuTest out");
        }
    }

    private static boolean isTest(ExtensionContext context) {
        return context.getTestMethod().isPresent();
    }

    private static Object valueOf(Injection injection, ExtensionContext context) {
        return isTest(context) ? fixtureOf(context).valueOf(injection) : ClassFixture.valueOf(injection, context);
    }

    /** Support the types that can be injected, and what is marked as to be injected: a wrong type is told then. */
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Executable executable = parameter.getDeclaringExecutable();
        boolean inCharge = executable instanceof Constructor<?>
                ? isInChargeOf(executable.getDeclaringClass(), context)
                : isInCharge(context);
        return inCharge
                && (Injection.isAskedForAt(parameter.getParameter())
                        || TestTools.isAskedForAt(parameter.getParameter()));
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        if (TestTools.isAskedForAt(parameter.getParameter())) {
            return InterruptFlag.aside(() -> TestTools.valueOf(parameter.getParameter(), context));
        }
        Injection injection = Injection.at(parameter.getParameter()).orElseThrow();
        if (isTest(context) && isFactory(parameter.getDeclaringExecutable(), context)) {
            throw new ExtensionConfigurationException(
                    "Cannot inject a %s into %s, which provides arguments for many tests and belongs to none of them. Inject it into the test method or a @BeforeEach method"
                            .formatted(injection.what().typeName(), injection.describe()));
        }
        if (isTest(context)) {
            return valueOf(injection, context);
        }
        return InterruptFlag.aside(() -> {
            ClassFixture.lease(parameter.getDeclaringExecutable(), context);
            return valueOf(injection, context);
        });
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
            InterruptFlag.aside(() -> ClassFixture.lease(method, context));
            invocation.proceed();
        } finally {
            InterruptFlag.aside(() -> ClassLease.end(context));
        }
    }

    /**
     * Report on a constructor that fails, since no other callback tells; and let the one of an instance for all tests be alone with the
     * shared machines that it is given.
     */
    @Override
    public <T> T interceptTestClassConstructor(
            Invocation<T> invocation, ReflectiveInvocationContext<Constructor<T>> constructor, ExtensionContext context)
            throws Throwable {
        if (!isInChargeOf(constructor.getTargetClass(), context)) {
            return invocation.proceed();
        }
        try {
            return invocation.proceed();
        } catch (Throwable e) {
            throw isTest(context)
                    ? reported(context, "the constructor", e)
                    : reportedOnClass(context, "the constructor", e);
        } finally {
            if (!isTest(context)) {
                InterruptFlag.aside(() -> ClassLease.end(context));
            }
        }
    }

    /** Report on a dynamic test that fails: its factory, to which the machines belong, knows nothing of it. */
    @Override
    public void interceptDynamicTest(
            Invocation<Void> invocation, DynamicTestInvocationContext test, ExtensionContext context) throws Throwable {
        try {
            invocation.proceed();
        } catch (Throwable e) {
            TestFixture fixture = TestFixture.around(context);
            throw fixture == null ? e : InterruptFlag.aside(() -> fixture.reportedDynamicTest(context, e));
        }
    }

    /** Record what the test waits for, also if JUnit runs it on another thread. */
    @Override
    public void interceptTestMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        withJournal(invocation, context);
    }

    @Override
    public void interceptTestTemplateMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        withJournal(invocation, context);
    }

    private static void withJournal(Invocation<Void> invocation, ExtensionContext context) throws Throwable {
        TestFixture fixture = TestFixture.existing(context);
        Runnable unbind = fixture == null ? () -> {} : fixture.bindJournal();
        try {
            invocation.proceed();
        } finally {
            unbind.run();
        }
    }

    /** Be told if the methods around an invocation of a class template fail: JUnit offers no callback for that. */
    @Override
    public void beforeClassTemplateInvocation(ExtensionContext context) {
        if (isInCharge(context)) {
            InterruptFlag.aside(() -> ClassFixture.reportLater(context));
        }
    }

    /** End the lease of the method after an invocation of a class template. */
    @Override
    public void afterClassTemplateInvocation(ExtensionContext context) {
        InterruptFlag.aside(() -> ClassLease.end(context));
    }

    /** Return whether it is a method that provides a template's arguments: JUnit asks for it in the template's own context. */
    private static boolean isFactory(Executable executable, ExtensionContext context) {
        return executable instanceof Method method
                && !context.getRequiredTestMethod().getName().equals(method.getName())
                && Stream.of(BeforeEach.class, AfterEach.class, BeforeAll.class, AfterAll.class)
                        .noneMatch(annotation -> AnnotationSupport.isAnnotated(method, annotation));
    }

    /** Let a failure say where its report will lie: here it can still be replaced. Whether it fails the test is not certain yet. */
    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        TestFixture fixture = TestFixture.existing(context);
        throw fixture == null ? failure : InterruptFlag.aside(() -> fixture.explained(failure));
    }

    /** Report on a test that has failed, while its machines are as they were then. */
    @Override
    public void afterTestExecution(ExtensionContext context) {
        TestFixture fixture = TestFixture.existing(context);
        Optional<Throwable> failure = context.getExecutionException();
        if (fixture != null && failure.isPresent()) {
            InterruptFlag.aside(() -> fixture.report("the test", failure.get()));
        }
    }

    @Override
    public void handleBeforeEachMethodExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        throw reported(context, "@BeforeEach", failure);
    }

    @Override
    public void handleAfterEachMethodExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        throw reported(context, "@AfterEach", failure);
    }

    @Override
    public void handleBeforeAllMethodExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        throw reportedOnClass(context, "@BeforeAll", failure);
    }

    @Override
    public void handleAfterAllMethodExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        throw reportedOnClass(context, "@AfterAll", failure);
    }

    /** Take note of where the test is when its {@code @Timeout} strikes; on a thread of JUnit's. */
    @Override
    public void beforeThreadInterrupt(PreInterruptContext interrupt, ExtensionContext context) {
        TestFixture fixture = TestFixture.existing(context);
        if (fixture != null) {
            fixture.timedOut(TimeOut.of(interrupt.getThreadToInterrupt()));
        }
    }

    private Throwable reportedOnClass(ExtensionContext context, String phase, Throwable failure) {
        return isInCharge(context)
                ? InterruptFlag.aside(() -> ClassFixture.reported(context, phase, failure))
                : failure;
    }

    private static Throwable reported(ExtensionContext context, String phase, Throwable failure) {
        TestFixture fixture = TestFixture.existing(context);
        return fixture == null ? failure : InterruptFlag.aside(() -> fixture.reported(phase, failure));
    }

    /** Take down JUnit's verdict for the page over the run. */
    @Override
    public void testSuccessful(ExtensionContext context) {
        RunLog.of(context).end(context, RunTest.Outcome.PASSED, null);
    }

    @Override
    public void testFailed(ExtensionContext context, Throwable cause) {
        RunLog.of(context).end(context, RunTest.Outcome.FAILED, cause);
    }

    @Override
    public void testAborted(ExtensionContext context, Throwable cause) {
        RunLog.of(context).end(context, RunTest.Outcome.ABORTED, cause);
    }

    @Override
    public void testDisabled(ExtensionContext context, Optional<String> reason) {
        RunLog.of(context).end(context, RunTest.Outcome.SKIPPED, null);
    }

    /** Look at the machines, and stop them, where what they complain about is the test's own failure; the store is the safety net. */
    @Override
    public void afterEach(ExtensionContext context) {
        TestFixture fixture = TestFixture.existing(context);
        if (fixture != null && isInCharge(context)) {
            InterruptFlag.aside(() -> TestEnd.of(fixture, context));
        }
    }

    /** Report on what no other callback tells of, the failure of another extension's callback for one. */
    @Override
    public void afterAll(ExtensionContext context) {
        if (isInCharge(context)) {
            InterruptFlag.aside(() -> ClassFixture.reportRest(context));
        }
    }
}
