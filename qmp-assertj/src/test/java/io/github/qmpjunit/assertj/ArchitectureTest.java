package io.github.qmpjunit.assertj;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.github.qmpjunit.qmp.QmpClient;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The arrows of the map: assertj -> qemu, qmp. And, since both jars are in sight here, what both promise. */
class ArchitectureTest {

    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.github.qmpjunit");

    @Test
    void assertions_do_not_know_the_extension() {
        noClasses()
                .that()
                .resideInAPackage("io.github.qmpjunit.assertj..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.github.qmpjunit.junit..", "org.junit..")
                .check(MAIN);
    }

    @Test
    void every_public_type_says_what_may_change() {
        classes()
                .that()
                .arePublic()
                .and()
                .areTopLevelClasses()
                .should(ApiStatus.beStated())
                .check(MAIN);
    }

    @Test
    void what_is_for_users_shows_nothing_internal() {
        classes()
                .that(DescribedPredicate.describe("are for users", ApiStatus::isForUsers))
                .should(ApiStatus.showNothingInternal())
                .check(MAIN);
    }

    /** So a user of the class path sees the same border as one of the module path. */
    @Test
    void what_is_internal_lives_in_packages_that_the_modules_do_not_export() throws IOException {
        Set<String> exported = new HashSet<>();
        for (Class<?> anyOfModule : List.of(QmpClient.class, QmpAssertions.class)) {
            exported.addAll(ExportedPackages.of(anyOfModule));
        }

        classes()
                .that()
                .arePublic()
                .and()
                .areTopLevelClasses()
                .should(ApiStatus.beInternalUnlessIn(exported))
                .check(MAIN);
    }

    /** What a guest, QEMU or a peer wrote is in most failures. */
    @Test
    void whatever_a_failure_says_is_fit_for_a_terminal() {
        classes()
                .that()
                .resideInAPackage("io.github.qmpjunit.assertj..")
                .should(new ArchCondition<>("fail with a message that Message.fit has looked at") {
                    @Override
                    public void check(JavaClass type, ConditionEvents events) {
                        type.getCodeUnits().stream()
                                .filter(unit -> calls(unit, "failure") || calls(unit, "failureWithActualExpected"))
                                .filter(unit -> !calls(unit, "fit"))
                                .forEach(unit -> events.add(
                                        SimpleConditionEvent.violated(unit, unit.getFullName() + " speaks")));
                    }
                })
                .check(MAIN);
    }

    private static boolean calls(JavaCodeUnit unit, String method) {
        return unit.getMethodCallsFromSelf().stream()
                .anyMatch(call -> call.getName().equals(method));
    }
}
