package io.github.qmpjunit.examples;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.junit.Scope;
import io.github.qmpjunit.junit.Vm;
import io.github.qmpjunit.qmp.QmpClient;
import org.junit.jupiter.api.Test;

/** Many questions to one machine: it starts once for the class, and the tests take turns. */
@QemuTest
@Vm(
        machine = "q35",
        args = {"-m", "64", "-smp", "2"},
        paused = true,
        scope = Scope.CLASS)
class SharedMachineTest {

    @Test
    void it_has_the_memory_that_it_was_given(QmpClient qmp) {
        assertThat(qmp).executing("query-memory-size-summary").returns("base-memory", 64 << 20);
    }

    @Test
    void it_has_a_second_processor(QmpClient qmp) {
        assertThat(qmp).executing("query-cpus-fast").returns("[1].cpu-index", 1);
    }

    @Test
    void its_guest_has_not_begun(QmpClient qmp) {
        assertThat(qmp).executing("query-status").returns("status", "prelaunch");
    }
}
