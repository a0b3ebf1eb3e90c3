package io.github.qmpjunit.examples.iotests;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpCommand;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** QEMU's I/O test 283: a backup's filter refuses other writers below its source, and goes with the job. */
@QemuTest
class BackupFilter283Test {

    @Test
    void another_writer_below_the_source_prevents_the_backup(QmpClient qmp) {
        Map<String, ?> base = Map.of("driver", "null-co", "node-name", "base", "size", 1 << 20);
        qmp.execute("blockdev-add", Map.of("driver", "null-co", "node-name", "target", "size", 1 << 20));
        qmp.execute("blockdev-add", Map.of("driver", "blkdebug", "node-name", "source", "image", base));
        qmp.execute(
                "blockdev-add",
                Map.of(
                        "driver",
                        "blkdebug",
                        "node-name",
                        "other",
                        "image",
                        "base",
                        "take-child-perms",
                        List.of("write")));

        assertThat(qmp)
                .executing(
                        "blockdev-backup",
                        Map.of("job-id", "backup0", "device", "source", "target", "target", "sync", "full"))
                .failsWithDescriptionContaining(
                        "Permission conflict on node 'base': permissions 'write' are both required by node 'other'");
    }

    @Test
    void the_filter_is_gone_when_the_job_is_finalized(QmpClient qmp) {
        qmp.execute("blockdev-add", Map.of("driver", "null-co", "node-name", "source"));
        qmp.execute("blockdev-add", Map.of("driver", "null-co", "node-name", "target"));
        qmp.execute(QmpCommand.of("blockdev-backup")
                .with("job-id", "backup")
                .with("device", "source")
                .with("target", "target")
                .with("sync", "full")
                .with("filter-node-name", "backup-filter")
                .with("auto-finalize", false)
                .with("auto-dismiss", false));

        assertThat(qmp).job("backup").reaches("pending");
        qmp.execute("job-finalize", Map.of("id", "backup"));
        assertThat(qmp).job("backup").reaches("concluded");

        // To read the node of a filter that is still there would crash QEMU.
        assertThat(qmp)
                .executing("human-monitor-command", Map.of("command-line", "qemu-io backup-filter \"write 0 1M\""))
                .returnsValue("Error: Cannot find device='' nor node-name='backup-filter'\r\n");
        assertThat(qmp).job("backup").succeeds();
    }
}
