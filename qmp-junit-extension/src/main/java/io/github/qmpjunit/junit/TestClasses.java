package io.github.qmpjunit.junit;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The classes around a test, as JUnit's contexts tell them. */
final class TestClasses {

    private TestClasses() {}

    /** Return the classes of a context, the outermost first. */
    static List<Class<?>> of(ExtensionContext context) {
        List<Class<?>> classes = new ArrayList<>(context.getEnclosingTestClasses());
        context.getTestClass().ifPresent(classes::add);
        return classes;
    }

    /** Return the unique ids of the class contexts above, or of the given one itself, the innermost first. */
    static List<String> idsOf(ExtensionContext context) {
        List<String> ids = new ArrayList<>();
        Optional<ExtensionContext> at = Optional.of(context);
        while (at.isPresent()) {
            if (isClass(at.get())) {
                ids.add(at.get().getUniqueId());
            }
            at = at.get().getParent();
        }
        return ids;
    }

    /** Return the context itself, or, for a dynamic test, that of its factory: JUnit gives it neither a class nor a method. */
    static ExtensionContext methodOrClass(ExtensionContext context) {
        ExtensionContext at = context;
        while (at.getTestClass().isEmpty() && at.getParent().isPresent()) {
            at = at.getParent().get();
        }
        return at;
    }

    static boolean isClass(ExtensionContext context) {
        return context.getTestMethod().isEmpty() && context.getTestClass().isPresent();
    }

    /** Return the context of the nearest class that is, or inherits from, a type. */
    static ExtensionContext nearest(ExtensionContext context, Class<?> type) {
        Optional<ExtensionContext> at = Optional.of(context);
        while (at.isPresent()) {
            ExtensionContext candidate = at.get();
            if (isClass(candidate)
                    && candidate.getTestClass().filter(type::isAssignableFrom).isPresent()) {
                return candidate;
            }
            at = candidate.getParent();
        }
        throw new IllegalArgumentException("%s is no test class of %s".formatted(type, context.getUniqueId()));
    }

    /**
     * Return the outermost of the class contexts above, or of the given one itself, that are wanted. An invocation of a class
     * template is as far out as one looks: what lies beyond is shared between invocations.
     */
    static Optional<ExtensionContext> outermost(ExtensionContext context, Predicate<ExtensionContext> wanted) {
        @Nullable ExtensionContext found = null;
        Optional<ExtensionContext> at = Optional.of(context);
        while (at.isPresent()) {
            ExtensionContext candidate = at.get();
            if (isClass(candidate) && wanted.test(candidate)) {
                found = candidate;
            }
            if (QemuMatrixProvider.isInvocation(candidate)) {
                break;
            }
            at = candidate.getParent();
        }
        return Optional.ofNullable(found);
    }
}
