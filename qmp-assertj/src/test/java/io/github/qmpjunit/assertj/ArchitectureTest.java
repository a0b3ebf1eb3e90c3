package io.github.qmpjunit.assertj;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
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
}
