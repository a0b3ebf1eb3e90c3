package io.github.qmpjunit;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaConstructorCall;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.github.qmpjunit.internal.TerminalText;
import io.github.qmpjunit.junit.QemuExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The arrows of the map in ARCHITECTURE.md, which all go down, and what the module shows to users. */
class ArchitectureTest {

    private static final String ROOT = "io.github.qmpjunit.";

    /** The packages from the roof to the cellar. Each may use those that come after it. */
    private static final List<String> FLOORS = List.of(
            "junit",
            "junit.report",
            "qemu.probe",
            "qemu",
            "qemu.faults",
            "qemu.state",
            "qemu.guest",
            "qemu.qtest",
            "qemu.disk",
            "qemu.wiring",
            "qemu.launch",
            "qemu.process",
            "qmp.job",
            "qmp.scripted",
            "qmp",
            "qmp.schema",
            "qmp.wire",
            "qmp.transport",
            "secrets",
            "json",
            "internal");

    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.github.qmpjunit");

    @Test
    void the_client_knows_neither_machines_nor_the_extension() {
        noClasses()
                .that()
                .resideInAPackage("io.github.qmpjunit.qmp..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.github.qmpjunit.qemu..", "io.github.qmpjunit.junit..")
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Process.class)
                .check(MAIN);
    }

    @Test
    void nobody_depends_on_the_scripted_server() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.github.qmpjunit.qmp.scripted..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.github.qmpjunit.qmp.scripted..")
                .check(MAIN);
    }

    @Test
    void machines_do_not_know_the_extension() {
        noClasses()
                .that()
                .resideInAPackage("io.github.qmpjunit.qemu..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.github.qmpjunit.junit..")
                .check(MAIN);
    }

    @Test
    void only_the_extension_knows_JUnit() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.github.qmpjunit.junit..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.junit..")
                .check(MAIN);
    }

    @Test
    void nobody_here_knows_AssertJ() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.assertj..", "io.github.qmpjunit.assertj..")
                .check(MAIN);
    }

    /** Its module is large, and missing in many an image. */
    @Test
    void nobody_needs_a_desktop() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.awt..", "javax.imageio..", "javax.swing..")
                .check(MAIN);
    }

    @Test
    void arrows_go_down_only() {
        classes()
                .should(new ArchCondition<>("use only packages of lower floors") {
                    @Override
                    public void check(JavaClass type, ConditionEvents events) {
                        int floor = floorOf(type);
                        type.getDirectDependenciesFromSelf().stream()
                                .filter(arrow ->
                                        arrow.getTargetClass().getPackageName().startsWith(ROOT))
                                .filter(arrow -> floorOf(arrow.getTargetClass()) < floor)
                                .forEach(arrow ->
                                        events.add(SimpleConditionEvent.violated(type, arrow.getDescription())));
                    }
                })
                .check(MAIN);
    }

    /** What is the roof to users is not the cellar to its own package. Only a user's way to the extension may name it. */
    @Test
    void nobody_calls_back_into_the_extension() {
        noClasses()
                .that()
                .resideInAPackage("io.github.qmpjunit.junit..")
                .and()
                .haveNameNotMatching(".*\\.(QemuExtension|QemuExtensionBuilder|QemuTest|QemuMatrix)")
                .should()
                .dependOnClassesThat()
                .areAssignableTo(QemuExtension.class)
                .check(MAIN);
    }

    /** The data's way, told in a document, is a way in the code: from class to class, and never back into a room that was left. */
    @Test
    void the_walks_of_the_document_pass_each_room_once() throws IOException {
        List<List<String>> walks = Files.readAllLines(Path.of("../ARCHITECTURE.md")).stream()
                .filter(line -> line.matches("`\\w+`( → `\\w+`)+"))
                .map(line -> List.of(line.replace("`", "").split(" → ")))
                .toList();

        assertThat(walks).hasSize(2).allSatisfy(ArchitectureTest::assertIsAWayDown);
    }

    private static void assertIsAWayDown(List<String> walk) {
        List<JavaClass> classes = walk.stream().map(ArchitectureTest::named).toList();
        for (int step = 1; step < classes.size(); step++) {
            JavaClass to = classes.get(step);
            assertThat(classes.get(step - 1).getDirectDependenciesFromSelf())
                    .as("arrows of %s", walk.get(step - 1))
                    .anyMatch(arrow -> arrow.getTargetClass().equals(to));
            assertThat(floorOf(to)).isGreaterThanOrEqualTo(floorOf(classes.get(step - 1)));
        }
    }

    private static JavaClass named(String simpleName) {
        return MAIN.stream()
                .filter(type -> type.getSimpleName().equals(simpleName))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no class " + simpleName));
    }

    private static int floorOf(JavaClass type) {
        String name = type.getBaseComponentType().getPackageName();
        int floor = FLOORS.indexOf(name.substring(Math.min(ROOT.length(), name.length())));
        assertThat(floor)
                .as("floor of %s, whose package ArchitectureTest.FLOORS must name", type.getName())
                .isNotNegative();
        return floor;
    }

    @Test
    void nobody_prints() {
        noClasses()
                .that()
                .doNotHaveSimpleName("Terminal") // speaks to whoever holds a machine or waits for one
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .check(MAIN);
    }

    @Test
    void every_package_is_null_marked() {
        classes()
                .should(new ArchCondition<>("reside in a @NullMarked package") {
                    @Override
                    public void check(JavaClass type, ConditionEvents events) {
                        JavaPackage home = type.getPackage();
                        events.add(new SimpleConditionEvent(
                                type,
                                home.isAnnotatedWith(NullMarked.class),
                                home.getName() + " of " + type.getSimpleName()));
                    }
                })
                .check(MAIN);
    }

    /** Others let JUnit's fork-join pool start more tests, and with them more machines, than the user allowed. */
    @Test
    void every_wait_is_a_plain_timed_one() {
        noClasses()
                .should()
                .callMethodWhere(DescribedPredicate.describe(
                        "an untimed or a future's wait", call -> isFuturesWait(call) || isUntimedWait(call)))
                .check(MAIN);
    }

    /** Its thread also runs what users hang on their own futures, so that they could block it. */
    @Test
    void no_timeout_runs_on_the_JDKs_thread_for_futures() {
        noClasses()
                .should()
                .callMethodWhere(DescribedPredicate.describe(
                        "a future's own timeout",
                        call -> call.getTargetOwner().getName().equals("java.util.concurrent.CompletableFuture")
                                && List.of("orTimeout", "completeOnTimeout", "delayedExecutor")
                                        .contains(call.getName())))
                .check(MAIN);
    }

    private static boolean isFuturesWait(JavaMethodCall call) {
        return call.getTargetOwner().getName().equals("java.util.concurrent.CompletableFuture")
                && (call.getName().equals("get") || call.getName().equals("join"));
    }

    private static boolean isUntimedWait(JavaMethodCall call) {
        return call.getTargetOwner().getName().startsWith("java.util.concurrent")
                && (call.getName().equals("take") || call.getName().equals("await"))
                && call.getTarget().getRawParameterTypes().isEmpty();
    }

    /** What a guest, QEMU or a peer wrote is in most of what is said; see {@link TerminalText}. */
    @Test
    void whatever_is_said_to_a_person_is_fit_for_a_terminal() {
        classes()
                .that()
                .doNotBelongToAnyOf(TerminalText.class)
                .should(new ArchCondition<>("say nothing that TerminalText has not looked at") {
                    @Override
                    public void check(JavaClass type, ConditionEvents events) {
                        type.getCodeUnits().stream()
                                .filter(unit -> speaks(unit) && !looksAtText(unit))
                                .forEach(unit -> events.add(
                                        SimpleConditionEvent.violated(unit, unit.getFullName() + " speaks")));
                    }
                })
                .check(MAIN);
    }

    private static boolean speaks(JavaCodeUnit unit) {
        boolean logs = unit.getMethodCallsFromSelf().stream()
                .anyMatch(call -> call.getTargetOwner().isEquivalentTo(System.Logger.class)
                        && call.getName().equals("log"));
        boolean prints = unit.getFieldAccesses().stream()
                .anyMatch(access -> access.getTargetOwner().isEquivalentTo(System.class));
        return logs || prints || unit.getConstructorCallsFromSelf().stream().anyMatch(ArchitectureTest::makesFailure);
    }

    /** The root of our own exceptions, or what JUnit shows as a test's outcome. */
    private static boolean makesFailure(JavaConstructorCall call) {
        JavaClass made = call.getTargetOwner();
        boolean isOurRoot = call.getOriginOwner().isAssignableTo(Throwable.class)
                && call.getOriginOwner().getRawSuperclass().filter(made::equals).isPresent()
                && !made.getPackageName().startsWith("io.github.qmpjunit");
        return isOurRoot
                || made.getSimpleName().equals("AssertionFailedError")
                || made.getSimpleName().equals("TestAbortedException")
                || made.getSimpleName().equals("ParameterResolutionException");
    }

    private static boolean looksAtText(JavaCodeUnit unit) {
        return unit.getMethodCallsFromSelf().stream()
                .anyMatch(call -> call.getTargetOwner().isEquivalentTo(TerminalText.class));
    }
}
