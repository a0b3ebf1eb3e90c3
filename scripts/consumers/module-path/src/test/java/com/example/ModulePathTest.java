package com.example;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.qmp.QmpEvents.STOP;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.assertj.QmpAssertions;
import io.github.qmpjunit.junit.EnabledIfQemu;
import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.junit.Vm;
import io.github.qmpjunit.qapi.QueryStatus;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qmp.QmpClient;
import org.junit.jupiter.api.Test;

@QemuTest
class ModulePathTest {

    @Test
    void everything_is_a_module() {
        assertThat(getClass().getModule().getName()).isEqualTo("com.example.tests");
        assertThat(QemuTest.class.getModule().getName()).isEqualTo("io.github.qmpjunit");
        assertThat(QmpAssertions.class.getModule().getName()).isEqualTo("io.github.qmpjunit.assertj");
        assertThat(QueryStatus.class.getModule().getName()).isEqualTo("io.github.qmpjunit.qapi");
    }

    @Test
    @EnabledIfQemu(machine = "q35")
    @Vm(machine = "q35")
    void stops(QemuMachine vm, QmpClient qmp) {
        qmp.execute("stop");

        assertThat(qmp).awaitEvent(STOP);
        assertThat(vm).awaitStatus("paused");
    }
}
