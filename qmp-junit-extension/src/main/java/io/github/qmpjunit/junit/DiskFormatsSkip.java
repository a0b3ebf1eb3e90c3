package io.github.qmpjunit.junit;

import io.github.qmpjunit.internal.TerminalText;
import io.github.qmpjunit.qemu.disk.DiskFormat;
import io.github.qmpjunit.qemu.disk.QemuTool;
import io.github.qmpjunit.qemu.disk.QemuTools;
import io.github.qmpjunit.qemu.probe.QemuCapabilities;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.jupiter.params.Parameter;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;
import org.opentest4j.TestAbortedException;

/** Skips the invocations for formats that are not there. They show up with a reason: an invocation that a provider leaves out would be invisible. */
final class DiskFormatsSkip implements InvocationInterceptor, BeforeEachCallback {

    /** JUnit creates it. */
    DiskFormatsSkip() {}

    @Override
    public <T> T interceptTestClassConstructor(
            Invocation<T> invocation, ReflectiveInvocationContext<Constructor<T>> constructor, ExtensionContext context)
            throws Throwable {
        require(constructor.getArguments(), context);
        return invocation.proceed();
    }

    @Override
    public void interceptTestTemplateMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        require(method.getArguments(), context);
        invocation.proceed();
    }

    /** A parameterized class can have its parameters in fields. */
    @Override
    public void beforeEach(ExtensionContext context) {
        Object instance = context.getRequiredTestInstance();
        List<Object> values = ReflectionSupport.streamFields(
                        instance.getClass(),
                        field -> field.getType() == DiskFormat.class
                                && AnnotationSupport.isAnnotated(field, Parameter.class),
                        HierarchyTraversalMode.TOP_DOWN)
                .<Object>map(field -> ReflectionSupport.tryToReadFieldValue(field, instance)
                        .toOptional()
                        .orElse(this))
                .toList();
        require(values, context);
    }

    private static void require(List<Object> arguments, ExtensionContext context) {
        for (Object argument : arguments) {
            if (argument instanceof DiskFormat format) {
                InterruptFlag.aside(() -> require(format, context));
            }
        }
    }

    private static void require(DiskFormat format, ExtensionContext context) {
        QemuTools tools = TestTools.ofTest(context);
        require(format, tools.formats(), tools.find(QemuTool.QEMU_IMG));
        tools.qemu().ifPresent(qemu -> require(format, QemuCapabilities.of(qemu).blockDrivers(), qemu));
    }

    private static void require(DiskFormat format, Set<String> supported, Path program) {
        if (!supported.contains(format.driver())) {
            throw new TestAbortedException(
                    TerminalText.message("Skipped, since %s was built without the format \"%s\". It has %s"
                            .formatted(program, format.driver(), String.join(", ", supported))));
        }
    }
}
