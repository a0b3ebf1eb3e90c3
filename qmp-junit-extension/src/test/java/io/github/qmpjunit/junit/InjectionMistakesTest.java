package io.github.qmpjunit.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.StorageDaemon;
import io.github.qmpjunit.qemu.guest.SerialConsole;
import io.github.qmpjunit.qemu.qtest.Qtest;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpEventListener;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.engine.TestExecutionResult;

/** What is said of a parameter or field that cannot be given what it asks for. */
class InjectionMistakesTest {

    private static void assertRefused(Class<?> testCase, String... words) {
        assertThat(Runs.onlyFailureOf(testCase).getMessage()).contains(words);
    }

    @QemuTest
    static class FieldOfAWrongType {
        @Vm
        String text;

        @Test
        void test() {}
    }

    @QemuTest
    static class ParameterOfAWrongType {
        @Test
        void test(@Vm("src") String text) {}
    }

    @Test
    void a_wrong_type() {
        assertRefused(
                FieldOfAWrongType.class,
                "Cannot inject field text of FieldOfAWrongType: its type is String, and what can be injected is QemuMachine, QmpClient, QmpEventListener, ");
        assertRefused(
                ParameterOfAWrongType.class,
                "Cannot inject a parameter of test of ParameterOfAWrongType: its type is String, and what can be injected is ");
    }

    @QemuTest
    static class FinalField {
        @Vm
        final QmpClient qmp = null;

        @Test
        void test() {}
    }

    @Test
    void a_final_field() {
        assertRefused(
                FinalField.class,
                "Cannot inject a QmpClient into field qmp of FinalField, which is final. Leave the final out");
    }

    @QemuTest
    static class TwoAtAParameter {
        @Test
        void test(@Vm("a") @Vm("b") QmpClient qmp) {}
    }

    @QemuTest
    static class TwoAtAField {
        @Vm("a")
        @Vm("b")
        QmpClient qmp;

        @Test
        void test() {}
    }

    @Test
    void two_machines_at_one_place() {
        assertRefused(
                TwoAtAParameter.class,
                "a parameter of test of TwoAtAParameter has 2 @Vm; it can be given only one machine's QmpClient");
        assertRefused(
                TwoAtAField.class, "field qmp of TwoAtAField has 2 @Vm; it can be given only one machine's QmpClient");
    }

    @QemuTest
    static class ListeningClient {
        @Test
        void test(@Listen("STOP") QmpClient qmp) {}
    }

    @Test
    void events_for_what_does_not_listen() {
        assertRefused(
                ListeningClient.class,
                "a parameter of test of ListeningClient has @Listen, but is of type QmpClient; @Listen belongs to a QmpEventListener");
    }

    @QemuTest
    static class UnknownEvent {
        @Test
        void test(@Listen({"STOP", "RESUMED"}) QmpEventListener events) {}
    }

    @QemuTest
    @Vm(scope = Scope.CLASS)
    static class UnknownEventOfAShared {
        @Listen("RESUMED")
        QmpEventListener events;

        @Test
        void test() {}
    }

    @Test
    void an_event_that_this_qemu_does_not_know() {
        assertRefused(
                UnknownEvent.class,
                "@Listen(\"RESUMED\") on a parameter of test of UnknownEvent hears nothing: ",
                "did you mean RESUME?");
        assertRefused(
                UnknownEventOfAShared.class,
                "@Listen(\"RESUMED\") on field events of UnknownEventOfAShared hears nothing: ",
                "did you mean RESUME?");
    }

    @QemuTest
    static class ConstantOfAnotherQemu {
        @Test
        void test(@Listen({"MEM_UNPLUG_ERROR", "HV_BALLOON_STATUS_REPORT"}) QmpEventListener events) {}
    }

    /** There is none that has the one still and the other already. */
    @Test
    void an_event_for_which_there_is_a_constant_but_not_in_this_qemu() {
        assertRefused(ConstantOfAnotherQemu.class, " on a parameter of test of ConstantOfAnotherQemu hears nothing: ");
    }

    @Test
    void what_is_taken_for_granted_is_there() {
        try (QemuMachine vm = QemuMachine.builder().start()) {
            assertThat(EventNames.takenForGranted())
                    .as("name it in EventNames, if this QEMU does not have it")
                    .isNotEmpty()
                    .allMatch(vm.qmp().schema()::hasEvent);
        }
    }

    @QemuTest
    static class ScopeAtAParameter {
        @Test
        void test(@Vm(scope = Scope.CLASS) QmpClient qmp) {}
    }

    @QemuTest
    static class ScopeAtAMethod {
        @Test
        @Vm(scope = Scope.RUN)
        void test(QmpClient qmp) {}
    }

    @QemuTest
    @Vm(reset = Reset.SYSTEM_RESET)
    static class ResetWithoutScope {
        @Test
        void test(QmpClient qmp) {}
    }

    @Test
    void a_scope_that_does_not_fit() {
        assertRefused(
                ScopeAtAParameter.class,
                "a parameter of test of ScopeAtAParameter defines a machine with scope = CLASS, but what stands there belongs to a single method. Move the @Vm to the class");
        assertRefused(
                ScopeAtAMethod.class,
                "test of ScopeAtAMethod defines a machine with scope = RUN, but what stands there belongs to a single method. Move the @Vm to the class");
        assertRefused(
                ResetWithoutScope.class,
                "class ResetWithoutScope defines a machine with reset = SYSTEM_RESET, which is for machines that tests share; this one is new for each test anyway. Write scope = Scope.CLASS, or leave the reset out");
    }

    @QemuTest
    static class StaticFieldOfItsOwn {
        @Vm
        static QmpClient qmp;

        @Test
        void test() {}
    }

    @QemuTest
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    static class ConstructorOfOneInstance {
        ConstructorOfOneInstance(QmpClient qmp) {}

        @Test
        void test() {}
    }

    static class StaticFieldOfASingleMethod {
        @Vm
        static QmpClient qmp;

        @Test
        @QemuTest
        void test() {}
    }

    @Test
    void a_machine_of_a_test_where_there_is_none() {
        assertRefused(
                StaticFieldOfItsOwn.class,
                "Cannot inject a QmpClient into field qmp of StaticFieldOfItsOwn, which belongs to no test: the machine is new for each test. Write scope = Scope.CLASS in its definition");
        assertRefused(
                ConstructorOfOneInstance.class,
                "Cannot inject a QmpClient into a parameter of ",
                "which belongs to no test: the machine is new for each test.");
        assertRefused(
                StaticFieldOfASingleMethod.class,
                "Cannot inject a QmpClient into field qmp of StaticFieldOfASingleMethod, which belongs to no test: the machine is new for each test.");
    }

    @QemuTest
    static class DaemonForAll {
        @BeforeAll
        static void before(StorageDaemon daemon) {}

        @Test
        void test() {}
    }

    @QemuTest
    @Vm(scope = Scope.CLASS)
    static class ListenerForAll {
        @BeforeAll
        static void before(QmpEventListener events) {}

        @Test
        void test() {}
    }

    @QemuTest
    @Vm(scope = Scope.CLASS)
    static class StaticListener {
        @Listen
        static QmpEventListener events;

        @Test
        void test() {}
    }

    @Test
    void what_belongs_to_a_single_test_where_there_is_none() {
        assertRefused(
                DaemonForAll.class,
                "Cannot inject a StorageDaemon into a parameter of before of DaemonForAll: it belongs to a single test, and this place to none. Inject it into the test method, ");
        assertRefused(
                ListenerForAll.class,
                "Cannot inject a QmpEventListener into a parameter of before of ListenerForAll: it belongs to a single test");
        assertRefused(
                StaticListener.class,
                "Cannot inject a QmpEventListener into field events of StaticListener: it belongs to a single test");
    }

    @QemuTest
    static class DaemonWithAMachine {
        @Test
        void test(@Vm(machine = "pc") StorageDaemon daemon) {}
    }

    @QemuTest
    static class DaemonWithAConsole {
        @Test
        void test(@Vm(console = "serial0") StorageDaemon daemon) {}
    }

    @Test
    void a_daemon_that_is_defined_like_a_machine() {
        for (Class<?> testCase : new Class<?>[] {DaemonWithAMachine.class, DaemonWithAConsole.class}) {
            assertRefused(testCase, "The @Vm of a StorageDaemon takes a name, a binary and arguments only");
        }
    }

    @QemuTest
    @Vm(scope = Scope.CLASS)
    static class ConsoleOfAShared {
        @Test
        void test(SerialConsole console) {}
    }

    @QemuTest
    @Vm(scope = Scope.RUN)
    static class QtestOfAShared {
        @Test
        void test(Qtest qtest) {}
    }

    @QemuTest
    @Vm(console = {"one", "two"})
    static class WhichConsole {
        @Test
        void test(SerialConsole console) {}
    }

    @Test
    void a_part_that_the_machine_has_not() {
        assertRefused(
                ConsoleOfAShared.class,
                "Cannot inject a SerialConsole into a parameter of test of ConsoleOfAShared: ",
                "has no console",
                "@Vm(console = \"serial0\"");
        assertRefused(
                QtestOfAShared.class,
                "Cannot inject a Qtest into a parameter of test of QtestOfAShared: ",
                "has no qtest connection",
                "qtest = true");
        assertRefused(
                WhichConsole.class,
                "Cannot inject a SerialConsole into a parameter of test of WhichConsole: ",
                "has the consoles [one, two]");
    }

    static class TooLate {
        @RegisterExtension
        final QemuExtension qemu =
                QemuExtension.builder().vm(vm -> {}).scope(Scope.CLASS).build();

        @Test
        void test(QmpClient qmp) {}
    }

    @QemuTest
    static class Beside {
        @RegisterExtension
        final QemuExtension qemu =
                QemuExtension.builder().vm(vm -> vm.machine("pc")).build();

        @Test
        void test(QemuMachine vm) {}
    }

    @Test
    void an_extension_that_is_registered_too_late() {
        assertRefused(
                TooLate.class,
                "the extension's builder defines a machine with scope = CLASS, but no class of this test (test(QmpClient)) belongs to it",
                "static");
        assertRefused(
                Beside.class,
                "The QemuExtension of a @RegisterExtension field comes too late: the test has been given its machines already. Make the field static, or leave @QemuTest out");
    }

    @QemuTest
    static class IntoAFactory {

        static Stream<Integer> numbers(QmpClient qmp) {
            return Stream.of(1);
        }

        @ParameterizedTest
        @MethodSource("numbers")
        void test(int number) {}
    }

    @Test
    void a_method_that_provides_arguments() {
        assertThat(Runs.run(IntoAFactory.class).allEvents().failed().stream()
                        .map(event -> event.getRequiredPayload(TestExecutionResult.class)
                                .getThrowable()
                                .orElseThrow()
                                .getMessage()))
                .singleElement(STRING)
                .contains(
                        "Cannot inject a QmpClient into a parameter of numbers of IntoAFactory, which provides arguments for many tests");
    }
}
