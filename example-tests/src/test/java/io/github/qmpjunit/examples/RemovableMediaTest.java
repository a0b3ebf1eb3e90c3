package io.github.qmpjunit.examples;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.qmp.QmpEvents.DEVICE_TRAY_MOVED;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.junit.Vm;
import io.github.qmpjunit.qmp.QmpClient;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A CD changer: the tray opens, the disc is changed, the tray closes, and each movement is told. */
@QemuTest
@Vm(
        machine = "q35",
        paused = true,
        args = {
            "-m", "64",
            "-device", "virtio-scsi-pci",
            "-device", "scsi-cd,id=cd0",
            "-blockdev", "null-co,node-name=disc,read-only=on"
        })
class RemovableMediaTest {

    @Test
    void changes_the_disc(QmpClient qmp) {
        qmp.execute("blockdev-open-tray", Map.of("id", "cd0"));
        qmp.execute("blockdev-insert-medium", Map.of("id", "cd0", "node-name", "disc"));
        qmp.execute("blockdev-close-tray", Map.of("id", "cd0"));

        assertThat(qmp)
                .awaitEvent(DEVICE_TRAY_MOVED)
                .withData("tray-open", true)
                .thenEvent(DEVICE_TRAY_MOVED)
                .withData("tray-open", false);
        assertThat(qmp).executing("query-block").returns("[0].inserted.node-name", "disc");
    }
}
