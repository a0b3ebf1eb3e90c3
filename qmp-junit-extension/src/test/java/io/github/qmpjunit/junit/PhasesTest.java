package io.github.qmpjunit.junit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.qtest.Qtest;
import io.github.qmpjunit.qmp.QmpClient;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Each phase of JUnit's has its place in injections, leases and snapshots: see docs/phases.md. */
class PhasesTest {

    private static final long OUTER = 0x200000;
    private static final long INNER = 0x200001;
    private static final long SCRATCH = 0x200002;

    private static final Map<String, String> PARALLEL = Map.of(
            "junit.jupiter.execution.parallel.enabled", "true",
            "junit.jupiter.execution.parallel.mode.default", "concurrent");

    private static void requireUntouched(Qtest qtest) {
        assertThat(qtest.readb(SCRATCH)).as("what another test has written").isZero();
        qtest.writeb(SCRATCH, 1);
    }

    @QemuTest
    @Vm(scope = Scope.CLASS)
    @ParameterizedClass
    @ValueSource(strings = {"a", "b"})
    static class Parameterized {

        @Parameter
        String parameter;

        @BeforeAll
        static void before_all(QemuMachine vm) {
            Runs.see("parameterized", vm);
        }

        @BeforeParameterizedClassInvocation
        static void before(String parameter, QmpClient qmp) {
            qmp.execute("object-add", Map.of("qom-type", "memory-backend-ram", "id", "m" + parameter, "size", 1 << 20));
        }

        @Test
        void test(QemuMachine vm, QmpClient qmp) {
            Runs.see("parameterized", vm);
            assertThat(qmp.execute("query-memdev").toString()).contains("\"m" + parameter + "\"");
        }

        @Nested
        class Inner {
            @BeforeAll
            static void before_all(QmpClient qmp) {
                qmp.execute("query-name");
            }

            @Test
            void test(QemuMachine vm) {
                Runs.see("parameterized", vm);
            }
        }

        @AfterParameterizedClassInvocation
        static void after(String parameter, QmpClient qmp) {
            qmp.execute("object-del", Map.of("id", "m" + parameter));
        }

        @AfterAll
        static void after_all(QemuMachine vm) {
            Runs.see("parameterized", vm);
        }
    }

    @Test
    void the_methods_around_an_invocation_of_a_parameterized_class_have_the_machine_in_turn() {
        Runs.runWell(Parameterized.class);

        assertThat(Runs.seen("parameterized")).hasSize(6);
        assertThat(Set.copyOf(Runs.seen("parameterized"))).hasSize(1);
    }

    @QemuTest
    @Vm(machine = "q35", paused = true, qtest = true, scope = Scope.CLASS, reset = Reset.SNAPSHOT)
    @ParameterizedClass
    @ValueSource(ints = {1, 2})
    static class ParameterizedAndRewound {

        @Parameter
        int parameter;

        @BeforeParameterizedClassInvocation
        static void before(int parameter, Qtest qtest) {
            assertThat(qtest.readb(SCRATCH)).isZero();
            qtest.writeb(INNER, parameter);
        }

        @RepeatedTest(2)
        void begins_where_its_invocation_was_prepared(Qtest qtest) {
            requireUntouched(qtest);
            assertThat(qtest.readb(INNER)).isEqualTo(parameter);
        }
    }

    @Test
    void each_invocation_of_a_parameterized_class_begins_where_its_own_method_has_left_the_machine() {
        Runs.runWell(ParameterizedAndRewound.class);
    }

    @QemuTest
    @Vm(machine = "q35", paused = true, qtest = true, scope = Scope.CLASS, reset = Reset.SNAPSHOT)
    static class WithNested {

        @BeforeAll
        static void prepare(Qtest qtest) {
            qtest.writeb(OUTER, 42);
        }

        @RepeatedTest(2)
        void begins_where_BeforeAll_has_left_the_machine(Qtest qtest) {
            requireUntouched(qtest);
            assertThat(qtest.readb(OUTER)).isEqualTo(42);
            assertThat(qtest.readb(INNER)).isZero();
        }

        @Nested
        class One {

            @BeforeAll
            static void prepare(Qtest qtest) {
                assertThat(qtest.readb(SCRATCH)).isZero();
                assertThat(qtest.readb(INNER)).isZero();
                qtest.writeb(INNER, 1);
            }

            @RepeatedTest(2)
            void begins_where_its_own_BeforeAll_has_left_the_machine(Qtest qtest) {
                requireUntouched(qtest);
                assertThat(qtest.readb(OUTER)).isEqualTo(42);
                assertThat(qtest.readb(INNER)).isEqualTo(1);
            }

            @AfterAll
            static void after(Qtest qtest) {
                assertThat(qtest.readb(SCRATCH))
                        .as("what the last test has left")
                        .isEqualTo(1);
            }
        }

        @Nested
        class Other {

            @BeforeAll
            static void prepare(Qtest qtest) {
                assertThat(qtest.readb(SCRATCH)).isZero();
                assertThat(qtest.readb(INNER)).isZero();
                qtest.writeb(INNER, 2);
            }

            @RepeatedTest(2)
            void begins_where_its_own_BeforeAll_has_left_the_machine(Qtest qtest) {
                requireUntouched(qtest);
                assertThat(qtest.readb(INNER)).isEqualTo(2);
            }
        }

        @Nested
        class Plain {

            @RepeatedTest(2)
            void begins_where_the_outer_one_has_left_the_machine(Qtest qtest) {
                requireUntouched(qtest);
                assertThat(qtest.readb(OUTER)).isEqualTo(42);
                assertThat(qtest.readb(INNER)).isZero();
            }
        }
    }

    @Test
    void the_tests_of_a_nested_class_begin_where_its_own_BeforeAll_has_left_the_machine() {
        Runs.runWell(WithNested.class);
    }

    @QemuTest
    @Vm(
            machine = "q35",
            paused = true,
            qtest = true,
            scope = Scope.RUN,
            reset = Reset.SNAPSHOT,
            args = {"-name", "rewound"})
    abstract static class OfTheRun {

        @RepeatedTest(2)
        void begins_where_its_own_BeforeAll_has_left_the_machine(QemuMachine vm, Qtest qtest) {
            Runs.see("of the run", vm);
            requireUntouched(qtest);
            assertThat(qtest.readb(INNER)).isEqualTo(own());
        }

        abstract int own();
    }

    static class First extends OfTheRun {

        @BeforeAll
        static void prepare(Qtest qtest) {
            qtest.writeb(INNER, 1);
        }

        @Override
        int own() {
            return 1;
        }
    }

    static class Second extends OfTheRun {

        @BeforeAll
        static void prepare(Qtest qtest) {
            assertThat(qtest.readb(SCRATCH)).isZero();
            qtest.writeb(INNER, 2);
        }

        @Override
        int own() {
            return 2;
        }
    }

    @Test
    void the_tests_of_a_later_class_begin_where_its_own_BeforeAll_has_left_the_machine() {
        Runs.runWell(First.class, Second.class);

        assertThat(Runs.seen("of the run")).hasSize(4);
        assertThat(Set.copyOf(Runs.seen("of the run"))).hasSize(1);
    }

    @QemuTest
    @Vm(machine = "pc", scope = Scope.CLASS, reset = Reset.SYSTEM_RESET)
    static class SystemReset {

        @RepeatedTest(2)
        void runs(QmpClient qmp) {
            assertThat(qmp.execute("query-status").path("running").asBoolean()).isTrue();
            qmp.execute("stop");
        }

        @Nested
        class Paused {

            @BeforeAll
            static void pause(QmpClient qmp) {
                qmp.execute("stop");
            }

            @RepeatedTest(2)
            void is_paused(QmpClient qmp) {
                assertThat(qmp.execute("query-status").path("running").asBoolean())
                        .isFalse();
                qmp.execute("cont");
            }
        }
    }

    @Test
    void a_machine_that_is_reset_runs_or_not_as_the_classes_own_BeforeAll_has_left_it() {
        Runs.runWell(SystemReset.class);
    }

    @QemuTest
    @Vm(scope = Scope.CLASS)
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    static class ByConstructor {

        private final QemuMachine own;

        ByConstructor(QemuMachine vm, QmpClient qmp) {
            own = vm;
            qmp.execute("query-name");
        }

        @BeforeAll
        void before() {
            own.qmp().execute("query-name");
        }

        @RepeatedTest(2)
        void test(QemuMachine vm) {
            assertThat(vm).isSameAs(own);
        }
    }

    @Test
    void the_constructor_of_an_instance_for_all_tests_is_given_what_they_share() {
        Runs.runWell(ByConstructor.class);
    }

    @QemuTest
    @Vm("a")
    @Vm("b")
    record Components(
            @Vm("a") QmpClient a,
            @Vm("b") QmpClient b,
            @Vm("b") QemuMachine vm) {

        @RepeatedTest(2)
        void test(@Vm("a") QmpClient same) {
            assertThat(a).isSameAs(same).isNotSameAs(b);
            assertThat(vm.qmp()).isSameAs(b);
        }
    }

    @QemuTest
    record Defining(@Vm(machine = "q35") QemuMachine vm) {

        @Test
        void test() {
            assertThat(Runs.typeOf(vm)).isEqualTo("q35");
        }
    }

    @Test
    void a_record_is_given_its_components_by_its_constructor() {
        Runs.runWell(Components.class);
        Runs.runWell(Defining.class);
    }

    @QemuTest
    @Vm(scope = Scope.CLASS)
    interface Contract {

        @BeforeAll
        static void before_all(QmpClient qmp) {
            qmp.execute("query-name");
        }

        @BeforeEach
        default void before(QmpClient qmp) {
            qmp.execute("query-name");
        }

        @Test
        default void test(QemuMachine vm) {
            Runs.see("contract", vm);
        }

        @AfterEach
        default void after(QmpClient qmp) {
            qmp.execute("query-name");
        }
    }

    static class Fulfilled implements Contract {

        @Test
        void own(QemuMachine vm) {
            Runs.see("contract", vm);
        }
    }

    @Test
    void the_methods_of_an_interface_are_given_what_those_of_a_class_are() {
        Runs.runWell(Fulfilled.class);

        assertThat(Runs.seen("contract")).hasSize(2);
        assertThat(Set.copyOf(Runs.seen("contract"))).hasSize(1);
    }

    @QemuTest
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    @Execution(ExecutionMode.CONCURRENT)
    static class OneInstance {

        @Vm
        QmpClient qmp;

        @Test
        void one() {}
    }

    @QemuTest
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    static class OneOuterInstance {

        @Listen
        io.github.qmpjunit.qmp.QmpEventListener events;

        @Nested
        class Inner {

            @Test
            @Execution(ExecutionMode.CONCURRENT)
            void one() {}
        }
    }

    @QemuTest
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    static class OneInstanceInTurn {

        @Vm
        QmpClient qmp;

        @RepeatedTest(4)
        void one(QmpClient own) {
            assertThat(qmp).isSameAs(own);
        }
    }

    @QemuTest
    @Vm(scope = Scope.CLASS)
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    @Execution(ExecutionMode.CONCURRENT)
    static class OneInstanceAndMachine {

        @Vm
        QmpClient qmp;

        @RepeatedTest(4)
        void one(QmpClient own) {
            assertThat(qmp).isSameAs(own);
        }
    }

    @QemuTest
    @Execution(ExecutionMode.CONCURRENT)
    static class AnInstanceEach {

        @Vm
        QmpClient qmp;

        @RepeatedTest(4)
        void one(QmpClient own) {
            assertThat(qmp).isSameAs(own);
        }
    }

    @Test
    void a_field_that_concurrent_tests_would_overwrite_for_each_other_is_refused() {
        assertThat(Runs.onlyFailureOf(PARALLEL, OneInstance.class))
                .isInstanceOf(ExtensionConfigurationException.class)
                .hasMessage(
                        "Cannot inject a QmpClient into field qmp of OneInstance: the tests of this instance run at the same time (one instance per class, concurrent methods), and each has its own. Use a parameter instead of the field, or @TestInstance(PER_METHOD), or @Execution(SAME_THREAD)");
        assertThat(Runs.onlyFailureOf(PARALLEL, OneOuterInstance.class))
                .hasMessageContaining("Cannot inject a QmpEventListener into field events of OneOuterInstance");
        Runs.runWell(OneInstance.class); // in turn, if nothing runs in parallel
        Runs.runWell(PARALLEL, OneInstanceInTurn.class);
        Runs.runWell(PARALLEL, OneInstanceAndMachine.class);
        Runs.runWell(PARALLEL, AnInstanceEach.class);
    }

    static class BehindAnInterface {

        @RegisterExtension
        static final Extension QEMU = QemuExtension.builder()
                .vm(vm -> vm.machine("q35"))
                .scope(Scope.CLASS)
                .build();

        @RepeatedTest(2)
        void test(QemuMachine vm) {
            Runs.see("behind an interface", vm);
        }
    }

    @QemuTest
    static class BehindAnInterfaceAndAnnotated {

        @RegisterExtension
        static final Extension QEMU = QemuExtension.builder()
                .vm(vm -> vm.machine("q35"))
                .scope(Scope.CLASS)
                .build();

        @Vm
        static QemuMachine shared;

        @RepeatedTest(2)
        void test(QemuMachine vm) {
            assertThat(vm).isSameAs(shared);
            assertThat(Runs.typeOf(vm)).isEqualTo("q35");
        }
    }

    static class TwoBehindAnInterface {

        @RegisterExtension
        static final Extension ONE = QemuExtension.builder().build();

        @RegisterExtension
        static final Object OTHER = QemuExtension.builder().build();

        @Test
        void test(QemuMachine vm) {}
    }

    @Test
    void an_extension_counts_whatever_the_type_of_its_field() {
        Runs.runWell(BehindAnInterface.class);
        assertThat(Set.copyOf(Runs.seen("behind an interface"))).hasSize(1);
        Runs.runWell(BehindAnInterfaceAndAnnotated.class);
        assertThat(Runs.onlyFailureOf(TwoBehindAnInterface.class))
                .hasMessageContaining("registers two QemuExtensions, ONE and OTHER");
    }
}
