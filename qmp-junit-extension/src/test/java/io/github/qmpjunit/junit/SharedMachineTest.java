package io.github.qmpjunit.junit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.internal.ClientView;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.process.QemuExitException;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpEventListener;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.platform.testkit.engine.EngineExecutionResults;

/** What one test does to a machine, and how the next one finds it. */
class SharedMachineTest {

    private static final Duration SOON = Duration.ofSeconds(30);

    private static void signal(String signal, QemuMachine vm) throws Exception {
        assertThat(new ProcessBuilder("sh", "-c", "kill -" + signal + " " + vm.pid())
                        .start()
                        .waitFor())
                .isZero();
    }

    @QemuTest
    @Vm(scope = Scope.RUN)
    @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
    static class EndingIt {

        @Test
        @Order(1)
        void quits(QemuMachine vm, QmpClient qmp) {
            Runs.see("ending it", vm);
            qmp.execute("quit");
        }

        @Test
        @Order(2)
        void kills(QemuMachine vm) {
            Runs.see("ending it", vm);
            vm.kill();
        }

        @Test
        @Order(3)
        void closes_its_client(QemuMachine vm, QmpClient qmp) {
            Runs.see("ending it", vm);
            qmp.close();
        }

        @Test
        @Order(4)
        void is_there(QemuMachine vm) {
            Runs.see("ending it", vm);
            assertThat(vm.qmp().execute("query-status").path("running").asBoolean())
                    .isTrue();
        }
    }

    @Test
    void a_machine_that_a_test_has_ended_is_started_anew_for_the_next() {
        Runs.runWell(EndingIt.class);

        assertThat(Runs.machines("ending it"))
                .hasSize(4)
                .doesNotHaveDuplicates()
                .noneMatch(QemuMachine::isRunning);
    }

    @QemuTest
    @Vm(scope = Scope.CLASS)
    @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
    static class Crashing {

        @Test
        @Order(1)
        void well(QemuMachine vm) {}

        @Test
        @Order(2)
        void crashes(QemuMachine vm) throws Exception {
            signal("ABRT", vm);
        }

        @Test
        @Order(3)
        void well_again(QemuMachine vm) {
            assertThat(vm.qmp().execute("query-status").isObject()).isTrue();
        }

        @Test
        @Order(4)
        void is_ended_by_somebody_else(QemuMachine vm) throws Exception {
            signal("TERM", vm);
        }

        @Test
        @Order(5)
        void hangs(QemuMachine vm) throws Exception {
            assertThat(vm.qmp().execute("query-status").isObject()).isTrue();
            signal("STOP", vm);
        }

        @Test
        @Order(6)
        void well_at_last(QemuMachine vm) {
            assertThat(vm.qmp().execute("query-status").isObject()).isTrue();
        }
    }

    @Test
    void a_crash_fails_the_test_in_which_it_happens_and_no_other() {
        EngineExecutionResults results = Runs.run(Crashing.class);

        assertThat(Runs.failed(results))
                .containsExactly(
                        "crashes(QemuMachine)", "is_ended_by_somebody_else(QemuMachine)", "hangs(QemuMachine)");
        assertThat(Runs.failuresOf(results.testEvents()).get(0))
                .isInstanceOf(QemuExitException.class)
                .hasMessageContaining("was ended by signal 6 (SIGABRT)");
        assertThat(Runs.failuresOf(results.testEvents()).get(1))
                .isInstanceOf(QemuExitException.class)
                .hasMessageContaining("Another process has ended QEMU \"vm\" by a signal");
        assertThat(results.containerEvents().failed().count()).isZero();
    }

    @QemuTest
    @Vm(scope = Scope.CLASS, without = Check.EXIT)
    @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
    static class CrashingAllowed {

        @Test
        @Order(1)
        void crashes(QemuMachine vm) throws Exception {
            signal("ABRT", vm);
            assertThat(vm.endsWithin(SOON)).isTrue();
        }

        @Test
        @Order(2)
        void well_again(QemuMachine vm) throws Exception {
            assertThat(vm.isRunning()).isTrue();
        }
    }

    @Test
    void a_crash_may_be_allowed() {
        Runs.runWell(CrashingAllowed.class);
    }

    @QemuTest
    @Vm(scope = Scope.CLASS)
    @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
    static class EarlierEvents {

        @BeforeAll
        static void before(QmpClient qmp) {
            qmp.execute("stop");
            qmp.execute("cont");
        }

        @Test
        @Order(1)
        void one(QmpClient qmp) {
            nothing_has_happened_yet(qmp);
        }

        @Test
        @Order(2)
        void other(QmpClient qmp) {
            nothing_has_happened_yet(qmp);
        }

        private static void nothing_has_happened_yet(QmpClient qmp) {
            assertThat(qmp.events().history()).isEmpty();
            assertThat(qmp.events().isEmpty()).isTrue();
            assertThat(ClientView.of(qmp)
                            .assertionEvents(QmpEventListener.class)
                            .history())
                    .isEmpty();
            assertThat(ClientView.of(qmp)
                            .assertionEvents(QmpEventListener.class)
                            .isEmpty())
                    .isTrue();
            qmp.execute("stop");
            qmp.execute("cont");
            assertThat(qmp.events().history()).hasSize(2);
            assertThat(ClientView.of(qmp)
                            .assertionEvents(QmpEventListener.class)
                            .history())
                    .hasSize(2);
        }
    }

    @Test
    void the_events_of_earlier_tests_are_forgotten() {
        Runs.runWell(EarlierEvents.class);
    }

    @QemuTest
    @Vm(machine = "pc", scope = Scope.CLASS, reset = Reset.SYSTEM_RESET)
    @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
    static class ResetBetween {

        @Test
        @Order(1)
        void changes_and_stops(QemuMachine vm, QmpClient qmp) {
            Runs.see("reset", vm);
            assertThat(qmp.execute("query-status").path("status").asString()).isEqualTo("running");
            qmp.execute("stop");
        }

        @Test
        @Order(2)
        void is_as_at_first(QemuMachine vm, QmpClient qmp) {
            Runs.see("reset", vm);
            assertThat(qmp.execute("query-status").path("status").asString()).isEqualTo("running");
            assertThat(qmp.events().history()).isEmpty();
        }
    }

    @QemuTest
    @Vm(machine = "pc", scope = Scope.CLASS, reset = Reset.SYSTEM_RESET, paused = true, qtest = true)
    @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
    static class ResetOfAPaused {

        /** Of the PC's first interrupt controller; 0 after a reset. */
        private static final int INTERRUPT_MASK = 0x21;

        @Test
        @Order(1)
        void changes_and_continues(QemuMachine vm, QmpClient qmp) {
            vm.qtest().outb(INTERRUPT_MASK, 0xab);
            assertThat(vm.qtest().inb(INTERRUPT_MASK)).isEqualTo(0xab);
            qmp.execute("cont");
            qmp.execute("stop");
            qmp.execute("cont");
        }

        @Test
        @Order(2)
        void is_as_at_first(QemuMachine vm, QmpClient qmp) {
            assertThat(qmp.execute("query-status").path("running").asBoolean()).isFalse();
            assertThat(vm.qtest().inb(INTERRUPT_MASK)).isZero();
        }
    }

    @Test
    void a_reset_machine_is_as_at_first_and_runs_only_if_it_ran_then() {
        Runs.runWell(ResetBetween.class);
        Runs.runWell(ResetOfAPaused.class);

        assertThat(Runs.seen("reset")).hasSize(2);
        assertThat(Runs.seen("reset").get(0)).isSameAs(Runs.seen("reset").get(1));
    }

    @QemuTest
    @Vm(
            machine = "pc",
            scope = Scope.CLASS,
            reset = Reset.SYSTEM_RESET,
            paused = true, // a firmware that was reset while it began may reset the machine once more, which then ends
            // it
            args = {"-no-reboot"})
    @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
    static class ResetWithoutReboot {

        @Test
        @Order(1)
        void one(QemuMachine vm) {
            Runs.see("reset without reboot", vm);
        }

        @Test
        @Order(2)
        void other_whose_guest_ends_it(QemuMachine vm, QmpClient qmp) {
            Runs.see("reset without reboot", vm);
            qmp.execute("system_reset");
            assertThat(vm.endsWithin(SOON)).isTrue();
        }
    }

    @Test
    void a_machine_that_ends_instead_of_a_reboot_is_reset_all_the_same() {
        Runs.runWell(ResetWithoutReboot.class);

        assertThat(Runs.seen("reset without reboot")).hasSize(2);
        assertThat(Runs.seen("reset without reboot").get(0))
                .isSameAs(Runs.seen("reset without reboot").get(1));
    }

    @QemuTest
    @Vm(machine = "pc", scope = Scope.CLASS)
    @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
    static class PausedByATest {

        @Test
        @Order(1)
        void pauses(QmpClient qmp) {
            qmp.execute("stop");
        }

        @Test
        @Order(2)
        void does_not_mind(QmpClient qmp) {}

        @Test
        @Order(3)
        void expects_it_to_run(QmpClient qmp) {
            assertThat(qmp.execute("query-status").path("running").asBoolean()).isTrue();
        }

        @Test
        @Order(4)
        void lets_it_run(QmpClient qmp) {
            qmp.execute("cont");
        }

        @Test
        @Order(5)
        void fails_by_itself(QmpClient qmp) {
            throw new AssertionError("by itself");
        }
    }

    @Test
    void a_failure_names_the_test_that_has_left_the_machine_paused() {
        EngineExecutionResults results = Runs.run(PausedByATest.class);

        assertThat(Runs.failed(results)).containsExactly("expects_it_to_run(QmpClient)", "fails_by_itself(QmpClient)");
        List<Throwable> failures = Runs.failuresOf(results.testEvents());
        assertThat(failures.get(0))
                .hasMessageContaining(
                        "\nAn earlier test, PausedByATest > pauses(QmpClient), left on the machine: the run state \"paused\"");
        assertThat(failures.get(1).getMessage()).as("it runs again").doesNotContain("An earlier test");
    }

    @QemuTest
    @Vm(machine = "pc", scope = Scope.CLASS, reset = Reset.SNAPSHOT)
    @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
    static class PausedAndRewound {

        @Test
        @Order(1)
        void pauses(QmpClient qmp) {
            qmp.execute("stop");
        }

        @Test
        @Order(2)
        void fails_by_itself(QmpClient qmp) {
            assertThat(qmp.execute("query-status").path("running").asBoolean()).isTrue();
            throw new AssertionError("by itself");
        }
    }

    @Test
    void a_run_state_that_the_reset_undoes_is_no_leftover() {
        assertThat(Runs.onlyFailureOf(PausedAndRewound.class).getMessage()).doesNotContain("An earlier test");
    }

    @QemuTest
    @Vm(scope = Scope.CLASS)
    @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
    static class LeavingANode {

        @Test
        @Order(1)
        void adds_a_node(QmpClient qmp) {
            qmp.execute("blockdev-add", Map.of("driver", "null-co", "node-name", "disk"));
        }

        @Test
        @Order(2)
        void adds_it_as_well(QmpClient qmp) {
            qmp.execute("blockdev-add", Map.of("driver", "null-co", "node-name", "disk"));
        }
    }

    @Test
    void a_failure_names_the_test_that_has_left_a_node() {
        assertThat(Runs.onlyFailureOf(LeavingANode.class))
                .hasMessageContaining(
                        "\nAn earlier test, LeavingANode > adds_a_node(QmpClient), left on the machine: block nodes disk");
        assertThat(Runs.onlyFailureOf(Map.of(ConfigurationKeys.WITHOUT, "leftovers"), LeavingANode.class)
                        .getSuppressed())
                .isEmpty();
    }

    @QemuTest
    @Vm(scope = Scope.CLASS)
    @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
    static class Interrupting {

        @BeforeAll
        static void interrupts_before_all(QemuMachine vm) {
            Runs.see("interrupting", vm);
            Thread.currentThread().interrupt();
        }

        @Test
        @Order(1)
        void passes_and_interrupts(QemuMachine vm) {
            Runs.see("interrupting", vm);
            Thread.currentThread().interrupt();
        }

        @Test
        @Order(2)
        void interrupts_once_more(QemuMachine vm) {
            Runs.see("interrupting", vm);
            Thread.currentThread().interrupt();
        }

        @Test
        @Order(3)
        void has_the_same_machine(QemuMachine vm) {
            Runs.see("interrupting", vm);
            assertThat(vm.qmp().execute("query-status").isObject()).isTrue();
        }
    }

    @QemuTest
    static class InterruptingItsOwn {

        @BeforeEach
        void before(QmpClient qmp) {
            Runs.see("interrupted", qmp);
        }

        @Test
        void interrupts(QmpClient qmp, QemuMachine vm) {
            Thread.currentThread().interrupt();
        }

        @AfterEach
        void the_flag_is_still_the_tests(QmpClient qmp) {
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
        }
    }

    @Test
    void the_interrupt_flag_is_no_state_of_the_machine() {
        Runs.runWell(Interrupting.class);
        assertThat(Runs.machines("interrupting")).hasSize(4);
        assertThat(Set.copyOf(Runs.machines("interrupting"))).hasSize(1);

        Runs.runWell(InterruptingItsOwn.class);
    }

    private static final CountDownLatch GIVEN_UP = new CountDownLatch(1);

    static final class GivingUp implements TestWatcher {

        @Override
        public void testFailed(ExtensionContext context, Throwable cause) {
            GIVEN_UP.countDown();
        }
    }

    @QemuTest
    @Vm(scope = Scope.CLASS)
    @ExtendWith(GivingUp.class)
    @Execution(ExecutionMode.CONCURRENT)
    static class KeepingIt {

        @RepeatedTest(2)
        void keeps_it_until_the_other_gives_up(QmpClient qmp) throws InterruptedException {
            assertThat(GIVEN_UP.await(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void a_wait_for_a_machine_that_one_test_keeps_ends_at_the_limit_and_names_the_test() {
        Throwable failure = Runs.onlyFailureOf(
                Map.of(
                        ConfigurationKeys.WAIT_LIMIT,
                        "PT0.2S",
                        "junit.jupiter.execution.parallel.enabled",
                        "true",
                        "junit.jupiter.execution.parallel.config.strategy",
                        "fixed",
                        "junit.jupiter.execution.parallel.config.fixed.parallelism",
                        "2"),
                KeepingIt.class);

        assertThat(failure)
                .hasMessageMatching(
                        "KeepingIt > repetition \\d of 2 has waited for the machine, which KeepingIt > repetition \\d of 2 has kept for 200 ms\\. Raise qmpjunit\\.wait\\.limit if others may take that long");
    }
}
