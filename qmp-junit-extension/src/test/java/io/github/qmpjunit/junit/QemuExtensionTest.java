package io.github.qmpjunit.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.testkit.engine.EventConditions.finishedWithFailure;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.message;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.process.QemuExitException;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpDisconnectedException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.testkit.engine.Events;

/** The extension, seen from outside: what JUnit reports of classes that use it. */
class QemuExtensionTest {

    /** The machines that the cases below were given, by case and in any order. */
    private static final Map<String, List<QemuMachine>> SEEN = new ConcurrentHashMap<>();

    private static void see(String where, QemuMachine machine) {
        SEEN.merge(
                where,
                List.of(machine),
                (old, added) -> Stream.concat(old.stream(), added.stream()).toList());
    }

    private static Events run(Class<?> testCase) {
        return Runs.run(testCase).testEvents();
    }

    private static void assertNothingIsLeftOf(String where) {
        assertThat(SEEN.get(where))
                .isNotEmpty()
                .noneMatch(QemuMachine::isRunning)
                .allSatisfy(machine -> assertThat(directoryOf(machine)).doesNotExist());
    }

    private static Path directoryOf(QemuMachine machine) {
        String chardev = machine.commandLine().stream()
                .filter(arg -> arg.contains("path="))
                .findFirst()
                .orElseThrow();
        return Path.of(chardev.substring(chardev.indexOf("path=") + 5)).getParent();
    }

    @QemuTest
    static class Injecting {

        private final QmpClient fromConstructor;

        Injecting(QmpClient qmp) {
            fromConstructor = qmp;
        }

        @BeforeEach
        void before(QemuMachine vm) {
            assertThat(vm.qmp()).isSameAs(fromConstructor);
        }

        @AfterEach
        void after(QemuMachine vm) {
            assertThat(vm.isRunning()).isTrue();
        }

        @Test
        void one(QemuMachine vm, QmpClient qmp) {
            see("injecting", vm);
            assertThat(vm.qmp()).isSameAs(qmp).isSameAs(fromConstructor);
            assertThat(qmp.execute("query-status").path("status").asString()).isEqualTo("running");
        }

        @Test
        void two(QemuMachine vm) {
            see("injecting", vm);
        }

        @ParameterizedTest
        @ValueSource(ints = {1, 2})
        void parameterized(int number, QemuMachine vm) {
            see("injecting", vm);
            assertThat(number).isPositive();
        }

        @RepeatedTest(2)
        void repeated(QemuMachine vm) {
            see("injecting", vm);
        }
    }

    @Test
    void each_test_gets_one_machine_of_its_own_wherever_it_is_injected() {
        run(Injecting.class)
                .assertStatistics(statistics -> statistics.succeeded(6).failed(0));

        assertThat(SEEN.get("injecting")).hasSize(6).doesNotHaveDuplicates();
        assertNothingIsLeftOf("injecting");
    }

    @Target({ElementType.TYPE, ElementType.METHOD})
    @Retention(RetentionPolicy.RUNTIME)
    @Vm(
            machine = "q35",
            args = {"-S", "-name", "board"})
    @interface OurBoard {}

    private static String typeOf(QemuMachine vm) {
        return vm.commandLine().get(vm.commandLine().indexOf("-machine") + 1);
    }

    @QemuTest
    @Vm(machine = "q35", args = "-S")
    static class Defining {

        @Test
        void by_class(QemuMachine vm) {
            assertThat(typeOf(vm)).isEqualTo("q35");
        }

        @Test
        @Vm(machine = "pc", args = "-S")
        void by_method(QemuMachine vm, QmpClient qmp) {
            assertThat(typeOf(vm)).isEqualTo("pc");
            assertThat(vm.qmp()).isSameAs(qmp);
        }

        @Test
        @Vm(machine = "pc", args = "-S")
        void by_parameter(@Vm(machine = "none") QemuMachine vm, QmpClient qmp) {
            assertThat(typeOf(vm)).isEqualTo("none");
            assertThat(vm.qmp()).isSameAs(qmp);
        }

        @Test
        @OurBoard
        void by_an_annotation_of_ones_own(QmpClient qmp) {
            assertThat(qmp.execute("query-name").path("name").asString()).isEqualTo("board");
        }

        @Nested
        class Inner {

            @Test
            void by_the_enclosing_class(QemuMachine vm) {
                assertThat(typeOf(vm)).isEqualTo("q35");
            }
        }
    }

    @Test
    void the_nearest_definition_wins() {
        run(Defining.class)
                .assertStatistics(statistics -> statistics.succeeded(5).failed(0));
    }

    @Vm(machine = "pc", args = "-S")
    interface Contract {

        @Test
        default void by_the_most_special_type(QemuMachine vm) {
            assertThat(typeOf(vm)).isEqualTo(getClass().getSimpleName());
        }
    }

    @QemuTest
    static class pc implements Contract {}

    @QemuTest
    @Vm(machine = "q35", args = "-S")
    static class q35 implements Contract {}

    @Vm(machine = "isapc", args = "-S")
    static class isapc extends q35 {}

    static class NothingOfItsOwn extends isapc {

        @Test
        @Override
        public void by_the_most_special_type(QemuMachine vm) {
            assertThat(typeOf(vm)).isEqualTo("isapc");
        }
    }

    @Test
    void a_class_may_define_anew_what_it_inherits() {
        for (Class<?> type : List.of(pc.class, q35.class, isapc.class, NothingOfItsOwn.class)) {
            run(type).assertStatistics(statistics -> statistics.succeeded(1).failed(0));
        }
    }

    @QemuTest
    @Vm("src")
    @Vm(
            value = "dst",
            args = {"-name", "destination"})
    static class Naming {

        @Test
        void two_machines(@Vm("src") QemuMachine src, @Vm("dst") QemuMachine dst, @Vm("dst") QmpClient dstClient) {
            see("naming", src);
            see("naming", dst);
            assertThat(src).isNotSameAs(dst);
            assertThat(dst.qmp()).isSameAs(dstClient);
            assertThat(dst.name()).isEqualTo("dst");
            assertThat(dstClient.execute("query-name").path("name").asString()).isEqualTo("destination");
        }
    }

    @Test
    void named_machines_stand_side_by_side() {
        run(Naming.class).assertStatistics(statistics -> statistics.succeeded(1));

        assertNothingIsLeftOf("naming");
    }

    @QemuTest
    @Vm("src")
    static class UnknownName {

        @Test
        void test(@Vm("sorce") QmpClient qmp) {}
    }

    @QemuTest
    @Vm("src")
    @Vm("dst")
    static class NoName {

        @Test
        void test(QmpClient qmp) {}
    }

    @QemuTest
    static class NothingDefined {

        @Test
        void test(@Vm("dst") QmpClient qmp) {}
    }

    @QemuTest
    @Vm(machine = "pc")
    @Vm(machine = "q35")
    static class TwoUnnamed {

        @Test
        void test(QmpClient qmp) {}
    }

    @Test
    void mistakes_are_told_with_what_to_write_instead() {
        assertThat(Runs.onlyFailureOf(UnknownName.class))
                .hasMessageContaining(
                        "There is no machine \"sorce\" to inject into a parameter of test of UnknownName; there are \"src\". Define it with @Vm(value = \"sorce\", machine = ...)");
        assertThat(Runs.onlyFailureOf(NoName.class))
                .hasMessageContaining(
                        "Cannot tell which machine's QmpClient to inject into a parameter of test of NoName: defined are \"src\", \"dst\". Write @Vm(\"src\") QmpClient");
        assertThat(Runs.onlyFailureOf(NothingDefined.class))
                .hasMessageContaining(
                        "There is no machine \"dst\" to inject into a parameter of test of NothingDefined; there are none.");
        assertThat(Runs.onlyFailureOf(TwoUnnamed.class))
                .hasMessageContaining("defines two machines of the name \"\"; give each @Vm a name of its own");
    }

    @QemuTest
    static class BeforeAllOfIt {

        @BeforeAll
        static void before(QmpClient qmp) {}

        @Test
        void test() {}
    }

    @Test
    void a_place_outside_of_a_test_is_refused() {
        Events containers = Runs.run(BeforeAllOfIt.class).containerEvents();

        containers
                .assertThatEvents()
                .haveExactly(
                        1,
                        finishedWithFailure(
                                message(
                                        text -> text.contains(
                                                "Cannot inject a QmpClient into a parameter of before of BeforeAllOfIt, which belongs to no test: the machine is new for each test. Write scope = Scope.CLASS in its definition"))));
    }

    @QemuTest
    static class CannotStart {

        @Test
        void test(@Vm(machine = "nope") QmpClient qmp) {}
    }

    @Test
    void a_qemu_that_cannot_start_fails_the_test_with_its_status_its_words_and_its_command_line() {
        Throwable failure = Runs.onlyFailureOf(CannotStart.class);

        assertThat(failure)
                .hasMessageContaining("exited with status 1")
                .hasMessageContaining("unsupported machine type")
                .hasMessageContaining("-machine nope");
        MatchResult started = Pattern.compile("\\(pid (\\d+)\\).*path=(\\S+)/qmp ", Pattern.DOTALL)
                .matcher(failure.getMessage())
                .results()
                .findFirst()
                .orElseThrow();
        assertThat(ProcessHandle.of(Long.parseLong(started.group(1))).filter(ProcessHandle::isAlive))
                .isEmpty();
        assertThat(Path.of(started.group(2))).doesNotExist();
    }

    @QemuTest
    static class NotInstalled {

        @Test
        void test(@Vm(binary = "/nowhere/qemu-system-x86_64") QmpClient qmp) {}
    }

    @Test
    void a_qemu_that_is_not_installed_fails_the_test_and_says_what_to_do() {
        assertThat(Runs.onlyFailureOf(NotInstalled.class))
                .hasMessageContaining("looked for \"/nowhere/qemu-system-x86_64\", which its definition names")
                .hasMessageContaining("Correct the name where it is given: @Vm(binary = ...)");
    }

    @QemuTest
    static class DyingUnnoticed {

        @Test
        void test(QemuMachine vm) {
            see("dying", vm);
            ProcessHandle.of(vm.pid()).orElseThrow().destroyForcibly();
            vm.awaitExit(Duration.ofSeconds(10));
        }
    }

    @Test
    void a_qemu_that_dies_under_a_test_that_passes_fails_it() {
        assertThat(Runs.onlyFailureOf(DyingUnnoticed.class))
                .isInstanceOf(QemuExitException.class)
                .hasMessageContaining("was ended by signal 9");
        assertNothingIsLeftOf("dying");
    }

    @QemuTest
    static class DyingInMidTest {

        @Test
        void test(QemuMachine vm, QmpClient qmp) {
            see("mid-test", vm);
            ProcessHandle.of(vm.pid()).orElseThrow().destroyForcibly();
            vm.awaitExit(Duration.ofSeconds(10));
            qmp.execute("query-status");
        }
    }

    @Test
    void a_qemu_that_dies_in_mid_test_is_what_the_failure_speaks_of() {
        assertThat(Runs.onlyFailureOf(DyingInMidTest.class))
                .isInstanceOf(QmpDisconnectedException.class)
                .hasMessageContaining("was ended by signal 9")
                .hasMessageContaining("Command line:");
        assertNothingIsLeftOf("mid-test");
    }

    @QemuTest
    static class Failing {

        @Test
        void test(QemuMachine vm) {
            see("failing", vm);
            throw new AssertionError("the test's own failure");
        }
    }

    @Test
    void a_test_that_fails_leaves_nothing_and_keeps_its_own_failure() {
        assertThat(Runs.onlyFailureOf(Failing.class))
                .hasMessage("the test's own failure")
                .hasNoSuppressedExceptions();
        assertNothingIsLeftOf("failing");
    }

    @QemuTest
    static class FailingBefore {

        @BeforeEach
        void before(QemuMachine vm) {
            see("before", vm);
            throw new AssertionError("failed before");
        }

        @Test
        void test() {}
    }

    @Test
    void a_failing_BeforeEach_leaves_nothing() {
        assertThat(Runs.onlyFailureOf(FailingBefore.class)).hasMessage("failed before");
        assertNothingIsLeftOf("before");
    }
}
