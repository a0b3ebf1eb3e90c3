package io.github.qmpjunit.assertj;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The arrows of the map: assertj -> qemu, qmp. */
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
}
