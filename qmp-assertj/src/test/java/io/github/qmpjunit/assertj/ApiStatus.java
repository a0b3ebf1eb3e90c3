package io.github.qmpjunit.assertj;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.domain.properties.HasAnnotations;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apiguardian.api.API;

/** What {@code @API} must say, and where. */
final class ApiStatus {

    private ApiStatus() {}

    /** A nested type shares the status of the type around it, unless it has its own. */
    static ArchCondition<JavaClass> beStated() {
        return new ArchCondition<>("state with @API what may change") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                events.add(new SimpleConditionEvent(
                        type, type.isAnnotatedWith(API.class), type.getName() + " has no @API(status, since)"));
            }
        };
    }

    static ArchCondition<JavaClass> beInternalUnlessIn(Set<String> exported) {
        return new ArchCondition<>("be INTERNAL if and only if their package is not exported") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                boolean shown = exported.contains(type.getPackageName());
                events.add(new SimpleConditionEvent(
                        type,
                        shown != isInternal(type),
                        "%s is %s, but its package is %s"
                                .formatted(
                                        type.getName(),
                                        isInternal(type) ? "INTERNAL" : "for users",
                                        shown ? "exported" : "not exported")));
            }
        };
    }

    /** An INTERNAL member of another type may show them: it is nobody's but ours either. */
    static ArchCondition<JavaClass> showNothingInternal() {
        return new ArchCondition<>("show no INTERNAL type") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                report(type, type.getName(), supertypes(type), events);
                for (JavaMember member : type.getMembers()) {
                    if (isShown(member) && !isInternal(member)) {
                        report(type, member.getFullName(), typesOf(member), events);
                    }
                }
            }
        };
    }

    /** Return whether users meet a type: it and what is around it are public, or protected, and not INTERNAL. */
    static boolean isForUsers(JavaClass type) {
        boolean shown = type.getModifiers().contains(JavaModifier.PUBLIC)
                || type.getModifiers().contains(JavaModifier.PROTECTED);
        return shown
                && !isInternal(type)
                && type.getEnclosingClass().map(ApiStatus::isForUsers).orElse(true);
    }

    private static boolean isInternal(JavaClass type) {
        return isInternal((HasAnnotations<?>) type)
                || type.getEnclosingClass().map(ApiStatus::isInternal).orElse(false);
    }

    private static boolean isInternal(HasAnnotations<?> annotated) {
        return annotated.isAnnotatedWith(API.class)
                && annotated.getAnnotationOfType(API.class).status() == API.Status.INTERNAL;
    }

    private static boolean isShown(JavaMember member) {
        return member.getModifiers().contains(JavaModifier.PUBLIC)
                || member.getModifiers().contains(JavaModifier.PROTECTED);
    }

    private static List<JavaType> supertypes(JavaClass type) {
        List<JavaType> types = new ArrayList<>(type.getInterfaces());
        type.getSuperclass().ifPresent(types::add);
        return types;
    }

    private static List<JavaType> typesOf(JavaMember member) {
        List<JavaType> types = new ArrayList<>();
        if (member instanceof JavaField field) {
            types.add(field.getType());
        } else if (member instanceof JavaCodeUnit code) {
            types.add(code.getReturnType());
            types.addAll(code.getParameterTypes());
        }
        return types;
    }

    private static void report(JavaClass type, String where, List<JavaType> types, ConditionEvents events) {
        Set<String> internal = types.stream()
                .flatMap(shown -> shown.getAllInvolvedRawTypes().stream())
                .map(JavaClass::getBaseComponentType)
                .filter(ApiStatus::isInternal)
                .map(JavaClass::getName)
                .collect(Collectors.toSet());
        events.add(new SimpleConditionEvent(type, internal.isEmpty(), where + " shows " + internal));
    }
}
