package io.github.qmpjunit.examples;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.junit.Vm;
import io.github.qmpjunit.qemu.qtest.Qtest;
import io.github.qmpjunit.qmp.QmpClient;
import java.util.Map;
import org.junit.jupiter.api.Test;

@QemuTest
@Vm(
        machine = "q35",
        args = {"-m", "128"}, // with less, QEMU does not look
        paused = true)
class DirtyRateTest {

    @Test
    void memory_that_is_written_counts_as_dirty(QmpClient qmp, Qtest guest) {
        qmp.execute("calc-dirty-rate", Map.of("calc-time", 1));
        for (int value = 1; isMeasuring(qmp); value++) {
            guest.memset(0x100000, 64 << 20, value % 256);
        }

        assertThat(qmp).executing("query-dirty-rate").returns("status", "measured");
        assertThat(qmp.execute("query-dirty-rate").path("dirty-rate").asInt())
                .as("MiB/s")
                .isPositive();
    }

    private static boolean isMeasuring(QmpClient qmp) {
        return !qmp.execute("query-dirty-rate").path("status").asString().equals("measured");
    }
}
