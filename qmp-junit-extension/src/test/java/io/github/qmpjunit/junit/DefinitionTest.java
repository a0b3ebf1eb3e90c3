package io.github.qmpjunit.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.QemuMachineBuilder;
import io.github.qmpjunit.qmp.QmpClient;
import java.io.IOException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Where a machine's definition may stand, and which one wins. */
class DefinitionTest {

    private static String nameOf(QemuMachine vm) {
        return Runs.argument(vm, "-name");
    }

    /** In the order of precedence, each place overrides the next; {@code -name} tells which one it was. */
    static class Places {
        @RegisterExtension
        static final QemuExtension QEMU =
                QemuExtension.builder().vm(vm -> vm.args("-name", "builder")).build();

        @Test
        void builder(QemuMachine vm) {
            assertThat(nameOf(vm)).isEqualTo("builder");
        }

        @Nested
        @Vm(args = {"-name", "enclosing"})
        class Enclosing {

            @Test
            void enclosing(QemuMachine vm) {
                assertThat(nameOf(vm)).isEqualTo("enclosing");
            }

            @Nested
            class Inner {

                @Test
                void enclosing(QemuMachine vm) {
                    assertThat(nameOf(vm)).isEqualTo("enclosing");
                }
            }

            @Nested
            @Vm(args = {"-name", "class"})
            class OfClass {

                @Test
                void ofClass(QemuMachine vm) {
                    assertThat(nameOf(vm)).isEqualTo("class");
                }

                @Nested
                class WithField {

                    @Vm(args = {"-name", "field"})
                    QmpClient field;

                    @Test
                    void field(QemuMachine vm) {
                        assertThat(nameOf(vm)).isEqualTo("field");
                        assertThat(field).isSameAs(vm.qmp());
                    }

                    @Test
                    @Vm(args = {"-name", "method"})
                    void method(QemuMachine vm) {
                        assertThat(nameOf(vm)).isEqualTo("method");
                        assertThat(field).isSameAs(vm.qmp());
                    }

                    @Test
                    @Vm(args = {"-name", "method"})
                    void parameter(@Vm(args = {"-name", "parameter"}) QemuMachine vm) {
                        assertThat(nameOf(vm)).isEqualTo("parameter");
                        assertThat(field).isSameAs(vm.qmp());
                    }
                }
            }
        }
    }

    @Test
    void the_nearest_place_wins() {
        Runs.runWell(Places.class).testEvents().assertStatistics(statistics -> statistics.succeeded(7));
    }

    @Target({ElementType.TYPE, ElementType.METHOD, ElementType.FIELD, ElementType.PARAMETER})
    @Retention(RetentionPolicy.RUNTIME)
    @Vm(
            value = "board",
            args = {"-name", "our board"})
    @interface OurBoard {}

    @QemuTest
    static class Composed {

        @OurBoard
        QemuMachine field;

        @Test
        void test(@OurBoard QmpClient qmp, @Vm("board") QemuMachine vm) {
            assertThat(field).isSameAs(vm);
            assertThat(field.qmp()).isSameAs(qmp);
            assertThat(nameOf(vm)).isEqualTo("our board");
        }
    }

    @Test
    void an_annotation_of_ones_own_stands_for_the_definition() {
        Runs.runWell(Composed.class);
    }

    @QemuTest
    static class BuilderBesideTheAnnotation {

        @RegisterExtension
        static final QemuExtension QEMU = QemuExtension.builder()
                .vm(vm -> vm.args("-name", "builder"))
                .scope(Scope.CLASS)
                .build();

        @Vm
        static QemuMachine shared;

        private final QemuMachine ofConstructor;

        BuilderBesideTheAnnotation(QemuMachine vm) {
            ofConstructor = vm;
        }

        @BeforeAll
        static void before(QemuMachine vm) {
            assertThat(vm).isSameAs(shared);
        }

        @Test
        void test(QemuMachine vm) {
            assertThat(nameOf(vm)).isEqualTo("builder");
            assertThat(vm).isSameAs(shared).isSameAs(ofConstructor);
        }

        @Nested
        class Inherited {

            @Test
            void test(QemuMachine vm) {
                assertThat(vm).isSameAs(shared);
            }
        }

        @Nested
        class Nearer {

            @RegisterExtension
            static final QemuExtension NEARER = QemuExtension.builder()
                    .vm(vm -> vm.args("-name", "nearer"))
                    .vm("second", vm -> vm.args("-name", "second"))
                    .build();

            @Test
            void test(@Vm("second") QemuMachine second) {
                assertThat(nameOf(second)).isEqualTo("second");
            }
        }
    }

    @QemuTest
    static class EmptyBuilder {

        @RegisterExtension
        static final QemuExtension QEMU = QemuExtension.builder().build();

        @Test
        void test(QemuMachine vm) {
            assertThat(Runs.typeOf(vm)).isEqualTo("none");
        }

        @Nested
        class Inner {

            @RegisterExtension
            static final QemuExtension INNER = QemuExtension.builder().build();

            @Test
            void test(QemuMachine vm) {
                assertThat(Runs.typeOf(vm)).isEqualTo("none");
            }
        }
    }

    @Test
    void a_builder_stands_beside_the_annotation_and_is_inherited_by_nested_classes_unless_they_have_one() {
        Runs.runWell(BuilderBesideTheAnnotation.class);
        Runs.runWell(EmptyBuilder.class);
    }

    static class BaseWithBuilder {

        @RegisterExtension
        static final QemuExtension BASE = QemuExtension.builder()
                .vm(vm -> vm.args("-name", "base"))
                .scope(Scope.CLASS)
                .build();

        @Test
        void inherited(QemuMachine vm) {
            Runs.see(getClass().getSimpleName(), vm);
            Runs.see("names of " + getClass().getSimpleName(), nameOf(vm));
        }
    }

    static class FirstHeir extends BaseWithBuilder {}

    static class SecondHeir extends BaseWithBuilder {

        @RegisterExtension
        static final QemuExtension OWN =
                QemuExtension.builder().vm(vm -> vm.args("-name", "heir")).build();
    }

    @Test
    void a_builder_is_inherited_unless_there_is_one() {
        Runs.runWell(BaseWithBuilder.class, FirstHeir.class, SecondHeir.class);

        assertThat(Runs.seen("names of BaseWithBuilder")).containsExactly("base");
        assertThat(Runs.seen("names of FirstHeir")).containsExactly("base");
        assertThat(Runs.seen("names of SecondHeir")).containsExactly("heir");
        assertThat(Runs.seen("FirstHeir").get(0))
                .isNotSameAs(Runs.seen("BaseWithBuilder").get(0));
    }

    static class TwoBuilders {

        @RegisterExtension
        static final QemuExtension SRC =
                QemuExtension.builder().vm("src", vm -> {}).build();

        @RegisterExtension
        static final QemuExtension DST =
                QemuExtension.builder().vm("dst", vm -> {}).build();

        @Test
        void test(@Vm("src") QemuMachine vm) {}
    }

    @Test
    void two_builders_in_one_class_are_refused() {
        assertThat(Runs.onlyFailureOf(TwoBuilders.class))
                .hasMessageContaining("class TwoBuilders registers two QemuExtensions, ")
                .hasMessageContaining("SRC")
                .hasMessageContaining("DST")
                .hasMessageContaining("Define all machines with one: QemuExtension.builder().vm(\"src\", ...)");
        assertThatThrownBy(() -> QemuExtension.builder().vm(vm -> {}).vm(vm -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("There is a machine \"\" already");
    }

    static class InstanceBuilder {

        private final String name = "instance " + System.identityHashCode(this);

        @RegisterExtension
        final QemuExtension qemu =
                QemuExtension.builder().vm(vm -> vm.args("-name", name)).build();

        @Vm
        QmpClient field;

        @Test
        void test(QemuMachine vm) {
            assertThat(nameOf(vm)).isEqualTo(name);
            assertThat(field).isSameAs(vm.qmp());
        }

        @Nested
        class Inner {

            @Test
            void test(QemuMachine vm) {
                assertThat(nameOf(vm)).isEqualTo(name);
                assertThat(field).isSameAs(vm.qmp());
            }
        }
    }

    @Test
    void a_builder_may_know_the_instance() {
        Runs.runWell(InstanceBuilder.class);
    }

    static class OfTheMethod {

        @Test
        @QemuTest
        @Vm(args = {"-name", "method"})
        void test(QemuMachine vm) {
            assertThat(nameOf(vm)).isEqualTo("method");
        }
    }

    @Test
    void a_single_method_may_use_the_extension() {
        Runs.runWell(OfTheMethod.class);
    }

    static class NamedByTest implements VmFactory {

        @Override
        public void define(QemuMachineBuilder vm, ExtensionContext context) {
            vm.args("-uuid", "6a54ea20-c0de-4b1d-9c4b-0123456789ab");
            vm.args("-name", context.getDisplayName() + vm.newId("x"));
        }
    }

    @QemuTest
    @Vm(factory = NamedByTest.class, machine = "pc", paused = true)
    static class ByFactory {

        @Test
        void test(QemuMachine vm) {
            assertThat(nameOf(vm)).isEqualTo("test(QemuMachine)x0");
            assertThat(Runs.typeOf(vm)).isEqualTo("pc");
        }
    }

    @Test
    void a_factory_completes_what_the_annotation_says() {
        Runs.runWell(ByFactory.class);
    }

    static class FailingFactory implements VmFactory {

        FailingFactory() throws IOException {
            throw new IOException("no board today");
        }

        @Override
        public void define(QemuMachineBuilder vm, ExtensionContext context) {}
    }

    @SuppressWarnings("ClassCanBeStatic") // that is the mistake
    class InnerFactory implements VmFactory {

        @Override
        public void define(QemuMachineBuilder vm, ExtensionContext context) {}
    }

    /** As one of a language that does not check exceptions. */
    static class ThrowingFactory implements VmFactory {

        @Override
        public void define(QemuMachineBuilder vm, ExtensionContext context) {
            throw ThrowingFactory.<RuntimeException>unchecked(new IOException("no disk today"));
        }

        @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // erased, and meant to be
        private static <E extends Throwable> E unchecked(Throwable failure) throws E {
            throw (E) failure;
        }
    }

    @QemuTest
    @Vm(factory = FailingFactory.class)
    static class ByFailingFactory {
        @Test
        void test(QemuMachine vm) {}
    }

    @QemuTest
    @Vm(factory = InnerFactory.class)
    static class ByInnerFactory {
        @Test
        void test(QemuMachine vm) {}
    }

    @QemuTest
    @Vm(value = "a", factory = ThrowingFactory.class, scope = Scope.CLASS)
    @Vm("b")
    static class ByThrowingFactory {
        @Test
        void test(@Vm("a") QemuMachine a, @Vm("b") QemuMachine b) {}
    }

    @Test
    void a_factory_that_fails_fails_the_test_with_its_own_words() {
        assertThat(Runs.onlyFailureOf(ByFailingFactory.class)).hasMessage("no board today");
        assertThat(Runs.onlyFailureOf(ByThrowingFactory.class)).hasMessage("no disk today");
        assertThat(Runs.onlyFailureOf(ByInnerFactory.class))
                .hasMessage(
                        "Cannot create the factory InnerFactory of a @Vm: it needs a constructor without parameters, and must be static if it stands inside of a class");
    }

    @QemuTest
    static class OfTheConfiguration {

        @Test
        void configured(QemuMachine vm) {
            assertThat(Runs.typeOf(vm)).isEqualTo("pc");
            assertThat(Runs.argument(vm, "-accel")).isEqualTo("no-such-accelerator");
            assertThat(nameOf(vm)).isEqualTo("configured");
            assertThat(Runs.argument(vm, "-compat")).isEqualTo("deprecated-input=reject,deprecated-output=hide");
        }

        @Test
        @Vm(
                machine = "none",
                args = {"-name", "own"})
        void own(QemuMachine vm) {
            assertThat(Runs.typeOf(vm)).isEqualTo("none");
            assertThat(vm.commandLine()).containsSequence("-name", "configured").containsSequence("-name", "own");
        }
    }

    @Test
    void the_configuration_fills_in_what_definitions_leave_open() {
        Runs.runWell(
                Map.of(
                        ConfigurationKeys.MACHINE, "pc",
                        ConfigurationKeys.ACCELERATORS, "no-such-accelerator, tcg",
                        ConfigurationKeys.ARGS, " -name  configured ",
                        ConfigurationKeys.REJECT_DEPRECATED, "true"),
                OfTheConfiguration.class);
    }

    @QemuTest
    @Vm(allowedStderr = "(")
    static class NoPattern {
        @Test
        void test(QemuMachine vm) {}
    }

    @QemuTest
    static class Default {
        @Test
        void test(QemuMachine vm) {}
    }

    private static String failureWith(String key, String value) {
        return Runs.onlyFailureOf(Map.of(key, value), Default.class).getMessage();
    }

    @Test
    void values_that_cannot_be_understood_fail_the_test_and_are_told() {
        assertThat(Runs.onlyFailureOf(NoPattern.class))
                .hasMessageContaining(
                        "class NoPattern allows a line on stderr by \"(\", which is no regular expression");
        assertThat(failureWith(ConfigurationKeys.WITHOUT, "job"))
                .isEqualTo(
                        "The configuration qmpjunit.without = \"job\" cannot be understood: it is one of exit, jobs, stderr, leftovers");
        assertThat(failureWith(ConfigurationKeys.ALLOWED_STDERR, "("))
                .isEqualTo(
                        "The configuration qmpjunit.allowed-stderr = \"(\" cannot be understood: expected is a regular expression");
        assertThat(failureWith(ConfigurationKeys.BUDGET_CORES, "two"))
                .isEqualTo(
                        "The configuration qmpjunit.budget.cores = \"two\" cannot be understood: expected is a number of processors, such as 4");
        assertThat(failureWith(ConfigurationKeys.BUDGET_MEMORY, "much"))
                .isEqualTo(
                        "The configuration qmpjunit.budget.memory = \"much\" cannot be understood: expected is an amount of memory, such as 4G");
        assertThat(failureWith(ConfigurationKeys.REJECT_DEPRECATED, "yes"))
                .isEqualTo(
                        "The configuration qmpjunit.reject-deprecated = \"yes\" cannot be understood: it is one of true, false");
        assertThat(failureWith(ConfigurationKeys.QEMU, "/nowhere/qemu")).contains("looked for \"/nowhere/qemu\"");
    }
}
