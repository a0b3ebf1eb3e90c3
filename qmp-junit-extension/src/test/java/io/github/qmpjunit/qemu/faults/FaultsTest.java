package io.github.qmpjunit.qemu.faults;

import static io.github.qmpjunit.qmp.EventMatcher.event;
import static io.github.qmpjunit.qmp.QmpEvents.JOB_STATUS_CHANGE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.QemuMachineBuilder;
import io.github.qmpjunit.qemu.disk.Disk;
import io.github.qmpjunit.qemu.disk.DiskExtent;
import io.github.qmpjunit.qemu.process.ExitStatus;
import io.github.qmpjunit.qemu.process.QemuException;
import io.github.qmpjunit.qemu.qtest.Qtest;
import io.github.qmpjunit.qemu.wiring.FaultyNode;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpErrorException;
import io.github.qmpjunit.qmp.QmpEventListener;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

public class FaultsTest {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final int SIZE = 4 << 20;

    private static QemuMachineBuilder machine() {
        return QemuMachine.builder()
                .machine("q35")
                .paused()
                .faultyDisk("disk0", nullDisk())
                .blockNode(Map.of("driver", "null-co", "node-name", "other", "size", SIZE));
    }

    private static Map<String, Object> nullDisk() {
        return Map.of("driver", "null-co", "size", SIZE);
    }

    private static QemuMachineBuilder machineThatUsesIt() {
        return machine().device("virtio-scsi-pci", Map.of()).device("scsi-hd", Map.of("drive", "disk0"));
    }

    /** Copy one node to the other, and return the error; an empty string if there was none. */
    private static String copy(QmpClient qmp, String from, String to) {
        try (QmpEventListener events = startToCopy(qmp, from, to)) {
            return outcome(qmp, events);
        }
    }

    private static QmpEventListener startToCopy(QmpClient qmp, String from, String to) {
        QmpEventListener events = qmp.listen(event(JOB_STATUS_CHANGE).withData("status", "concluded"));
        qmp.execute(
                "blockdev-backup",
                Map.of("job-id", "copy", "device", from, "target", to, "sync", "full", "auto-dismiss", false));
        return events;
    }

    private static String outcome(QmpClient qmp, QmpEventListener events) {
        events.next(SOON);
        JsonNode job = qmp.execute("query-jobs").path(0);
        qmp.execute("job-dismiss", Map.of("id", "copy"));
        return job.path("error").asString("");
    }

    @Test
    void a_disk_in_use_fails_to_read_until_the_fault_is_undone() {
        try (QemuMachine vm = machineThatUsesIt().start()) {
            assertThat(copy(vm.qmp(), "disk0", "other")).isEmpty();
            try (Fault fault = vm.faults().failReads("disk0")) {
                assertThat(fault).hasToString("disk \"disk0\" fails with error 5: [READ]");
                assertThat(copy(vm.qmp(), "disk0", "other")).isEqualTo("Input/output error");
            }
            assertThat(copy(vm.qmp(), "disk0", "other")).isEmpty();
        }
    }

    @Test
    void a_disk_fails_to_write_in_the_way_that_is_asked_for() {
        try (QemuMachine vm = machine().start()) {
            try (Fault fault = vm.faults().fillUp("disk0")) {
                assertThat(copy(vm.qmp(), "other", "disk0")).as("%s", fault).isEqualTo("No space left on device");
                assertThat(copy(vm.qmp(), "disk0", "other")).isEmpty();
            }
            try (Fault fault = vm.faults().failWrites("disk0")) {
                assertThat(copy(vm.qmp(), "other", "disk0")).as("%s", fault).isEqualTo("Input/output error");
            }
            assertThat(copy(vm.qmp(), "other", "disk0")).isEmpty();
        }
    }

    @Test
    void faults_of_one_disk_add_up_and_are_undone_in_any_order() {
        try (QemuMachine vm = machine().start()) {
            Fault reads = vm.faults().failReads("disk0");
            Fault again = vm.faults().failReads("disk0");
            Fault writes = vm.faults().failWrites("disk0");
            reads.close();
            reads.close();
            assertThat(copy(vm.qmp(), "disk0", "other")).isEqualTo("Input/output error");
            assertThat(copy(vm.qmp(), "other", "disk0")).isEqualTo("Input/output error");
            again.close();
            assertThat(copy(vm.qmp(), "disk0", "other")).isEmpty();
            assertThat(copy(vm.qmp(), "other", "disk0")).isEqualTo("Input/output error");
            writes.close();
            assertThat(copy(vm.qmp(), "other", "disk0")).isEmpty();
            assertThat(vm.qmp().execute("query-named-block-nodes"))
                    .as("no node of ours is left")
                    .hasSize(3);
        }
    }

    /** Not by a job: an older QEMU drains the disk after the job has begun, which lets its first requests pass. */
    @Test
    void a_disk_stalls_from_the_first_request_on_until_the_fault_is_undone(@TempDir Path folder) throws Exception {
        Path socket = folder.resolve("nbd");
        try (QemuMachine vm = machineThatUsesIt().start()) {
            vm.qmp()
                    .execute(
                            "nbd-server-start",
                            Map.of("addr", Map.of("type", "unix", "data", Map.of("path", socket.toString()))));
            vm.qmp().execute("block-export-add", Map.of("type", "nbd", "id", "export0", "node-name", "disk0"));
            assertThat(startToRead(socket).waitFor()).isZero();

            Fault stall = vm.faults().stall("disk0");
            Process reader = startToRead(socket);
            assertThat(reader.waitFor(500, TimeUnit.MILLISECONDS)).isFalse();
            stall.close();
            assertThat(reader.waitFor()).isZero();
        }
    }

    @Test
    void a_limit_that_could_not_be_set_does_not_count_with_the_next_one() {
        try (QemuMachine vm = machine().start()) {
            vm.qmp().execute("blockdev-del", Map.of("node-name", "disk0"));
            assertThatThrownBy(() -> vm.faults().stall("disk0"))
                    .isInstanceOf(QemuException.class)
                    .hasMessageContaining("is not there any more, so it cannot stall");
            assertThat(limit(vm, "bps-total")).isZero();

            vm.qmp().execute("blockdev-add", FaultyNode.top("disk0", false, "disk0-image"));
            try (Fault slow = vm.faults().slow("disk0", 100)) {
                assertThat(limit(vm, "bps-total")).as("%s", slow).isZero();
                assertThat(limit(vm, "iops-total")).isEqualTo(100);
            }
        }
    }

    private static long limit(QemuMachine vm, String which) {
        return vm.qmp()
                .execute("qom-get", Map.of("path", "/objects/disk0-limits", "property", "limits"))
                .path(which)
                .asLong();
    }

    private static Process startToRead(Path socket) throws IOException {
        return new ProcessBuilder(
                        "qemu-io",
                        "-r",
                        "-f",
                        "raw",
                        "-c",
                        "read -q 0 4k",
                        "nbd:unix:%s:exportname=disk0".formatted(socket))
                .inheritIO()
                .start();
    }

    @Test
    void a_machine_whose_disk_stalls_ends_as_it_should() {
        QemuMachine vm = machine().start();
        Fault stall = vm.faults().stall("disk0");
        startToCopy(vm.qmp(), "disk0", "other").close();

        vm.close();

        assertThat(vm.exitStatus()).hasValue(new ExitStatus(0, false));
        stall.close();
        vm.faults().close();
    }

    @Test
    void a_disk_is_slow_until_the_fault_is_undone() {
        try (QemuMachine vm = machine().start()) {
            Fault slow = vm.faults().slow("disk0", 1);
            Fault lessSo = vm.faults().slow("disk0", 1000);
            assertThat(limits(vm).path("iops-total").asInt()).isEqualTo(1);
            slow.close();
            assertThat(limits(vm).path("iops-total").asInt()).isEqualTo(1000);
            Fault stall = vm.faults().stall("disk0");
            assertThat(limits(vm).path("bps-total").asInt()).isEqualTo(1);
            lessSo.close();
            assertThat(limits(vm).path("bps-total").asInt()).isEqualTo(1);
            stall.close();
            assertThat(limits(vm).path("iops-total").asInt()).isZero();
            assertThat(limits(vm).path("bps-total").asInt()).isZero();
            assertThatThrownBy(() -> vm.faults().slow("disk0", 0)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static JsonNode limits(QemuMachine vm) {
        return vm.qmp().execute("qom-get", Map.of("path", "/objects/disk0-limits", "property", "limits"));
    }

    @Test
    void what_is_left_is_undone_together() {
        try (QemuMachine vm = machine().start()) {
            vm.faults().failReads("disk0");
            vm.faults().stall("disk0");

            vm.faults().close();

            assertThat(copy(vm.qmp(), "disk0", "other")).isEmpty();
        }
    }

    @Test
    void a_disk_may_be_read_only() {
        try (QemuMachine vm = QemuMachine.builder()
                .faultyDisk("disk0", Map.of("driver", "null-co", "size", SIZE, "read-only", true))
                .start()) {
            Fault fault = vm.faults().failReads("disk0");
            fault.close();
            assertThat(vm.qmp().execute("query-named-block-nodes"))
                    .allMatch(node -> node.path("ro").asBoolean());
        }
    }

    @Test
    void a_link_is_down_until_the_fault_is_undone() {
        try (QemuMachine vm = QemuMachine.builder()
                .machine("q35")
                .paused()
                .qtest()
                .netdev("hubport", Map.of("id", "net0", "hubid", 0))
                .device("rtl8139", Map.of("netdev", "net0", "addr", "3"))
                .start()) {
            Qtest qtest = vm.qtest();
            qtest.outl(0xCF8, 0x8000_1810L); // slot 3, BAR 0
            qtest.outl(0xCFC, 0xC000);
            qtest.outl(0xCF8, 0x8000_1804L); // slot 3, command register
            qtest.outw(0xCFC, 1);
            assertThat(isDown(qtest)).isFalse();

            try (Fault fault = vm.faults().linkDown("net0")) {
                assertThat(isDown(qtest)).as("%s", fault).isTrue();
            }
            assertThat(isDown(qtest)).isFalse();
            assertThatThrownBy(() -> vm.faults().linkDown("nope")).isInstanceOf(QmpErrorException.class);
        }
    }

    /** MEDIASTATUS' inverse link bit (Realtek's data sheet of the RTL8139C). */
    private static boolean isDown(Qtest qtest) {
        return (qtest.inb(0xC058) & 4) != 0;
    }

    @Test
    void a_machine_with_an_nmi_gets_it() {
        try (QemuMachine vm = machine().start();
                QemuMachine none = QemuMachine.builder().start()) {
            vm.faults().nmi();
            assertThatThrownBy(() -> none.faults().nmi()).isInstanceOf(QmpErrorException.class);
        }
    }

    @Test
    void a_fault_that_cannot_be_undone_is_still_open() {
        try (QemuMachine vm = machine().start()) {
            vm.faults().failWrites("disk0");
            Fault reads = vm.faults().failReads("disk0");
            // The nodes that its undoing adds cannot be added: other ones have their names.
            addOther(vm, "disk0-error3");
            addOther(vm, "disk0-error4");
            assertThatThrownBy(reads::close).isInstanceOf(QmpErrorException.class);
            assertThatThrownBy(() -> vm.faults().close()).isInstanceOf(QmpErrorException.class);
            assertThat(copy(vm.qmp(), "disk0", "other")).isEqualTo("Input/output error");
            assertThat(copy(vm.qmp(), "other", "disk0"))
                    .as("the other one is undone")
                    .isEmpty();

            reads.close();
            assertThat(copy(vm.qmp(), "disk0", "other")).isEmpty();
        }
    }

    private static void addOther(QemuMachine vm, String name) {
        vm.qmp().execute("blockdev-add", Map.of("driver", "null-co", "node-name", name, "size", SIZE));
    }

    @Test
    void a_power_loss_takes_what_was_not_flushed(@TempDir Path folder) throws Exception {
        Disk disk = Disk.qcow2(folder.resolve("disk.qcow2")).size("4M").create();
        QemuMachine vm = QemuMachine.builder()
                .faultyDisk(
                        "disk0", Map.of("driver", "qcow2", "file", Map.of("driver", "file", "filename", disk.path())))
                .start();
        vm.qemuIo("disk0", "write -P 1 0 64k");
        vm.qmp().execute("human-monitor-command", Map.of("command-line", "qemu-io disk0 \"flush\""));
        vm.qemuIo("disk0", "write -P 2 1M 64k");

        vm.faults().powerLoss();

        assertThat(vm.exitStatus()).hasValue(new ExitStatus(9, true));
        vm.close();
        assertThat(disk.whileInUse().map())
                .as("allocated: what was flushed, and nothing else")
                .filteredOn(DiskExtent::isData)
                .containsExactly(new DiskExtent(0, 65536, 0, false, true));
    }

    @Test
    void a_disk_that_is_not_prepared_for_it_is_refused() {
        try (QemuMachine vm = machine().start()) {
            assertThatThrownBy(() -> vm.faults().stall("other"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("no disk \"other\"")
                    .hasMessageContaining("it has [disk0]");
        }
        assertThatThrownBy(() -> QemuMachine.builder().faultyDisk("a-name-of-21-letters-", nullDisk()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("20 characters");
    }
}
