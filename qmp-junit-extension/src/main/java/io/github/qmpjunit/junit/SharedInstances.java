package io.github.qmpjunit.junit;

import java.util.Optional;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Refuses fields that several tests would overwrite for each other: those of an instance that tests use at the same time. */
final class SharedInstances {

    private static final String PARALLEL = "junit.jupiter.execution.parallel.enabled";

    private SharedInstances() {}

    /** Require that each field for a machine of a single test belongs to an instance that only one test uses at a time. */
    static void requireOwnFields(ExtensionContext context) {
        if (!context.getConfigurationParameter(PARALLEL, Boolean::valueOf).orElse(false)) {
            return;
        }
        for (Object instance : context.getRequiredTestInstances().getAllInstances()) {
            if (isUsedSideBySide(instance, context)) {
                ClassInjections.of(instance.getClass()).fields().stream()
                        .filter(injection -> !injection.isStatic() && !ClassFixture.isShared(injection, context))
                        .findFirst()
                        .ifPresent(SharedInstances::refuse);
            }
        }
    }

    private static boolean isUsedSideBySide(Object instance, ExtensionContext context) {
        boolean concurrent = false;
        Optional<ExtensionContext> at = Optional.of(context);
        while (at.isPresent()) {
            ExtensionContext candidate = at.get();
            if (TestClasses.isClass(candidate) && candidate.getRequiredTestClass() == instance.getClass()) {
                return concurrent
                        && candidate
                                .getTestInstanceLifecycle()
                                .filter(Lifecycle.PER_CLASS::equals)
                                .isPresent();
            }
            concurrent |= candidate.getExecutionMode() == ExecutionMode.CONCURRENT;
            at = candidate.getParent();
        }
        return false;
    }

    private static void refuse(Injection injection) {
        throw new ExtensionConfigurationException(
                "Cannot inject a %s into %s: the tests of this instance run at the same time (one instance per class, concurrent methods), and each has its own. Use a parameter instead of the field, or @TestInstance(PER_METHOD), or @Execution(SAME_THREAD)"
                        .formatted(injection.what().typeName(), injection.describe()));
    }
}
