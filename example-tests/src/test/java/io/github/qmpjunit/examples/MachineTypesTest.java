package io.github.qmpjunit.examples;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.qmp.QmpEvents.POWERDOWN;
import static io.github.qmpjunit.qmp.QmpEvents.RESET;

import io.github.qmpjunit.junit.QemuMatrix;
import io.github.qmpjunit.junit.Vm;
import io.github.qmpjunit.qmp.QmpClient;
import org.junit.jupiter.api.Test;

/** All of it on each machine type; with {@code qmpjunit.matrix.binaries}, on each of several QEMUs as well. */
@QemuMatrix(machines = {"pc", "q35", "microvm"})
@Vm(args = {"-m", "64"})
class MachineTypesTest {

    @Test
    void the_power_button_works(QmpClient qmp) {
        qmp.execute("system_powerdown");

        assertThat(qmp).awaitEvent(POWERDOWN);
    }

    @Test
    void the_reset_button_works(QmpClient qmp) {
        qmp.execute("system_reset");

        assertThat(qmp).awaitEvent(RESET).withData("guest", false);
    }
}
