package io.github.qmpjunit.assertj;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.qmp.QmpJson.object;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.junit.Vm;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpCommand;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes, bitmaps, exports and throttle groups of a real QEMU. */
@QemuTest
class NodeAssertTest {

    private static final Duration SHORT = Duration.ofMillis(60);
    private static final int SIZE = 1 << 20;

    private static void addNull(QmpClient qmp, String name) {
        qmp.execute("blockdev-add", object("driver", "null-co", "node-name", name, "size", SIZE, "read-zeroes", true));
    }

    /** Add a qcow2 node over another one, or over none. */
    private static void addImage(QmpClient qmp, Path dir, String name, String backing) {
        Path file = dir.resolve(name);
        qmp.execute(
                "blockdev-create",
                object("job-id", name, "options", object("driver", "file", "filename", file, "size", 0)));
        assertThat(qmp).job(name).succeeds();
        qmp.execute("blockdev-add", object("driver", "file", "node-name", name + "-file", "filename", file));
        qmp.execute(
                "blockdev-create",
                object("job-id", name, "options", object("driver", "qcow2", "file", name + "-file", "size", SIZE)));
        assertThat(qmp).job(name).succeeds();
        qmp.execute(
                "blockdev-add",
                object("driver", "qcow2", "node-name", name, "file", name + "-file", "backing", backing));
    }

    @Test
    void a_node_is_there_with_what_is_reported_of_it(QmpClient qmp) {
        addNull(qmp, "disk");

        assertThat(qmp)
                .node("disk")
                .isInGraph()
                .hasDriver("null-co")
                .has("ro", false)
                .has("image.virtual-size", SIZE);
        assertThat(qmp).node("other").isNotInGraph();
        assertThatThrownBy(() -> assertThat(qmp).node("other").isInGraph())
                .isInstanceOf(AssertionError.class)
                .hasMessage(
                        "%nExpecting block node \"other\" of QMP client \"vm\":%n  to be in the graph%nbut there is no such node; there are: disk"
                                .formatted());
        assertThatThrownBy(() -> assertThat(qmp).node("disk").isNotInGraph())
                .hasMessageContaining("but there is:\n  {");
        assertThatThrownBy(() -> assertThat(qmp).node("disk").hasDriver("qcow2"))
                .hasMessageContaining("to have drv = \"qcow2\"\nbut it is \"null-co\" in:");
        assertThatThrownBy(() -> assertThat(qmp).node("disk").has("image.nothing", 1))
                .hasMessageContaining("but nothing stands there in:");
    }

    @Test
    void a_chain_is_seen_by_node_names(QmpClient qmp, @TempDir Path dir) {
        addImage(qmp, dir, "base", null);
        addImage(qmp, dir, "middle", "base");
        addImage(qmp, dir, "top", "middle");

        assertThat(qmp).node("top").hasBackingChain("middle", "base");
        assertThat(qmp).node("base").hasBackingChain();
        assertThatThrownBy(() -> assertThat(qmp).node("top").hasBackingChain("base"))
                .hasMessageContaining("to have the backing chain [base]\nbut it is [middle, base]");
        assertThatThrownBy(() -> assertThat(qmp).node("base").hasBackingChain("top"))
                .hasMessageContaining("but it has none");
        assertThatThrownBy(() -> assertThat(qmp).node("nowhere").hasBackingChain())
                .hasMessageContaining("no such node");
    }

    @Test
    void bitmaps_have_their_counts(QemuMachine vm) {
        QmpClient qmp = vm.qmp();
        addNull(qmp, "disk");
        assertThat(qmp).node("disk").hasNoBitmap("b");
        assertThatThrownBy(() -> assertThat(qmp).node("disk").hasBitmap("b"))
                .hasMessageContaining("but it has no bitmaps");
        qmp.execute("block-dirty-bitmap-add", Map.of("node", "disk", "name", "b"));
        vm.qemuIo("disk", "write 0 64k");

        assertThat(qmp).node("disk").hasBitmap("b").hasBitmap("b", Map.of("count", 65536, "recording", true));
        assertThatThrownBy(() -> assertThat(qmp).node("disk").hasBitmap("b", Map.of("count", 0)))
                .hasMessageContaining("to have the bitmap \"b\" with {count: 0}\nbut its bitmaps are:");
        assertThatThrownBy(() -> assertThat(qmp).node("disk").hasNoBitmap("b")).hasMessageContaining("count: 65536");
    }

    @Test
    void exports_and_throttle_groups(QmpClient qmp, @TempDir Path dir) {
        addNull(qmp, "disk");
        assertThat(qmp).awaitNoExports();
        qmp.execute(
                "nbd-server-start", object("addr", object("type", "unix", "data", object("path", dir.resolve("nbd")))));
        qmp.execute("block-export-add", object("type", "nbd", "id", "e", "node-name", "disk"));
        qmp.execute("object-add", object("qom-type", "throttle-group", "id", "t", "limits", object("iops-total", 100)));

        assertThat(qmp).hasExport("e", Map.of("type", "nbd", "node-name", "disk"));
        assertThatThrownBy(() -> assertThat(qmp).hasExport("f", Map.of()))
                .hasMessageContaining("but its exports are:\n  [{");
        assertThatThrownBy(() -> assertThat(qmp).within(SHORT).awaitNoExports())
                .hasMessageContaining("to have no block exports\nwithin 60 ms, but the last answer was:");
        assertThat(qmp).hasThrottleGroup("t", Map.of("iops-total", 100, "bps-total", 0));
        assertThatThrownBy(() -> assertThat(qmp).hasThrottleGroup("t", Map.of("iops-total", 1)))
                .hasMessageContaining("but its limits are:");
        assertThatThrownBy(() -> assertThat(qmp).hasThrottleGroup("u", Map.of()))
                .hasMessageContaining("but there is none:");
        qmp.execute("block-export-del", Map.of("id", "e"));
        assertThat(qmp).awaitNoExports();
    }

    private static QmpCommand backup(String job, String target) {
        return QmpCommand.of("blockdev-backup")
                .with("job-id", job)
                .with("device", "disk")
                .with("target", target)
                .with("sync", "full")
                .with("auto-finalize", false)
                .with("auto-dismiss", false);
    }

    @Test
    @Vm(allowedStderr = "block size|backup")
    void jobs_of_a_transaction_succeed_or_fail_together(QmpClient qmp) {
        addNull(qmp, "disk");
        addNull(qmp, "copy0");
        addNull(qmp, "copy1");
        QmpCommand both = QmpCommand.transaction(backup("job0", "copy0"), backup("job1", "copy1"))
                .with("properties", Map.of("completion-mode", "grouped"));
        qmp.execute(both);
        assertThat(qmp).jobs("job0", "job1").succeed();

        qmp.execute(
                "blockdev-add",
                object(
                        "driver",
                        "blkdebug",
                        "node-name",
                        "bad",
                        "image",
                        "copy1",
                        "inject-error",
                        List.of(object("event", "none", "errno", 28, "once", false))));
        qmp.execute(QmpCommand.transaction(backup("job0", "copy0"), backup("job1", "bad"))
                .with("properties", Map.of("completion-mode", "grouped")));
        assertThat(qmp).jobs("job0", "job1").failTogether("job1", "No space left");

        assertThatThrownBy(() -> assertThat(qmp).jobs("job0").failTogether("x", ""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The job \"x\" is none of these jobs, [job0]");
    }

    @Test
    @Vm(allowedStderr = "block size|backup")
    void a_block_job_has_speed_progress_and_an_io_status(QmpClient qmp) {
        addNull(qmp, "disk");
        addNull(qmp, "copy");
        qmp.execute(backup("job0", "copy").with("speed", 1024).with("on-target-error", "stop"));

        assertThat(qmp).job("job0").hasSpeed(1024).hasIoStatus("ok").awaitIoStatus("ok");
        assertThatThrownBy(() -> assertThat(qmp).job("job0").hasSpeed(1))
                .hasMessageContaining("to have speed = 1\nbut it is 1024 in:");
        assertThatThrownBy(() -> assertThat(qmp).job("job0").within(SHORT).awaitIoStatus("failed"))
                .hasMessageContaining("to have io-status = \"failed\"\nwithin 60 ms, but the last answer was:");
        qmp.execute("job-cancel", Map.of("id", "job0"));
        assertThat(qmp).job("job0").endsCancelled();
        assertThatThrownBy(() -> assertThat(qmp).job("job0").awaitIoStatus("failed"))
                .hasMessageContaining("but there is no such block job; ")
                .hasMessageContaining("The block jobs are: none");
    }
}
