package io.github.qmpjunit.qemu.state;

import static io.github.qmpjunit.qemu.LinuxGuest.shell;
import static io.github.qmpjunit.qmp.EventMatcher.event;
import static io.github.qmpjunit.qmp.QmpEvents.JOB_STATUS_CHANGE;
import static io.github.qmpjunit.qmp.QmpEvents.RESUME;
import static io.github.qmpjunit.qmp.QmpEvents.SHUTDOWN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.internal.ClientView;
import io.github.qmpjunit.qemu.LinuxGuest;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.disk.Disk;
import io.github.qmpjunit.qemu.guest.SerialConsole;
import io.github.qmpjunit.qemu.process.QemuException;
import io.github.qmpjunit.qemu.qtest.Qtest;
import io.github.qmpjunit.qmp.EventMatcher;
import io.github.qmpjunit.qmp.QmpErrorException;
import io.github.qmpjunit.qmp.QmpEvent;
import io.github.qmpjunit.qmp.QmpEventListener;
import io.github.qmpjunit.qmp.QmpTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 5, unit = TimeUnit.MINUTES)
public class SnapshotTest {

    private static final Duration LONG = Duration.ofMinutes(2);

    @Test
    void a_guest_goes_back_in_memory_and_is_not_booted_again() {
        try (QemuMachine vm = LinuxGuest.boot(LinuxGuest.builder().guestAgent())) {
            vm.guestAgent().awaitReady(LONG);
            String bootId = shell(vm, "cat /proc/sys/kernel/random/boot_id");
            shell(vm, "echo before >/tmp/marker");

            Snapshot booted = vm.snapshot();
            for (int round = 0; round < 5; round++) {
                assertThat(shell(vm, "cat /tmp/marker; echo after >/tmp/marker; cat /tmp/marker"))
                        .isEqualTo("before\nafter");
                booted.rewind();
            }

            assertThat(shell(vm, "cat /tmp/marker")).isEqualTo("before");
            assertThat(shell(vm, "cat /proc/sys/kernel/random/boot_id")).isEqualTo(bootId);
            assertThat(vm.console().output().text()).containsOnlyOnce("The guest is up");
        }
    }

    @Test
    void console_and_agent_go_on_after_a_rewind() {
        try (QemuMachine vm = LinuxGuest.boot(LinuxGuest.builder().guestAgent())) {
            vm.guestAgent().awaitReady(LONG);
            Snapshot booted = vm.snapshot();
            SerialConsole console = vm.console();
            console.sendLine("cd /tmp; echo the first $((1 + 1))");
            console.output().awaitText("the first 2", LONG);

            booted.rewind();

            console.sendLine("pwd; echo the second $((1 + 2))");
            console.output().awaitText("/root", LONG);
            console.output().awaitText("the second 3", LONG);
            assertThat(console.output().text()).contains("the first 2");
            assertThat(shell(vm, "echo and the agent")).isEqualTo("and the agent");
        }
    }

    @Test
    void a_drive_goes_back_with_the_memory(@TempDir Path dir) throws Exception {
        Path image = qcow2(dir);
        try (QemuMachine vm = LinuxGuest.boot(LinuxGuest.builder()
                .guestAgent()
                .blockNode(Map.of("driver", "file", "node-name", "file0", "filename", image))
                .blockNode(Map.of("driver", "qcow2", "node-name", "disk0", "file", "file0"))
                .device("virtio-blk-pci", Map.of("drive", "disk0")))) {
            vm.guestAgent().awaitReady(LONG);
            shell(vm, "echo before | dd of=/dev/vda conv=fsync");

            Snapshot booted = vm.snapshot();
            shell(vm, "echo after | dd of=/dev/vda conv=fsync");
            booted.rewind();

            assertThat(shell(vm, "dd if=/dev/vda iflag=direct bs=512 count=1 | head -n 1"))
                    .isEqualTo("before");
            booted.delete();
        }
    }

    private static Path qcow2(Path dir) {
        return Disk.qcow2(dir.resolve("disk.qcow2")).size("1M").create().path();
    }

    @Test
    void a_machine_without_guest_goes_back_too_and_stays_paused_if_it_was() {
        try (QemuMachine vm = QemuMachine.builder()
                .machine("pc")
                .memory("16M")
                .qtest()
                .paused()
                .start()) {
            vm.qtest().writel(0x1000, 1);
            Snapshot first = vm.snapshot();
            vm.qtest().writel(0x1000, 2);
            Snapshot second = vm.snapshot();
            vm.qtest().writel(0x1000, 3);

            first.rewind();
            assertThat(vm.qtest().readl(0x1000)).isEqualTo(1);
            second.rewind();
            assertThat(vm.qtest().readl(0x1000)).isEqualTo(2);
            vm.qmp().execute("cont");
            first.rewind();
            assertThat(vm.qtest().readl(0x1000)).isEqualTo(1);
            assertThat(vm.qmp().execute("query-status").path("running").asBoolean())
                    .isFalse();
        }
    }

    @Test
    void a_machine_that_was_running_runs_again_even_after_its_guest_has_panicked() {
        try (QemuMachine vm = QemuMachine.builder()
                .machine("pc")
                .memory("16M")
                .qtest()
                .args("-device", "pvpanic", "-action", "panic=pause")
                .start()) {
            Snapshot fine = vm.snapshot();
            vm.qtest().outb(0x505, 1);
            assertThat(vm.qmp().execute("query-status").path("status").asString())
                    .isEqualTo("guest-panicked");

            fine.rewind();

            assertThat(vm.qmp().execute("query-status").path("status").asString())
                    .isEqualTo("running");
            vm.qmp().execute("stop");
            fine.rewind();
            assertThat(vm.qmp().execute("query-status").path("status").asString())
                    .isEqualTo("running");
        }
    }

    @Test
    void a_machine_whose_guest_has_shut_down_runs_again() {
        try (QemuMachine vm = QemuMachine.builder()
                        .machine("pc")
                        .memory("16M")
                        .qtest()
                        .args("-no-shutdown")
                        .start();
                QmpEventListener ends = vm.qmp().listen(SHUTDOWN)) {
            Snapshot fine = vm.snapshot();
            vm.qmp().execute("stop"); // the firmware, which gives it the same ports, must not meddle
            configurePowerManagement(vm.qtest());
            vm.qmp().execute("cont");
            vm.qtest().outw(0x604, 0x2000); // S5
            ends.next(LONG);
            assertThat(vm.qmp().execute("query-status").path("status").asString())
                    .isEqualTo("shutdown");

            fine.rewind();

            assertThat(vm.qmp().execute("query-status").path("status").asString())
                    .isEqualTo("running");
        }
    }

    /** Give the power management of a PIIX4 its ports. */
    private static void configurePowerManagement(Qtest qtest) {
        qtest.outl(0xcf8, 0x80000b40);
        qtest.outl(0xcfc, 0x601);
        qtest.outl(0xcf8, 0x80000b80);
        qtest.outb(0xcfc, 1);
    }

    @Test
    void events_before_a_rewind_are_forgotten_but_by_listeners_that_were_registered() {
        try (QemuMachine vm = QemuMachine.builder().machine("pc").memory("16M").start()) {
            Snapshot fine = vm.snapshot();
            vm.qmp().execute("stop");
            try (QmpEventListener ours = vm.qmp().listen(RESUME)) {
                fine.rewind();

                assertThat(vm.qmp().events().pending()).isEmpty();
                assertThat(ClientView.of(vm.qmp())
                                .assertionEvents(QmpEventListener.class)
                                .pending())
                        .isEmpty();
                assertThat(ours.pending()).extracting(QmpEvent::name).contains("RESUME");
            }
            vm.qmp().execute("stop");
            assertThat(vm.qmp().events().pending()).extracting(QmpEvent::name).containsExactly("STOP");
        }
    }

    @Test
    void a_drive_that_has_no_snapshots_is_named(@TempDir Path dir) throws Exception {
        Path image = Files.write(dir.resolve("raw"), new byte[1 << 20]);
        try (QemuMachine vm = QemuMachine.builder()
                .machine("pc")
                .memory("16M")
                .blockNode(Map.of("driver", "file", "node-name", "file0", "filename", image))
                .blockNode(Map.of("driver", "raw", "node-name", "raw0", "file", "file0"))
                .device("virtio-blk-pci", Map.of("drive", "raw0"))
                .start()) {
            assertThatThrownBy(vm::snapshot)
                    .isInstanceOf(QemuException.class)
                    .hasMessageStartingWith("Cannot take a snapshot of machine \"vm\": ")
                    .hasMessageContaining("raw0")
                    .hasMessageEndingWith(". Its devices must be migratable, and each drive qcow2 or read-only");
        }
    }

    @Test
    void a_read_only_drive_is_no_obstacle(@TempDir Path dir) throws Exception {
        Path image = Files.write(dir.resolve("raw"), new byte[1 << 20]);
        try (QemuMachine vm = QemuMachine.builder()
                .machine("pc")
                .memory("16M")
                .blockNode(Map.of("driver", "file", "node-name", "file0", "filename", image, "read-only", true))
                .device("virtio-blk-pci", Map.of("drive", "file0"))
                .start()) {
            vm.snapshot().rewind();
        }
    }

    @Test
    void a_device_that_cannot_be_saved_is_named(@TempDir Path dir) throws Exception {
        Path image = Files.write(dir.resolve("raw"), new byte[1 << 20]);
        try (QemuMachine vm = QemuMachine.builder()
                .machine("q35")
                .memory("16M")
                .blockNode(Map.of("driver", "file", "node-name", "file0", "filename", image, "read-only", true))
                .device("nvme", Map.of("drive", "file0", "serial", "1", "id", "nvme0"))
                .start()) {
            assertThatThrownBy(vm::snapshot)
                    .isInstanceOf(QemuException.class)
                    .hasMessageContaining("non-migratable device")
                    .hasMessageContaining("nvme");
            assertThat(vm.qmp().execute("query-status").path("status").asString())
                    .isEqualTo("running");
        }
    }

    @Test
    void a_job_that_is_under_way_is_named(@TempDir Path dir) throws Exception {
        Path image = Files.write(dir.resolve("raw"), new byte[1 << 20]);
        Path copy = Files.write(dir.resolve("copy"), new byte[1 << 20]);
        try (QemuMachine vm = QemuMachine.builder()
                .machine("pc")
                .memory("16M")
                .blockNode(Map.of("driver", "file", "node-name", "from", "filename", image))
                .blockNode(Map.of("driver", "file", "node-name", "to", "filename", copy))
                .start()) {
            Snapshot fine = vm.snapshot();
            vm.qmp()
                    .execute(
                            "blockdev-mirror",
                            Map.of("job-id", "mirror0", "device", "from", "target", "to", "sync", "full"));

            assertThatThrownBy(vm::snapshot)
                    .isInstanceOf(QemuException.class)
                    .hasMessageStartingWith(
                            "Cannot take a snapshot of machine \"vm\": it is at work on \"mirror0\" (mirror, ");
            assertThatThrownBy(fine::rewind)
                    .isInstanceOf(QemuException.class)
                    .hasMessageStartingWith("Cannot rewind machine \"vm\": it is at work on \"mirror0\" (mirror, ");
            vm.qmp().execute("job-cancel", Map.of("id", "mirror0"));
        }
    }

    @Test
    void one_that_could_not_be_begun_can_be_taken_later() {
        try (QemuMachine vm = QemuMachine.builder().machine("pc").memory("16M").start()) {
            assertThatThrownBy(() -> vm.snapshot(Duration.ZERO)).isInstanceOf(QmpTimeoutException.class);
            vm.qmp().events().next(event(JOB_STATUS_CHANGE).withData("status", "concluded"), LONG);

            vm.snapshot().rewind();
        }
    }

    @Test
    void nothing_stays_of_one_that_took_too_long() {
        try (QemuMachine vm = QemuMachine.builder().machine("pc").memory("16M").start();
                QmpEventListener jobs = vm.qmp().listen(event(JOB_STATUS_CHANGE).withData("status", "null"))) {
            assertThatThrownBy(() -> vm.snapshot(Duration.ZERO)).isInstanceOf(QmpTimeoutException.class);
            jobs.next(ofJob("blockdev-create"), LONG);

            vm.snapshot().rewind();
            jobs.next(ofJob("snapshot-save"), LONG);
            assertThatThrownBy(() -> vm.snapshot(Duration.ZERO)).isInstanceOf(QmpTimeoutException.class);
            jobs.next(ofJob("snapshot-save"), LONG);
            jobs.next(ofJob("snapshot-delete"), LONG);

            assertThat(vm.qmp().execute("query-jobs")).isEmpty();
            assertThat(vm.qmp().execute("query-named-block-nodes").toString()).containsOnlyOnce("\"vm-state-size\"");
        }
    }

    private static EventMatcher ofJob(String type) {
        return event(JOB_STATUS_CHANGE)
                .where("of a " + type, change -> change.data("id").asString().contains(type));
    }

    @Test
    void one_for_which_a_name_is_taken_can_be_taken_when_it_is_free() {
        try (QemuMachine vm = QemuMachine.builder().machine("pc").memory("16M").start()) {
            vm.qmp().execute("blockdev-add", Map.of("driver", "null-co", "node-name", "qmp-junit-scratch-1"));
            assertThatThrownBy(vm::snapshot)
                    .isInstanceOf(QmpErrorException.class)
                    .hasMessageContaining("qmp-junit-scratch");
            assertThat(vm.qmp().execute("query-named-block-nodes")).hasSize(1);
            vm.qmp().execute("blockdev-del", Map.of("node-name", "qmp-junit-scratch-1"));

            vm.snapshot().rewind();
        }
    }

    @Test
    void a_deleted_snapshot_cannot_be_loaded() {
        try (QemuMachine vm = QemuMachine.builder().machine("pc").memory("16M").start()) {
            List<Snapshot> both = List.of(vm.snapshot(), vm.snapshot());
            both.get(0).delete();

            assertThatThrownBy(both.get(0)::rewind)
                    .isInstanceOf(QemuException.class)
                    .hasMessageStartingWith("Cannot rewind machine \"vm\": ");
            both.get(1).rewind();
        }
    }
}
