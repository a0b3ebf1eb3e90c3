package com.example;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.qmp.QmpEvents.RESUME;
import static io.github.qmpjunit.qmp.QmpEvents.STOP;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.junit.Vm;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qmp.QmpClient;
import org.junit.jupiter.api.Test;

@QemuTest
@Vm(
        machine = "q35",
        args = {"-m", "64"})
class StopContTest {

    @Test
    void stop_and_cont(QemuMachine vm, QmpClient qmp) {
        qmp.execute("stop");
        assertThat(qmp).awaitEvent(STOP);
        assertThat(vm).awaitStatus("paused");

        qmp.execute("cont");
        assertThat(qmp).awaitEvent(RESUME);
        assertThat(vm).awaitStatus("running");
    }
}
