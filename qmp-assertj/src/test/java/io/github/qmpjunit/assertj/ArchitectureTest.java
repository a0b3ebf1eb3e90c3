package io.github.qmpjunit.assertj;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
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

    @Test
    void internal_packages_hold_nothing_for_users() {
        noClasses()
                .that(DescribedPredicate.describe("are for users", ApiStatus::isForUsers))
                .should()
                .resideInAPackage("..internal..")
                .check(MAIN);
    }
}
