package io.github.qmpjunit.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.qemu.process.ExitStatus;
import io.github.qmpjunit.qemu.process.QemuExitException;
import io.github.qmpjunit.qemu.process.QemuTimeoutException;
import io.github.qmpjunit.qemu.process.StopLimits;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class QemuMachineStopTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    private static void signal(String signal, QemuMachine vm) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("sh", "-c", "kill -" + signal + " " + vm.pid())
                        .start()
                        .waitFor())
                .isZero();
    }

    @Test
    void a_machine_that_somebody_else_ends_by_sigterm_is_an_error() throws Exception {
        QemuMachine vm = QemuMachine.builder().start();
        signal("TERM", vm);
        assertThat(vm.awaitExit(SOON)).isEqualTo(new ExitStatus(0, false));

        assertThatThrownBy(vm::close)
                .isInstanceOf(QemuExitException.class)
                .hasMessageStartingWith("Another process has ended QEMU \"vm\" by a signal");
    }

    @Test
    void a_crash_is_an_error_that_names_the_signal() throws Exception {
        QemuMachine vm = QemuMachine.builder().start();
        signal("ABRT", vm);
        assertThat(vm.awaitExit(SOON)).isEqualTo(new ExitStatus(6, true));

        assertThatThrownBy(vm::close)
                .isInstanceOf(QemuExitException.class)
                .hasMessageContaining("was ended by signal 6 (SIGABRT)");
    }

    @Test
    void a_machine_that_ends_itself_orderly_is_none() {
        QemuMachine vm = QemuMachine.builder()
                .machine("pc")
                .args("-no-reboot")
                .qtest()
                .paused()
                .start();
        vm.qtest().outb(0x92, 1); // reset, which -no-reboot makes a shutdown

        assertThat(vm.awaitExit(SOON)).isEqualTo(new ExitStatus(0, false));
        vm.close();
    }

    @Test
    void a_guest_that_does_not_listen_to_its_power_button_goes_on() {
        try (QemuMachine vm = QemuMachine.builder().machine("pc").paused().start()) {
            assertThatThrownBy(() -> vm.shutDownGuest(Duration.ofMillis(50)))
                    .isInstanceOf(QemuTimeoutException.class)
                    .hasMessageStartingWith(
                            "Expected the guest of machine \"vm\" to shut down within 50 ms, but QEMU still runs: the guest has not reacted");
            assertThat(vm.qmp().events().history()).extracting(Object::toString).contains("POWERDOWN");
        }
    }

    @Test
    void each_step_has_its_own_limit() throws Exception {
        QemuMachine vm = QemuMachine.builder()
                .stopLimits(new StopLimits(Duration.ofMillis(50), Duration.ofMillis(50), Duration.ofSeconds(10)))
                .start();
        signal("STOP", vm);
        long before = System.nanoTime();

        assertThatThrownBy(vm::close)
                .isInstanceOf(QemuExitException.class)
                .hasMessageStartingWith(
                        "QEMU \"vm\" hung, and was ended by SIGKILL, since neither \"quit\" nor SIGTERM ended it.\nQEMU \"vm\" (pid ");

        assertThat(vm.exitStatus()).hasValue(new ExitStatus(9, true));
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(10));
    }

    @Test
    void a_machine_that_the_test_kills_while_it_hangs_is_no_error() throws Exception {
        QemuMachine vm = QemuMachine.builder().start();
        signal("STOP", vm);

        vm.kill();
        vm.close();

        assertThat(vm.exitStatus()).hasValue(new ExitStatus(9, true));
    }

    @Test
    void a_machine_whose_monitor_the_test_has_closed_is_ended_by_sigterm_and_that_is_no_error() {
        QemuMachine vm = QemuMachine.builder().start();
        vm.qmp().close();

        vm.close();

        assertThat(vm.exitStatus()).hasValue(new ExitStatus(0, false));
    }

    @Test
    void an_interrupt_while_it_stops_does_not_make_it_a_violent_end() throws Exception {
        QemuMachine vm = QemuMachine.builder()
                .stopLimits(new StopLimits(SOON, SOON, SOON))
                .start();
        signal("STOP", vm);
        AtomicBoolean flag = new AtomicBoolean();
        Thread closer = new Thread(() -> {
            vm.close();
            flag.set(Thread.currentThread().isInterrupted());
        });
        closer.start();
        while (closer.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }

        closer.interrupt();
        closer.join(500);
        assertThat(closer.isAlive()).as("it still waits for the answer").isTrue();
        signal("CONT", vm);
        closer.join();

        assertThat(vm.exitStatus()).hasValue(new ExitStatus(0, false));
        assertThat(flag).as("the flag is still set").isTrue();
    }

    @Test
    void many_threads_may_close_it_at_once() throws InterruptedException {
        QemuMachine vm = QemuMachine.builder().start();
        List<Throwable> thrown = new CopyOnWriteArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Thread thread = new Thread(vm::close);
            thread.setUncaughtExceptionHandler((dead, failure) -> thrown.add(failure));
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(thrown).isEmpty();
        assertThat(vm.exitStatus()).hasValue(new ExitStatus(0, false));
    }
}
