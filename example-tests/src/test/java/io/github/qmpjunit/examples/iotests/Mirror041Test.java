package io.github.qmpjunit.examples.iotests;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.qmp.QmpEvents.BLOCK_JOB_COMPLETED;
import static io.github.qmpjunit.qmp.QmpEvents.BLOCK_JOB_ERROR;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.junit.Vm;
import io.github.qmpjunit.qemu.disk.Disk;
import io.github.qmpjunit.qemu.disk.DiskFormat;
import io.github.qmpjunit.qemu.disk.Disks;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpCommand;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * QEMU's I/O test 041: {@code drive-mirror} and {@code blockdev-mirror}. The original has 57 methods; it runs them with two formats, and many
 * with three lengths and both commands, which makes 107 cases each time. Here the formats, lengths and commands vary in the test of the whole
 * way only; the others run once, with qcow2.
 */
@QemuTest
@Vm(
        machine = "q35",
        paused = true,
        args = {"-m", "64", "-device", "virtio-scsi-pci", "-device", "scsi-cd,id=cd0"})
class Mirror041Test {

    private static final int MIB = 1 << 20;

    private QmpClient qmp;
    private Disks disks;
    private Disk base;

    @BeforeEach
    void keep(QmpClient client, Disks folder) {
        qmp = client;
        disks = folder;
    }

    /** Create a disk on a raw one with a pattern, and open it. */
    private Disk source(DiskFormat format, long size) {
        base = disks.raw("base").size(size).create();
        Disk disk = disks.of(format, "source").backing(base).create();
        if (size > 0) {
            base.write(1, 0, size / 2);
            disk.write(2, size / 4, size / 2);
        }
        qmp.execute("blockdev-add", disk.blockdev("source", Map.of("backing", base.blockdev("base"))));
        return disk;
    }

    private Disk source() {
        return source(DiskFormat.QCOW2, MIB);
    }

    private void plugIn(String node) {
        qmp.execute("device_add", Map.of("driver", "scsi-hd", "id", "hd0", "drive", node));
    }

    private static QmpCommand mirror(String command, String device, String sync) {
        return QmpCommand.of(command)
                .with("job-id", "mirror0")
                .with("device", device)
                .with("sync", sync);
    }

    /** Return a mirror to a path that QEMU opens by itself. */
    private static QmpCommand toPath(Disk target, String sync) {
        return mirror("drive-mirror", "source", sync)
                .with("target", target.path())
                .with("format", target.format());
    }

    /** Return a mirror to a node. */
    private QmpCommand toNode(Disk target, String sync) {
        qmp.execute("blockdev-add", target.blockdev("target", Map.of("backing", JsonNodeFactory.instance.nullNode())));
        return mirror("blockdev-mirror", "source", sync).with("target", "target");
    }

    private Disk target(long size) {
        return disks.qcow2("target").size(size).create();
    }

    private void succeeds(QmpCommand mirror) {
        qmp.execute(mirror);
        assertThat(qmp).job("mirror0").succeeds();
    }

    private void refuses(QmpCommand command, String error) {
        assertThat(qmp).executing(command).failsWithDescriptionContaining(error);
    }

    private void cancel(boolean force) {
        qmp.execute("block-job-cancel", Map.of("device", "mirror0", "force", force));
    }

    private List<String> nodes() {
        return qmp.execute("query-named-block-nodes", Map.of("flat", true))
                .valueStream()
                .map(node -> node.path("node-name").asString())
                .toList();
    }

    private String inserted() {
        return qmp.execute("query-block")
                .valueStream()
                .filter(block -> block.path("qdev").asString("").equals("hd0"))
                .map(block -> block.at("/inserted/node-name").asString())
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @CsvSource({
        "QCOW2, 1048576, false",
        "QCOW2, 1048576, true",
        "QED, 1048576, true",
        "QCOW2, 1049600, false",
        "QED, 1049600, false",
        "QCOW2, 0, false",
        "QCOW2, 0, true"
    })
    void completes(DiskFormat format, long size, boolean toNode) {
        Disk source = source(format, size);
        Disk target = disks.of(format, "target").size(size).create();
        succeeds(toNode ? toNode(target, "full") : toPath(target, "full").with("mode", "existing"));

        assertThat(target.whileInUse()).hasSameContentAs(source.whileInUse());
    }

    @Test
    void moves_the_device_to_the_target() {
        source();
        plugIn("source");
        succeeds(toNode(target(MIB), "full"));
        assertThat(inserted()).isEqualTo("target");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void is_cancelled(boolean toNode) {
        source();
        plugIn("source");
        qmp.execute((toNode ? toNode(target(MIB), "full") : toPath(target(MIB), "full")).with("speed", 1));
        cancel(true);
        assertThat(qmp).job("mirror0").endsCancelled();
        assertThat(inserted()).isEqualTo("source");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void is_ended_when_it_is_ready(boolean toNode) {
        Disk source = source();
        Disk target = target(MIB);
        plugIn("source");
        qmp.execute(toNode ? toNode(target, "full") : toPath(target, "full"));
        assertThat(qmp).job("mirror0").reaches("ready");
        cancel(false);
        assertThat(qmp)
                .awaitEvent(BLOCK_JOB_COMPLETED)
                .withData("type", "mirror")
                .withData("device", "mirror0");

        assertThat(inserted()).isEqualTo("source");
        assertThat(target.whileInUse()).hasSameContentAs(source.whileInUse());
    }

    @Test
    void does_nothing_while_it_is_paused() {
        Disk source = source();
        Disk target = target(MIB);
        qmp.execute(toNode(target, "full").with("speed", 1));
        qmp.execute("block-job-pause", Map.of("device", "mirror0"));
        assertThat(qmp).job("mirror0").reaches("paused");
        long offset = qmp.execute("query-block-jobs").at("/0/offset").asLong();
        assertThat(qmp).executing("query-block-jobs").returns("[0].offset", offset);
        // This wakes even a paused job for a moment.
        qmp.execute("block-job-set-speed", Map.of("device", "mirror0", "speed", 0));
        qmp.execute("block-job-resume", Map.of("device", "mirror0"));
        assertThat(qmp).job("mirror0").succeeds();

        assertThat(target.whileInUse()).hasSameContentAs(source.whileInUse());
    }

    @ParameterizedTest
    @CsvSource({"4096, 65536, true", "65536, 1048576, false", "1048576, 1048576, true", "1048576, 1048576, false"})
    void buffers_and_clusters_of_the_target(int buffer, int cluster, boolean sameBacking) {
        Disk source = source();
        Disk other = sameBacking ? base : disks.qcow2("other").size(MIB).create();
        Disk target = disks.qcow2("target")
                .backing(other)
                .option("cluster_size", cluster)
                .create();
        succeeds(toPath(target, "full").with("mode", "existing").with("buf-size", buffer));
        assertThat(target.whileInUse()).hasSameContentAs(source.whileInUse());
    }

    @Test
    void its_filter_shows_up_nowhere_unless_it_has_a_name() {
        source();
        plugIn("source");
        QmpCommand mirror = toNode(target(MIB), "top");
        qmp.execute(mirror.with("speed", 1));
        assertThat(inserted()).isEqualTo("source");
        assertThat(qmp.execute("query-blockstats").findValuesAsString("node-name"))
                .contains("source", "base");
        cancel(true);
        assertThat(qmp).job("mirror0").endsCancelled();

        qmp.execute(mirror.with("filter-node-name", "mirror-filter"));
        assertThat(inserted()).isEqualTo("mirror-filter");
        assertThat(qmp).job("mirror0").succeeds();
        assertThat(inserted()).isEqualTo("target");
    }

    @Test
    void refuses_what_is_not_there() {
        source();
        Disk target = disks.qcow2("nowhere").existing();
        refuses(mirror("drive-mirror", "cd0", "full").with("target", target.path()), "");
        refuses(mirror("drive-mirror", "nonexistent", "full").with("target", target.path()), "");
        refuses(toPath(target, "full").with("mode", "existing"), "No such file or directory");
        refuses(mirror("blockdev-mirror", "source", "full").with("target", "source"), "");
    }

    @ParameterizedTest
    @ValueSource(strings = {"source", "target"})
    void neither_side_is_resized_before_the_job_is_finalized(String node) {
        source();
        qmp.execute(toNode(target(MIB), "full").with("auto-finalize", false));
        assertThat(qmp).job("mirror0").reaches("ready");
        assertThat(qmp)
                .executing("block_resize", Map.of("node-name", node, "size", 65536))
                .failsWith("GenericError");
        assertThat(qmp).job("mirror0").succeeds();
    }

    @ParameterizedTest
    @ValueSource(ints = {MIB / 2, MIB * 2})
    void the_target_must_have_the_sources_size(int size) {
        source();
        qmp.execute(toNode(target(size), "full"));
        assertThat(qmp).job("mirror0").failsWithErrorContaining("Source and target image have different sizes");
    }

    @ParameterizedTest
    @ValueSource(strings = {"top", "full"})
    void a_disk_that_is_longer_than_its_backing_disk(String sync) {
        Disk source = source();
        qmp.execute("block_resize", Map.of("node-name", "source", "size", 2 * MIB));
        Disk target = disks.qcow2("target").existing();
        succeeds(toPath(target, sync));
        assertThat(target.whileInUse()).hasVirtualSize(2 * MIB).hasSameContentAs(source.whileInUse());
    }

    @ParameterizedTest
    @CsvSource({"read, report", "read, ignore", "read, stop", "write, report", "write, ignore", "write, stop"})
    void an_error_is_reported_or_retried(String operation, String onError) {
        boolean reading = operation.equals("read");
        Map<String, ?> error = Map.of("event", operation + "_aio", "errno", 5, "once", true, "sector", MIB / 512);
        Map<String, ?> debug = Map.of("inject-error", List.of(error));
        Disk source = disks.raw("source").size(2 * MIB).create().write(1, 0, 2 * MIB);
        Disk target = disks.raw("target").size(2 * MIB).create();
        qmp.execute("blockdev-add", (reading ? source.withBlkdebug(debug) : source).blockdev("source"));
        qmp.execute("blockdev-add", (reading ? target : target.withBlkdebug(debug)).blockdev("target"));

        qmp.execute(mirror("blockdev-mirror", "source", "full")
                .with("target", "target")
                .with(reading ? "on-source-error" : "on-target-error", onError));
        assertThat(qmp)
                .awaitEvent(BLOCK_JOB_ERROR)
                .withData("operation", operation)
                .withData("action", onError);
        switch (onError) {
            case "report" -> assertThat(qmp).job("mirror0").failsWithErrorContaining("Input/output error");
            case "stop" -> {
                assertThat(qmp).job("mirror0").reaches("paused");
                assertThat(qmp).executing("query-block-jobs").returns("[0].io-status", "failed");
                qmp.execute("block-job-resume", Map.of("device", "mirror0"));
                assertThat(qmp).job("mirror0").reaches("ready");
                assertThat(qmp).executing("query-block-jobs").returns("[0].io-status", "ok");
                assertThat(qmp).job("mirror0").succeeds();
            }
            default -> assertThat(qmp).job("mirror0").succeeds();
        }
        if (!onError.equals("report")) {
            assertThat(target.whileInUse()).hasSameContentAs(source.whileInUse());
        }
    }

    @Test
    void keeps_to_its_speed() {
        source();
        QmpCommand mirror = toNode(target(MIB), "full");
        refuses(mirror.with("speed", -1), "");
        qmp.execute(mirror.with("speed", 1));
        assertThat(qmp).executing("query-block-jobs").returns("[0].speed", 1);
        qmp.execute("block-job-set-speed", Map.of("device", "mirror0", "speed", 2));
        assertThat(qmp).executing("query-block-jobs").returns("[0].speed", 2);
        refuses(QmpCommand.of("block-job-set-speed", Map.of("device", "mirror0", "speed", -1)), "");
        cancel(true);
        assertThat(qmp).job("mirror0").endsCancelled();
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "top", "none"})
    void a_disk_without_a_backing_disk(String sync) {
        Disk source = disks.qcow2("source").size(2 * MIB).create();
        qmp.execute("blockdev-add", source.blockdev("source"));
        Disk target = disks.qcow2("target").existing();
        succeeds(toPath(target, sync).with("mode", "absolute-paths"));
        if (sync.equals("none")) {
            assertThat(target.whileInUse()).hasBackingChain(source);
        } else {
            assertThat(target.whileInUse()).hasNoBackingFile();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void what_the_target_had_is_gone(boolean toNode) {
        Disk source = disks.qcow2("source").size(2 * MIB).create();
        qmp.execute("blockdev-add", source.blockdev("source"));
        Disk target = target(2 * MIB).write(42, 0, 64 << 10);
        succeeds(toNode ? toNode(target, "full") : toPath(target, "full").with("mode", "existing"));
        assertThat(target.whileInUse()).hasSameContentAs(source.whileInUse());
    }

    @Test
    void copies_in_small_steps() {
        Disk source = disks.qcow2("source").size("10M").create().write(1, 0, 10 * MIB);
        qmp.execute("blockdev-add", source.blockdev("source"));
        Disk target = disks.qcow2("target").existing();
        succeeds(toPath(target, "full").with("granularity", 8192));
        assertThat(target.whileInUse()).hasSameContentAs(source.whileInUse());
    }

    private QmpCommand repair(String replaces) {
        Disk[] images = new Disk[3];
        for (int i = 0; i < images.length; i++) {
            images[i] = disks.qcow2("image" + i).size(MIB).create().write(1, 0, 512);
            qmp.execute("blockdev-add", images[i].blockdev("img" + i));
        }
        qmp.execute(QmpCommand.of("blockdev-add")
                .with("driver", "quorum")
                .with("node-name", "quorum0")
                .with("vote-threshold", 2)
                .with("children", List.of("img0", "img1", "img2")));
        return mirror("drive-mirror", "quorum0", "full")
                .with("format", "qcow2")
                .with("target", disks.path("repair"))
                .with("replaces", replaces);
    }

    private List<String> childrenOfQuorum() {
        return qmp.execute("x-debug-query-block-graph")
                .path("edges")
                .valueStream()
                .filter(edge -> edge.path("name").asString().startsWith("children."))
                .map(edge -> nodeWithId(edge.path("child").asInt()))
                .toList();
    }

    private String nodeWithId(int id) {
        return qmp.execute("x-debug-query-block-graph")
                .path("nodes")
                .valueStream()
                .filter(node -> node.path("id").asInt() == id)
                .map(node -> node.path("name").asString())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void repairs_a_child_of_a_quorum() {
        succeeds(repair("img1").with("node-name", "repair0"));
        assertThat(childrenOfQuorum()).containsExactlyInAnyOrder("img0", "repair0", "img2");
        assertThat(disks.qcow2("repair").existing().whileInUse())
                .hasSameContentAs(disks.qcow2("image1").existing().whileInUse());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_repair_that_is_cancelled_replaces_nothing(boolean ready) {
        qmp.execute(repair("img1").with("node-name", "repair0").with("speed", ready ? 0 : 1));
        if (ready) {
            assertThat(qmp).job("mirror0").reaches("ready");
        }
        cancel(!ready);
        assertThat(qmp).awaitReply("query-jobs").withMatching("without jobs", jobs -> jobs.isEmpty());
        assertThat(childrenOfQuorum()).containsExactlyInAnyOrder("img0", "img1", "img2");
    }

    @Test
    void a_repair_is_refused_without_a_name_or_something_to_replace() {
        QmpCommand repair = repair("img1");
        refuses(repair, "");
        refuses(repair.with("mode", "existing").with("node-name", "repair0"), "No such file or directory");
        refuses(
                mirror("drive-mirror", "quorum0", "full")
                        .with("format", "qcow2")
                        .with("target", disks.path("repair"))
                        .with("node-name", "repair0")
                        .with("replaces", "img77"),
                "img77");
    }

    @Test
    void a_repair_replaces_the_snapshot_that_has_taken_the_childs_place() {
        QmpCommand below = repair("img1").with("node-name", "repair0");
        qmp.execute(
                "blockdev-snapshot-sync",
                Map.of("node-name", "img1", "snapshot-file", disks.path("snapshot"), "snapshot-node-name", "snap1"));
        refuses(below, "");
        succeeds(mirror("drive-mirror", "quorum0", "full")
                .with("format", "qcow2")
                .with("target", disks.path("repair"))
                .with("node-name", "repair0")
                .with("replaces", "snap1"));
        assertThat(childrenOfQuorum()).containsExactlyInAnyOrder("img0", "repair0", "img2");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Vm(machine = "q35", paused = true, allowedStderr = "Can no longer replace 'img1' by 'repair0'")
    void a_child_with_another_parent_is_not_replaced(boolean fromTheBeginning) {
        QmpCommand repair = repair("img1").with("node-name", "repair0");
        Map<String, ?> address = Map.of("type", "unix", "data", Map.of("path", disks.path("nbd")));
        qmp.execute("nbd-server-start", Map.of("addr", address));
        QmpCommand export =
                QmpCommand.of("block-export-add", Map.of("type", "nbd", "id", "export0", "node-name", "img1"));
        if (fromTheBeginning) {
            qmp.execute(export);
            refuses(repair, "Cannot replace 'img1' by a node mirrored from 'quorum0'");
        } else {
            qmp.execute(repair);
            assertThat(qmp).job("mirror0").reaches("ready");
            qmp.execute(export);
            assertThat(qmp).job("mirror0").failsWithErrorContaining("Operation not permitted");
        }
        assertThat(childrenOfQuorum()).containsExactlyInAnyOrder("img0", "img1", "img2");
    }

    private void nulls() {
        qmp.execute("blockdev-add", Map.of("driver", "null-co", "node-name", "source"));
        qmp.execute("blockdev-add", Map.of("driver", "null-co", "node-name", "target"));
    }

    @Test
    void a_source_without_any_parent() {
        nulls();
        qmp.execute("blockdev-add", Map.of("driver", "null-co", "node-name", "read-only", "read-only", true));
        QmpCommand mirror = mirror("blockdev-mirror", "source", "full");
        refuses(QmpCommand.of("blockdev-mirror", Map.of("device", "source", "target", "target", "sync", "full")), "");
        refuses(mirror.with("target", "read-only"), "read-only");
        succeeds(mirror.with("target", "target"));
    }

    @Test
    @Vm(allowedStderr = "Permission conflict on node 'target'")
    void permissions_that_are_missing_at_the_end_fail_the_job() {
        nulls();
        qmp.execute(QmpCommand.of("blockdev-add")
                .with("driver", "blkdebug")
                .with("node-name", "target-perm")
                .with("image", "target")
                .with("unshare-child-perms", List.of("consistent-read")));
        qmp.execute(mirror("blockdev-mirror", "source", "full")
                .with("target", "target")
                .with("filter-node-name", "mirror-filter"));
        qmp.execute(QmpCommand.of("blockdev-add")
                .with("driver", "blkdebug")
                .with("node-name", "source-perm")
                .with("image", "source")
                .with("take-child-perms", List.of("consistent-read")));

        assertThat(qmp).job("mirror0").failsWithErrorContaining("Operation not permitted");
        assertThat(nodes())
                .contains("source", "source-perm", "target", "target-perm")
                .doesNotContain("mirror-filter");
    }

    @Test
    void replaces_a_filter() {
        Map<String, ?> inner =
                Map.of("driver", "copy-on-read", "node-name", "filter1", "file", Map.of("driver", "null-co"));
        qmp.execute("blockdev-add", Map.of("driver", "copy-on-read", "node-name", "filter0", "file", inner));
        qmp.execute("blockdev-add", Map.of("driver", "null-co", "node-name", "target"));
        succeeds(mirror("blockdev-mirror", "filter0", "full")
                .with("target", "target")
                .with("replaces", "filter1"));
        assertThat(nodes()).contains("filter0", "target").doesNotContain("filter1");
    }

    @Test
    void looks_through_a_filter_for_what_the_top_has() {
        Disk low = disks.qcow2("low").size(MIB).create().write(1, 0, MIB / 2);
        Disk high = disks.qcow2("high").backing(low).create().write(2, MIB / 2, MIB / 2);
        Disk target = disks.qcow2("target").backing(low).create();
        Map<String, ?> chain = high.blockdev("source0", Map.of("backing", low.blockdev("low")));
        qmp.execute("blockdev-add", Map.of("driver", "copy-on-read", "node-name", "source", "file", chain));
        succeeds(toNode(target, "top"));

        assertThat(target.whileInUse()).isNotAllocated(0, MIB / 2).isAllocated(MIB / 2, MIB / 2);
    }
}
