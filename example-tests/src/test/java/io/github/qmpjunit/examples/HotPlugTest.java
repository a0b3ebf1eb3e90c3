package io.github.qmpjunit.examples;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.qmp.QmpEvents.DEVICE_DELETED;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.junit.Vm;
import io.github.qmpjunit.qmp.QmpClient;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Devices come and go while a machine runs; one that is unplugged has gone when DEVICE_DELETED says so. */
@QemuTest
@Vm(
        machine = "q35",
        paused = true,
        args = {"-m", "64", "-device", "virtio-scsi-pci", "-blockdev", "null-co,node-name=disk"})
class HotPlugTest {

    @Test
    void plugs_and_unplugs_a_disk(QmpClient qmp) {
        qmp.execute("device_add", Map.of("driver", "scsi-hd", "id", "hd0", "drive", "disk"));
        assertThat(qmp).executing("blockdev-del", Map.of("node-name", "disk")).failsWithDescriptionContaining("in use");

        qmp.execute("device_del", Map.of("id", "hd0"));

        assertThat(qmp).awaitEvent(DEVICE_DELETED).withData("device", "hd0");
        assertThat(qmp).executing("blockdev-del", Map.of("node-name", "disk")).succeeds();
    }

    @Test
    void cannot_unplug_what_is_not_there(QmpClient qmp) {
        assertThat(qmp).executing("device_del", Map.of("id", "hd0")).failsWith("DeviceNotFound");
    }
}
