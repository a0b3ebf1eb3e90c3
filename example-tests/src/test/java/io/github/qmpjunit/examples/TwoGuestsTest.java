package io.github.qmpjunit.examples;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;

import io.github.qmpjunit.junit.QemuExtension;
import io.github.qmpjunit.junit.Vm;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.QemuMachineBuilder;
import io.github.qmpjunit.qemu.faults.Fault;
import io.github.qmpjunit.qemu.guest.GuestAgent;
import io.github.qmpjunit.qemu.guest.GuestProgram;
import io.github.qmpjunit.qemu.guest.GuestProgramResult;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Two guests with a wire between them, which no other test can see. */
@DisabledIfSystemProperty(named = "qmpjunit.guest", matches = "none")
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class TwoGuestsTest {

    @TempDir
    static Path dir;

    @RegisterExtension
    static final QemuExtension qemu = QemuExtension.builder()
            .vm("left", vm -> define(vm, "left", "right"))
            .vm("right", vm -> define(vm, "right", "left"))
            .build();

    private static void define(QemuMachineBuilder vm, String mine, String theirs) {
        Map<String, ?> wire = Map.of(
                "id", "wire",
                "local.type", "unix",
                "local.path", dir.resolve(mine),
                "remote.type", "unix",
                "remote.path", dir.resolve(theirs));
        LinuxGuest.define(vm)
                .netdev("dgram", wire)
                .device("virtio-net-pci", Map.of("netdev", "wire", "mac", "52:54:00:00:00:0" + mine.length()));
    }

    @Test
    void they_reach_each_other_unless_the_link_is_down(
            @Vm("left") QemuMachine leftVm, @Vm("left") GuestAgent left, @Vm("right") GuestAgent right) {
        connect(left, "10.0.0.1/24");
        connect(right, "10.0.0.2/24");
        assertThat(ping(left, "10.0.0.2", 5)).succeeds();

        try (Fault down = leftVm.faults().linkDown("wire")) {
            assertThat(ping(right, "10.0.0.1", 1)).as("%s", down).hasExitStatus(1);
        }
        assertThat(ping(right, "10.0.0.1", 5)).succeeds();
    }

    private static void connect(GuestAgent guest, String address) {
        guest.awaitReady(LinuxGuest.BOOT);
        assertThat(guest.run("ip", "address", "add", address, "dev", "eth0")).succeeds();
        assertThat(guest.run("ip", "link", "set", "eth0", "up")).succeeds();
    }

    private static GuestProgramResult ping(GuestAgent guest, String address, int times) {
        return guest.run(
                GuestProgram.of("ping", "-c", Integer.toString(times), address).withTimeLimit(Duration.ofMinutes(2)));
    }
}
