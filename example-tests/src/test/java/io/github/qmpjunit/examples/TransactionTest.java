package io.github.qmpjunit.examples;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.examples.Disks.SIZE;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.junit.Vm;
import io.github.qmpjunit.junit.VmFactory;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.QemuMachineBuilder;
import io.github.qmpjunit.qmp.QmpClient;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The actions of a transaction happen at one moment, and all of them or none. */
@QemuTest
@Vm(factory = TransactionTest.ThreeDisks.class)
class TransactionTest {

    /** The first one's backups go to the others. */
    static final class ThreeDisks implements VmFactory {

        @Override
        public void define(QemuMachineBuilder vm, ExtensionContext context) {
            vm.blockNode(Map.of("driver", "null-co", "node-name", "disk", "size", SIZE))
                    .blockNode(Map.of("driver", "null-co", "node-name", "copy0", "size", SIZE))
                    .faultyDisk("copy1", Map.of("driver", "null-co", "size", SIZE));
        }
    }

    @Test
    void begins_several_backups_at_one_moment(QmpClient qmp) {
        qmp.execute("transaction", Map.of("actions", List.of(backup("job0", "copy0"), backup("job1", "copy1"))));

        assertThat(qmp).job("job1").succeeds();
        assertThat(qmp).job("job0").succeeds();
    }

    @Test
    void undoes_what_it_began_when_one_action_is_refused(QmpClient qmp) {
        Map<String, ?> bitmap =
                Map.of("type", "block-dirty-bitmap-add", "data", Map.of("node", "disk", "name", "bitmap0"));
        List<Map<String, ?>> actions = List.of(bitmap, backup("job0", "copy0"), backup("job1", "nowhere"));

        assertThat(qmp).executing("transaction", Map.of("actions", actions)).failsWithDescriptionContaining("nowhere");

        assertThat(qmp).awaitNoJobs();
        assertThat(Disks.info(qmp, "disk").has("dirty-bitmaps")).isFalse();
    }

    @Test
    void calls_off_all_its_jobs_when_one_of_them_fails(QemuMachine vm, QmpClient qmp) {
        vm.faults().fillUp("copy1");
        List<Map<String, ?>> actions = List.of(backup("job0", "copy0"), backup("job1", "copy1"));
        qmp.execute("transaction", Map.of("actions", actions, "properties", Map.of("completion-mode", "grouped")));

        assertThat(qmp).job("job1").failsWithErrorContaining("No space left");
        assertThat(qmp).job("job0").endsCancelled();
    }

    private static Map<String, ?> backup(String job, String target) {
        Map<String, String> data = Map.of("job-id", job, "device", "disk", "target", target, "sync", "full");
        return Map.of("type", "blockdev-backup", "data", data);
    }
}
