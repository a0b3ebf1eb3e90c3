package io.github.qmpjunit.junit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.QemuMachineBuilder;
import io.github.qmpjunit.qemu.process.QemuStartException;
import io.github.qmpjunit.qmp.QmpClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Definitions of one machine that lie over each other. */
class VmMergeTest {

    private static boolean isPaused(QemuMachine vm) {
        return vm.commandLine().contains("-S");
    }

    private static String name(QemuMachine vm) {
        return Runs.argument(vm, "-name");
    }

    @QemuTest
    @Vm(
            machine = "pc",
            args = {"-name", "class"},
            paused = true)
    static class OnEachLevel {

        @Test
        void inherits_all(@Vm QemuMachine vm) {
            assertThat(Runs.typeOf(vm)).isEqualTo("pc");
            assertThat(name(vm)).isEqualTo("class");
        }

        @Test
        @Vm(machine = "q35")
        void overrides_what_it_names(QemuMachine vm) {
            assertThat(Runs.typeOf(vm)).isEqualTo("q35");
            assertThat(name(vm)).isEqualTo("class");
            assertThat(isPaused(vm)).isTrue();
        }

        @Test
        @Vm(args = {"-name", "method"})
        void replaces_an_array(QemuMachine vm) {
            assertThat(name(vm)).isEqualTo("method");
            assertThat(vm.commandLine()).doesNotContain("class");
        }

        @Test
        @Vm(args = {"${inherited}", "-m", "64"})
        void adds_to_an_array(QemuMachine vm) {
            assertThat(name(vm)).isEqualTo("class");
            assertThat(Runs.argument(vm, "-m")).isEqualTo("64");
        }

        @Test
        @Vm(machine = "q35")
        void a_parameter_lies_over_its_method(@Vm(args = {"-name", "parameter"}) QemuMachine vm, QmpClient qmp) {
            assertThat(Runs.typeOf(vm)).isEqualTo("q35");
            assertThat(name(vm)).isEqualTo("parameter");
            assertThat(vm.qmp()).isSameAs(qmp);
        }

        @Test
        @Vm(inherit = false)
        void inherits_nothing(QemuMachine vm) {
            assertThat(Runs.typeOf(vm)).isEqualTo("none");
            assertThat(isPaused(vm)).isFalse();
            assertThat(vm.commandLine()).doesNotContain("-name");
        }

        @Nested
        @Vm(machine = "q35")
        class Inner {
            @Test
            void test(QemuMachine vm) {
                assertThat(Runs.typeOf(vm)).isEqualTo("q35");
                assertThat(name(vm)).isIn("class", "subclass"); // which inherits this class
            }
        }
    }

    @QemuTest
    @Vm(args = {"-name", "subclass"})
    static class Subclass extends OnEachLevel {

        @Override
        @Test
        void inherits_all(QemuMachine vm) {
            assertThat(Runs.typeOf(vm)).isEqualTo("pc");
            assertThat(name(vm)).isEqualTo("subclass");
        }

        @Override
        @Test
        void overrides_what_it_names(QemuMachine vm) {
            assertThat(Runs.typeOf(vm)).isEqualTo("pc");
        }

        @Override
        @Test
        @Vm(args = {"${inherited}", "-m", "64"})
        void adds_to_an_array(QemuMachine vm) {
            assertThat(name(vm)).isEqualTo("subclass");
        }

        @Override
        @Test
        void a_parameter_lies_over_its_method(QemuMachine vm, QmpClient qmp) {
            assertThat(name(vm)).isEqualTo("subclass");
        }

        @Override
        @Test
        void replaces_an_array(QemuMachine vm) {
            assertThat(name(vm)).isEqualTo("subclass");
        }
    }

    @Test
    void the_nearest_overrides_what_it_names_and_inherits_the_rest() {
        Runs.runWell(OnEachLevel.class);
        Runs.runWell(Subclass.class);
    }

    static class Q35 implements VmFactory {
        @Override
        public void define(QemuMachineBuilder vm, ExtensionContext context) {
            vm.machine("q35").args("-name", "factory");
        }
    }

    @QemuTest
    @Vm(machine = "pc", factory = Q35.class, paused = true)
    static class WithFactory {

        @Test
        void a_factory_completes_its_own_annotation(QemuMachine vm) {
            assertThat(Runs.typeOf(vm)).isEqualTo("q35");
        }

        @Test
        @Vm(
                machine = "isapc",
                args = {"${inherited}", "-m", "64"})
        void what_is_nearer_is_applied_after_the_factory(QemuMachine vm) {
            assertThat(Runs.typeOf(vm)).isEqualTo("isapc");
            assertThat(name(vm)).isEqualTo("factory");
            assertThat(Runs.argument(vm, "-m")).isEqualTo("64");
            assertThat(isPaused(vm)).isTrue();
        }

        @Test
        @Vm(args = {"-m", "64"})
        void arguments_of_code_are_replaced(QemuMachine vm) {
            assertThat(Runs.typeOf(vm)).isEqualTo("q35");
            assertThat(vm.commandLine()).doesNotContain("-name").contains("-m", "64");
        }
    }

    static class OverABuilder {

        @RegisterExtension
        static final QemuExtension QEMU = QemuExtension.builder()
                .vm(vm -> vm.machine("pc").args("-name", "builder").paused())
                .without(Check.JOBS)
                .build();

        @Test
        @Vm(
                machine = "q35",
                args = {"${inherited}", "-m", "64"})
        void an_annotation_is_applied_after_the_code(QemuMachine vm) {
            assertThat(Runs.typeOf(vm)).isEqualTo("q35");
            assertThat(name(vm)).isEqualTo("builder");
            assertThat(Runs.argument(vm, "-m")).isEqualTo("64");
            PassedTestChecksTest.startJob(vm.qmp(), "unlooked");
        }
    }

    @Test
    void code_is_overridden_too() {
        Runs.runWell(WithFactory.class);
        Runs.runWell(OverABuilder.class);
    }

    @QemuTest
    @Vm(scope = Scope.CLASS)
    @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
    static class SharedWithOtherChecks {

        private static QemuMachine shared;

        @Test
        @Order(1)
        void first(QemuMachine vm) {
            shared = vm;
        }

        @Test
        @Order(2)
        @Vm(without = {Check.JOBS, Check.LEFTOVERS})
        void leaves_a_job(QemuMachine vm) {
            assertThat(vm).isSameAs(shared);
            PassedTestChecksTest.startJob(vm.qmp(), "left");
        }

        @Test
        @Order(3)
        void must_not(QemuMachine vm) {
            assertThat(vm).isSameAs(shared);
        }

        @Test
        @Order(4)
        @Vm(args = {"-name", "own"})
        void has_its_own(QemuMachine vm) {
            assertThat(vm).isNotSameAs(shared);
        }

        @Test
        @Order(5)
        @Vm(without = {Check.EXIT, Check.JOBS})
        void crashes(QemuMachine vm) {
            assertThat(vm).isSameAs(shared);
            ProcessHandle.of(vm.pid()).orElseThrow().destroyForcibly();
            assertThat(vm.endsWithin(java.time.Duration.ofSeconds(30))).isTrue();
        }

        @Test
        @Order(6)
        void crashes_too(QemuMachine vm) {
            assertThat(vm).isNotSameAs(shared);
            ProcessHandle.of(vm.pid()).orElseThrow().destroyForcibly();
            assertThat(vm.endsWithin(java.time.Duration.ofSeconds(30))).isTrue();
        }
    }

    @Test
    void other_checks_do_not_make_another_machine() {
        assertThat(Runs.failed(Runs.run(SharedWithOtherChecks.class)))
                .containsExactly("must_not(QemuMachine)", "crashes_too(QemuMachine)");
    }

    @QemuTest
    @Vm(machine = "nope", paused = true)
    static class NotStarting {
        @Test
        @Vm(
                args = {"-name", "x"},
                without = Check.EXIT)
        void test(QemuMachine vm) {}
    }

    @Test
    void a_start_that_fails_tells_how_the_definition_came_about() {
        assertThat(Runs.onlyFailureOf(NotStarting.class))
                .isInstanceOf(QemuStartException.class)
                .satisfies(failure -> assertThat(failure.getSuppressed())
                        .extracting(Throwable::getMessage)
                        .contains("""
                                How the machine was defined, the nearest last:
                                  class NotStarting: machine = "nope", paused = true
                                  test of NotStarting: args = {"-name", "x"}, without = EXIT"""));
    }

    @Test
    void each_test_tells_it_on_request() {
        List<Map<String, String>> entries = Runs.runWell(Map.of(ConfigurationKeys.EXPLAIN, "true"), OverABuilder.class)
                .testEvents()
                .reportingEntryPublished()
                .stream()
                .map(event -> event.getRequiredPayload(org.junit.platform.engine.reporting.ReportEntry.class)
                        .getKeyValuePairs())
                .toList();

        assertThat(entries).contains(Map.of("qmp-junit definition", """
                        How the machine was defined, the nearest last:
                          the extension's builder: vm(...)
                          an_annotation_is_applied_after_the_code of OverABuilder: args = {"${inherited}", "-m", "64"}, machine = "q35\""""));
    }

    @QemuTest
    static class WithPaths {

        @TempDir
        static Path images;

        @SuppressWarnings("UnusedVariable") // read by the placeholder
        private static Path image;

        @BeforeAll
        static void write() throws IOException {
            image = Files.write(images.resolve("disk.img"), new byte[512]);
        }

        @Test
        @Vm(args = {"-blockdev", "file,node-name=disk,filename=${image}", "-name", "$${image}"})
        void by_a_field(QemuMachine vm) {
            assertThat(vm.qmp().execute("query-named-block-nodes")).hasSize(1);
            assertThat(name(vm)).isEqualTo("${image}");
        }

        @Test
        @Vm(args = {"-D", "${tempDir}/qemu.log"})
        void in_its_own_folder(QemuMachine vm) {
            Path folder = vm.tempDir().orElseThrow();
            assertThat(folder).isDirectory();
            Runs.see("temp dirs", folder);
        }

        @Test
        @Vm(args = {"-D", "${tempDir}/qemu.log"})
        void in_its_own_folder_too(QemuMachine vm) {
            Runs.see("temp dirs", vm.tempDir().orElseThrow());
        }
    }

    @QemuTest
    static class WithAnUnknownPlaceholder {

        @SuppressWarnings("UnusedVariable") // known to placeholders
        static Path image;

        @Test
        @Vm(args = {"-D", "${tmpDir}/qemu.log"})
        void test(QemuMachine vm) {}
    }

    @QemuTest
    static class WithAFieldThatIsNull {

        @SuppressWarnings("UnusedVariable") // read by the placeholder
        static Path image;

        @Test
        @Vm(args = {"-D", "${image}"})
        void test(QemuMachine vm) {}
    }

    @Test
    void annotations_can_have_paths() {
        Runs.runWell(WithPaths.class);

        assertThat(Runs.seen("temp dirs"))
                .hasSize(2)
                .doesNotHaveDuplicates()
                .allSatisfy(folder -> assertThat((Path) folder).doesNotExist());
        assertThat(Runs.onlyFailureOf(WithAnUnknownPlaceholder.class))
                .isInstanceOf(ExtensionConfigurationException.class)
                .hasMessage(
                        "@Vm of test of WithAnUnknownPlaceholder has the unknown placeholder \"${tmpDir}\"; did you mean ${tempDir}? Known are ${image}, ${tempDir}. \"$${\" stands for \"${\" itself");
        assertThat(Runs.onlyFailureOf(WithAFieldThatIsNull.class))
                .hasMessageContaining("that static field is still null when the machine starts");
    }
}
