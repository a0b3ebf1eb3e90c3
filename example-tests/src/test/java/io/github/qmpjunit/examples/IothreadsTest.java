package io.github.qmpjunit.examples;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.examples.Disks.SIZE;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.junit.Vm;
import io.github.qmpjunit.junit.VmFactory;
import io.github.qmpjunit.qemu.QemuMachineBuilder;
import io.github.qmpjunit.qmp.QmpClient;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Disks in iothreads of their own: a transaction still catches both at one moment. */
@QemuTest
@Vm(machine = "q35", paused = true, factory = IothreadsTest.TwoDisksInTwoThreads.class)
class IothreadsTest {

    static final class TwoDisksInTwoThreads implements VmFactory {

        @Override
        public void define(QemuMachineBuilder vm, ExtensionContext context) {
            for (String disk : List.of("disk0", "disk1")) {
                vm.blockNode(Map.of("driver", "null-co", "node-name", disk, "size", SIZE))
                        .blockNode(Map.of("driver", "null-co", "node-name", disk + "-copy", "size", SIZE))
                        .object("iothread", Map.of("id", disk + "-thread"))
                        .device("virtio-blk-pci", Map.of("drive", disk, "iothread", disk + "-thread"));
            }
        }
    }

    @Test
    void backs_up_disks_of_two_iothreads_at_one_moment(QmpClient qmp) {
        assertThat(qmp)
                .executing("query-iothreads")
                .returnsSatisfying(threads -> assertThat(threads).hasSize(2));

        qmp.execute("transaction", Map.of("actions", List.of(backup("disk0"), backup("disk1"))));

        assertThat(qmp).job("disk0-backup").succeeds();
        assertThat(qmp).job("disk1-backup").succeeds();
    }

    private static Map<String, ?> backup(String disk) {
        Map<String, String> data =
                Map.of("job-id", disk + "-backup", "device", disk, "target", disk + "-copy", "sync", "full");
        return Map.of("type", "blockdev-backup", "data", data);
    }
}
