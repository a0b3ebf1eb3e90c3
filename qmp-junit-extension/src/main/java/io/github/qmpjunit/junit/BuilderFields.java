package io.github.qmpjunit.junit;

import java.lang.reflect.Field;
import java.util.List;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ModifierSupport;
import org.junit.platform.commons.support.ReflectionSupport;

/** The fields by which a class registers extensions of ours. */
final class BuilderFields {

    private BuilderFields() {}

    /** Return whether a class, or one that it inherits from, has a static one. */
    static boolean areIn(Class<?> type, Class<?> extension) {
        return of(type, extension).stream().anyMatch(ModifierSupport::isStatic);
    }

    /** Refuse two in one class: of two that are equally near, only one could be in charge. */
    static void requireOne(Class<?> type, Class<?> extension) {
        List<Field> fields = of(type, extension);
        for (Field one : fields) {
            for (Field other : fields) {
                if (!one.equals(other) && one.getDeclaringClass() == other.getDeclaringClass()) {
                    throw new ExtensionConfigurationException(
                            "%s registers two QemuExtensions, %s and %s. Define all machines with one: QemuExtension.builder().vm(\"src\", ...).vm(\"dst\", ...)"
                                    .formatted(
                                            VmPlaces.describe(one.getDeclaringClass()),
                                            one.getName(),
                                            other.getName()));
                }
            }
        }
    }

    private static List<Field> of(Class<?> type, Class<?> extension) {
        return AnnotationSupport.findAnnotatedFields(
                type, RegisterExtension.class, field -> isOne(field, extension), HierarchyTraversalMode.TOP_DOWN);
    }

    /** The value counts, whatever the field's type says; of an instance's field, whose value is not known here, the type. */
    private static boolean isOne(Field field, Class<?> extension) {
        if (!ModifierSupport.isStatic(field)) {
            return field.getType() == extension;
        }
        return ReflectionSupport.tryToReadFieldValue(field, null)
                .toOptional()
                .filter(extension::isInstance)
                .isPresent();
    }
}
