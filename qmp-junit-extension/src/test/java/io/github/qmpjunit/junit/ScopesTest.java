package io.github.qmpjunit.junit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.QemuMachineBuilder;
import io.github.qmpjunit.qmp.QmpClient;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How long a machine lives, and who has it. */
class ScopesTest {

    private static void assertOne(String where, int times) {
        assertThat(Runs.seen(where)).hasSize(times);
        assertThat(new HashSet<>(Runs.seen(where))).hasSize(1);
        assertThat(Runs.machines(where)).noneMatch(QemuMachine::isRunning);
    }

    @QemuTest
    static class EveryKindOfTest {

        @Test
        void test(QemuMachine vm) {
            Runs.see(where(), vm);
        }

        @ParameterizedTest
        @ValueSource(ints = {1, 2})
        void parameterized(int number, QemuMachine vm) {
            Runs.see(where(), vm);
        }

        @RepeatedTest(2)
        void repeated(QemuMachine vm) {
            Runs.see(where(), vm);
        }

        @TestFactory
        Stream<DynamicTest> factory(QemuMachine vm) {
            Runs.see(where(), vm);
            return Stream.of("one", "two")
                    .map(name -> DynamicTest.dynamicTest(
                            name, () -> assertThat(vm.isRunning()).isTrue()));
        }

        @Nested
        class Inner {

            @Test
            void nested(QemuMachine vm) {
                Runs.see(where(), vm);
            }
        }

        String where() {
            return "method";
        }
    }

    @Vm(scope = Scope.CLASS)
    static class EveryKindOfTestShared extends EveryKindOfTest {

        @Override
        String where() {
            return "class";
        }
    }

    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    @Vm(scope = Scope.CLASS)
    static class EveryKindOfTestInOneInstance extends EveryKindOfTest {

        @Override
        String where() {
            return "one instance of a class";
        }
    }

    @Test
    void each_test_has_a_machine_of_its_own_and_dynamic_ones_that_of_their_factory() {
        Runs.runWell(EveryKindOfTest.class);

        assertThat(Runs.machines("method")).hasSize(7).doesNotHaveDuplicates().noneMatch(QemuMachine::isRunning);
    }

    @Test
    void tests_of_every_kind_share_the_machine_of_their_class() {
        Runs.runWell(EveryKindOfTestShared.class);
        Runs.runWell(EveryKindOfTestInOneInstance.class);

        assertOne("class", 7);
        assertOne("one instance of a class", 7);
    }

    @Vm(scope = Scope.CLASS)
    abstract static class Base {

        @Test
        void inherited(QemuMachine vm) {
            Runs.see(getClass().getSimpleName(), vm);
        }

        @Test
        void again(QemuMachine vm) {
            Runs.see(getClass().getSimpleName(), vm);
        }
    }

    @QemuTest
    static class Heir extends Base {}

    @QemuTest
    static class OtherHeir extends Base {}

    @Test
    void classes_that_inherit_a_shared_machine_get_one_each() {
        Runs.runWell(Heir.class, OtherHeir.class);

        assertOne("Heir", 2);
        assertOne("OtherHeir", 2);
        assertThat(Runs.seen("Heir").get(0)).isNotSameAs(Runs.seen("OtherHeir").get(0));
    }

    @QemuTest
    @Vm(
            scope = Scope.CLASS,
            args = {"-name", "outer"})
    static class Outer {

        @Test
        void test(QemuMachine vm) {
            Runs.see("outer", vm);
        }

        @Nested
        class SameAsOuter {

            @BeforeEach
            void before(QemuMachine vm) {
                Runs.see("outer", vm);
            }

            @Test
            void test(QemuMachine vm) {
                Runs.see("outer", vm);
            }
        }

        @Nested
        @Vm(
                scope = Scope.CLASS,
                args = {"-name", "inner"})
        class OfItsOwn {

            @Test
            void test(QemuMachine vm) {
                Runs.see("inner", vm);
            }

            @Nested
            class Deeper {

                @Test
                void test(QemuMachine vm) {
                    Runs.see("inner", vm);
                }

                @Test
                @Vm(args = {"-name", "own"})
                void own(QemuMachine vm) {
                    Runs.see("own", vm);
                }
            }
        }
    }

    @Test
    void nested_classes_share_the_machine_of_the_nearest_definition() {
        Runs.runWell(Outer.class);

        assertOne("outer", 3);
        assertOne("inner", 2);
        assertOne("own", 1);
        for (String name : List.of("outer", "inner", "own")) {
            assertThat(Runs.argument(Runs.machines(name).get(0), "-name")).isEqualTo(name);
        }
    }

    @QemuTest
    @Vm(
            scope = Scope.RUN,
            args = {"-name", "the run"})
    static class OfTheRun {

        @Test
        void test(QemuMachine vm) {
            assertThat(vm.isRunning()).isTrue();
            Runs.see("run", vm);
        }
    }

    @QemuTest
    static class AlsoOfTheRun {

        @Vm(
                scope = Scope.RUN,
                args = {"-name", "the run"})
        QemuMachine field;

        @Test
        void test() {
            assertThat(field.isRunning()).isTrue();
            Runs.see("run", field);
        }
    }

    @QemuTest
    @Vm(
            scope = Scope.RUN,
            args = {"-name", "of another kind"})
    static class OfAnotherKind {

        @Test
        void test(QemuMachine vm) {
            Runs.see("run of another kind", vm);
        }
    }

    @Test
    void classes_that_define_the_same_machine_for_the_run_share_it_and_it_is_gone_after_the_run() {
        Runs.runWell(OfTheRun.class, AlsoOfTheRun.class, OfAnotherKind.class);

        assertOne("run", 2);
        assertOne("run of another kind", 1);
        assertThat(Runs.seen("run").get(0))
                .isNotSameAs(Runs.seen("run of another kind").get(0));

        Runs.runWell(OfTheRun.class);

        assertThat(new HashSet<>(Runs.seen("run"))).as("of two runs").hasSize(2);
    }

    static class Counting implements VmFactory {

        private static final AtomicInteger DEFINED = new AtomicInteger();

        @Override
        public void define(QemuMachineBuilder vm, ExtensionContext context) {
            DEFINED.incrementAndGet();
            vm.machine("none");
        }
    }

    @QemuTest
    @Vm(scope = Scope.CLASS, factory = Counting.class)
    static class DefinedOnce {

        @Test
        void one(QemuMachine vm) {}

        @Test
        void other(QemuMachine vm) {}
    }

    @Test
    void a_shared_machine_is_defined_once_for_each_start() {
        Runs.runWell(DefinedOnce.class);

        assertThat(Counting.DEFINED).hasValue(1);
    }

    /** Notices when two are in at a time. */
    private static final class Turnstile {

        private final AtomicInteger inside = new AtomicInteger();
        private final AtomicInteger passed = new AtomicInteger();

        void pass(QemuMachine vm) {
            assertThat(inside.incrementAndGet())
                    .as("tests that have the machine")
                    .isEqualTo(1);
            for (int i = 0; i < 20; i++) {
                vm.qmp().execute("query-status");
            }
            passed.incrementAndGet();
            assertThat(inside.getAndDecrement())
                    .as("tests that have the machine")
                    .isEqualTo(1);
        }
    }

    static final Map<String, String> PARALLEL = Map.of(
            "junit.jupiter.execution.parallel.enabled", "true",
            "junit.jupiter.execution.parallel.mode.default", "concurrent",
            "junit.jupiter.execution.parallel.config.strategy", "fixed",
            "junit.jupiter.execution.parallel.config.fixed.parallelism", "4");

    @QemuTest
    @Vm(scope = Scope.CLASS)
    static class TakingTurns {

        private static final Turnstile TURNSTILE = new Turnstile();
        private static final CountDownLatch TWO_ARE_READY = new CountDownLatch(2);

        /** Proves that the tests would overlap if they could: it is asked for before any machine is. */
        TakingTurns() throws InterruptedException {
            TWO_ARE_READY.countDown();
            assertThat(TWO_ARE_READY.await(1, TimeUnit.MINUTES)).isTrue();
        }

        @RepeatedTest(6)
        void test(QemuMachine vm) {
            TURNSTILE.pass(vm);
        }
    }

    @Test
    void tests_that_run_in_parallel_take_turns_with_a_shared_machine() {
        Runs.runWell(PARALLEL, TakingTurns.class);

        assertThat(TakingTurns.TURNSTILE.passed).hasValue(6);
    }

    @QemuTest
    @Vm(value = "a", scope = Scope.CLASS)
    @Vm(value = "b", scope = Scope.CLASS)
    static class NeedingTwo {

        private static final Turnstile A = new Turnstile();
        private static final Turnstile B = new Turnstile();

        @RepeatedTest(4)
        void forth(@Vm("a") QemuMachine a, @Vm("b") QemuMachine b) {
            A.pass(a);
            B.pass(b);
        }

        @RepeatedTest(4)
        void back(@Vm("b") QemuMachine b, @Vm("a") QemuMachine a) {
            B.pass(b);
            A.pass(a);
        }
    }

    @Test
    void tests_that_need_two_shared_machines_do_not_wait_for_each_other() {
        Runs.runWell(PARALLEL, NeedingTwo.class);

        assertThat(NeedingTwo.A.passed).hasValue(8);
    }

    @Vm(
            scope = Scope.RUN,
            args = {"-name", "taking turns with BeforeAll"})
    abstract static class WithBeforeAll {

        private static final Turnstile TURNSTILE = new Turnstile();

        @Vm
        static QemuMachine field;

        @BeforeAll
        static void withParameters(QemuMachine vm) {
            TURNSTILE.pass(vm);
        }

        @BeforeAll
        static void withoutParameters() {
            TURNSTILE.pass(field);
        }

        @AfterAll
        static void after(QmpClient qmp) {
            TURNSTILE.pass(field);
        }

        @RepeatedTest(3)
        void test(QemuMachine vm) {
            TURNSTILE.pass(vm);
        }
    }

    @QemuTest
    static class OneWithBeforeAll extends WithBeforeAll {}

    @QemuTest
    static class OtherWithBeforeAll extends WithBeforeAll {}

    @Test
    void the_methods_of_classes_take_turns_with_a_machine_of_the_run_too() {
        Map<String, String> classesToo = new HashMap<>(PARALLEL);
        classesToo.put("junit.jupiter.execution.parallel.mode.classes.default", "concurrent");
        Runs.runWell(classesToo, OneWithBeforeAll.class, OtherWithBeforeAll.class);

        assertThat(WithBeforeAll.TURNSTILE.passed).hasValue(12);
    }

    @QemuTest
    @Vm(
            value = "a",
            machine = "q35",
            scope = Scope.CLASS,
            args = {"-S"})
    @Vm(
            value = "b",
            machine = "q35",
            scope = Scope.CLASS,
            args = {"-S"})
    static class WithAMethodThatCannotBeCalled {

        @BeforeAll
        static void before(@Vm("a") QemuMachine a, StringBuilder nobodyInjectsIt) {}

        @Test
        void test(@Vm("a") QemuMachine a) {}

        @AfterAll
        @Timeout(value = 1, unit = TimeUnit.MINUTES)
        static void after(@Vm("b") QemuMachine b) {
            Runs.see("after a method that could not be called", b);
        }
    }

    @Test
    void a_method_that_cannot_be_called_keeps_no_machine_from_the_next_one() {
        Runs.run(Map.of(ConfigurationKeys.BUDGET_CORES, "1"), WithAMethodThatCannotBeCalled.class);

        assertOne("after a method that could not be called", 1);
    }
}
