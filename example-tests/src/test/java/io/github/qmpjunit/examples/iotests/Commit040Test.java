package io.github.qmpjunit.examples.iotests;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.qmp.QmpEvents.BLOCK_JOB_CANCELLED;
import static io.github.qmpjunit.qmp.QmpEvents.BLOCK_JOB_ERROR;
import static io.github.qmpjunit.qmp.QmpEvents.DEVICE_DELETED;

import io.github.qmpjunit.junit.Check;
import io.github.qmpjunit.junit.DiskFormats;
import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.junit.Vm;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.disk.Disk;
import io.github.qmpjunit.qemu.disk.DiskFormat;
import io.github.qmpjunit.qemu.disk.DiskPattern;
import io.github.qmpjunit.qemu.disk.Disks;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** QEMU's I/O test 040: {@code block-commit} of the active and of intermediate disks, by paths and by nodes, with errors and filters. */
@QemuTest
@Vm(
        machine = "q35",
        paused = true,
        args = {"-m", "64", "-device", "virtio-scsi-pci"})
@ParameterizedClass
@DiskFormats(DiskFormat.QCOW2) // one at a time, as "check -qcow2" does; it is for QED, too
class Commit040Test {

    private static final int HALF = 512 << 10;

    /** In bytes per second: the job does not end while the test does something else, however busy the host is. */
    private static final int SLOW = 1024;

    private static final DiskPattern OF_BASE = new DiskPattern(0xab, 0, HALF);
    private static final DiskPattern OF_MID = new DiskPattern(0xef, HALF, HALF);

    @Parameter
    DiskFormat format;

    private QmpClient qmp;
    private Disk base;
    private Disk mid;
    private Disk top;

    @BeforeEach
    void create(QmpClient client, Disks disks) {
        qmp = client;
        base = disks.raw("base").size("2M").create().write(OF_BASE);
        mid = disks.of(format, "mid").backing(base).create().write(OF_MID);
        top = disks.of(format, "top").backing(mid).create();
    }

    private void open() {
        Map<String, ?> backing = mid.blockdev("mid", Map.of("backing", base.blockdev("base")));
        qmp.execute("blockdev-add", top.blockdev("top", Map.of("backing", backing)));
    }

    private void plugIn(String node) {
        qmp.execute("device_add", Map.of("driver", "scsi-hd", "id", "scsi0", "drive", node));
    }

    private static QmpCommand commit(String device) {
        return QmpCommand.of("block-commit").with("job-id", "commit").with("device", device);
    }

    private void succeeds(QmpCommand commit) {
        qmp.execute(commit);
        assertThat(qmp).job("commit").succeeds();
    }

    private void close() {
        qmp.execute("blockdev-del", Map.of("node-name", "top"));
    }

    private void assertNodes(String... nodes) {
        assertThat(qmp)
                .executing("query-named-block-nodes", Map.of("flat", true))
                .returnsSatisfying(found -> {
                    List<String> names = found.valueStream()
                            .map(node -> node.path("node-name").asString())
                            .filter(name -> !name.startsWith("#"))
                            .toList();
                    org.assertj.core.api.Assertions.assertThat(names).containsExactlyInAnyOrder(nodes);
                });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void commits_an_intermediate_disk(boolean byNode) {
        open();
        succeeds(
                byNode
                        ? commit("top").with("top-node", "mid").with("base-node", "base")
                        : commit("top").with("top", mid.path()).with("base", base.path()));
        close();

        assertThat(base).hasPattern(OF_BASE, OF_MID);
        assertThat(top).hasBackingChain(base).hasSameContentAs(base);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void commits_the_active_disk(boolean byDefault) {
        open();
        plugIn("top");
        succeeds(
                byDefault
                        ? commit("top")
                        : commit("top").with("top-node", "top").with("base-node", "base"));

        assertThat(qmp).executing("query-block").returns("[0].inserted.node-name", "base");
        qmp.execute("device_del", Map.of("id", "scsi0"));
        assertThat(qmp).awaitEvent(DEVICE_DELETED).withData("device", "scsi0");
        close();
        assertThat(base).hasPattern(OF_BASE, OF_MID);
    }

    @Test
    void commits_a_disk_of_no_length(Disks disks) {
        Disk empty = disks.of(format, "empty").size(0).create();
        Disk overlay = disks.of(format, "overlay").backing(empty).create();
        qmp.execute("blockdev-add", overlay.blockdev("top"));
        succeeds(commit("top"));
    }

    @ParameterizedTest
    @CsvSource({
        "none, mid, base, , , Device 'none' not found",
        "top, , , base, base, Can't find",
        "top, , , bad, base, Top image file bad not found",
        "top, , , mid, bad, Can't find 'bad' in the backing chain",
        "top, bad, base, , , Cannot find device='' nor node-name='bad'",
        "top, mid, bad, , , Cannot find device='' nor node-name='bad'",
        "top, mid, base, mid, , 'top-node' and 'top' are mutually exclusive",
        "top, mid, base, , base, 'base-node' and 'base' are mutually exclusive",
        "top, , , base, mid, Can't find",
        "top, base, top, , , 'top' is not in this backing file chain",
        "top, null, base, , , 'null' is not in this backing file chain"
    })
    void refuses_what_is_no_part_of_the_chain(
            String device, String topNode, String baseNode, String topPath, String basePath, String error) {
        open();
        qmp.execute("blockdev-add", Map.of("driver", "null-co", "node-name", "null"));
        QmpCommand commit = commit(device);
        commit = topNode == null ? commit : commit.with("top-node", topNode);
        commit = baseNode == null ? commit : commit.with("base-node", baseNode);
        commit = topPath == null ? commit : commit.with("top", pathOf(topPath));
        commit = basePath == null ? commit : commit.with("base", pathOf(basePath));

        assertThat(qmp).executing(commit).failsWithDescriptionContaining(error);
    }

    private String pathOf(String name) {
        return name.equals("mid")
                ? mid.path().toString()
                : name.equals("base") ? base.path().toString() : name;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Vm(machine = "q35", without = Check.JOBS)
    void ends_well_with_a_filter_that_shares_the_chain(boolean before, QemuMachine vm) {
        open();
        qmp.execute("object-add", Map.of("qom-type", "throttle-group", "id", "tg"));
        QmpCommand filter = QmpCommand.of("blockdev-add")
                .with("driver", "throttle")
                .with("node-name", "filter")
                .with("throttle-group", "tg")
                .with("file", "mid");
        if (before) {
            qmp.execute(filter);
        }
        qmp.execute(commit("top"));
        if (!before) {
            qmp.execute(filter);
        }

        qmp.execute("quit");
        assertThat(vm).exitsWith(0);
    }

    /** A drive of the old kind goes with its device; a node stays. */
    @Test
    void a_drive_that_is_unplugged_takes_its_job_along() {
        qmp.hmp("drive_add 0 if=none,id=drive0,format=%s,file=%s".formatted(format, top.path()));
        plugIn("drive0");
        qmp.execute(commit("drive0")
                .with("top", mid.path())
                .with("base", base.path())
                .with("speed", SLOW));
        qmp.execute("device_del", Map.of("id", "scsi0"));

        assertThat(qmp).awaitEvent(BLOCK_JOB_CANCELLED).withData("device", "commit");
        assertThat(qmp).awaitEvent(DEVICE_DELETED).withData("device", "scsi0");
    }

    @Test
    void the_jobs_filter_shows_up_nowhere() {
        open();
        plugIn("top");
        qmp.execute(
                commit("top").with("top-node", "mid").with("base-node", "base").with("speed", SLOW));

        assertThat(qmp).executing("query-block").returnsSatisfying(found -> {
            var image = found.path(0).path("inserted");
            org.assertj.core.api.Assertions.assertThat(image.path("drv").asString())
                    .isEqualTo(format.driver());
            org.assertj.core.api.Assertions.assertThat(
                            image.at("/image/backing-image/filename").asString())
                    .isEqualTo(mid.path().toString());
            org.assertj.core.api.Assertions.assertThat(image.at("/image/backing-image/backing-image/filename")
                            .asString())
                    .isEqualTo(base.path().toString());
        });
        assertThat(qmp).executing("query-blockstats").returns("[0].node-name", "top");
        assertThat(qmp).executing("query-blockstats").returns("[0].backing.node-name", "mid");
        assertThat(qmp).executing("query-blockstats").returns("[0].backing.backing.node-name", "base");
        qmp.execute("block-job-cancel", Map.of("device", "commit"));
        assertThat(qmp).awaitEvent(BLOCK_JOB_CANCELLED).withData("device", "commit");
    }

    @Test
    void paths_are_relative_to_the_disk_that_names_them(Disks disks) throws IOException {
        Files.createDirectories(disks.path("a"));
        Files.createDirectories(disks.path("b/c"));
        Disk low = disks.raw("a/base").size("1M").create().write(OF_BASE);
        Disk middle = disks.of(format, "b/mid").backing(low).create().write(OF_MID);
        Disk high = disks.of(format, "b/c/top").backing(middle).create();
        middle.rebaseUnsafe("../a/base", DiskFormat.RAW);
        high.rebaseUnsafe("../mid", format);
        qmp.execute("blockdev-add", high.blockdev("top"));

        succeeds(commit("top").with("top", "../mid").with("base", "../a/base"));
        assertThat(low).hasPattern(OF_BASE, OF_MID);
    }

    @Test
    void keeps_to_its_speed() {
        open();
        qmp.execute(
                commit("top").with("top-node", "mid").with("base-node", "base").with("speed", SLOW));
        assertThat(qmp).executing("query-block-jobs").returns("[0].speed", SLOW);
        qmp.execute("job-cancel", Map.of("id", "commit"));
        assertThat(qmp).job("commit").endsCancelled();
    }

    @Test
    void the_overlay_is_opened_for_writing_to_name_its_new_backing_disk(Disks disks) {
        Disk overlay = disks.of(format, "overlay").backing(top).create();
        qmp.execute("blockdev-add", overlay.blockdev("overlay"));
        succeeds(commit("overlay").with("top", mid.path()).with("base", base.path()));
        qmp.execute("blockdev-del", Map.of("node-name", "overlay"));

        assertThat(overlay).hasBackingChain(top, base);
        assertThat(base).hasPattern(OF_BASE, OF_MID);
    }

    @ParameterizedTest
    @CsvSource({
        "true, read, report", "true, read, stop", "true, read, ignore", "true, write, report", "true, write, stop",
        "true, write, ignore", "false, read, report", "false, read, stop", "false, read, ignore",
                "false, write, report",
        "false, write, stop", "false, write, ignore"
    })
    void an_error_is_reported_or_retried(boolean active, String operation, String onError, Disks disks) {
        mid = disks.of(format, "other-mid").backing(base).create().write(0x11, 0, HALF);
        top = disks.of(format, "other-top").backing(mid).create().write(0x22, 0, HALF);
        Disk from = active ? top : mid;
        Disk to = active ? mid : base;
        Disk affected = operation.equals("read") ? from : to;
        int sector = affected == base ? 512 : 1024; // one that has data, and no metadata
        Map<String, ?> error = Map.of("event", operation + "_aio", "once", true, "sector", sector);
        Disk failing = affected.withBlkdebug(Map.of("inject-error", List.of(error)));
        // One by one: QEMU takes no blkdebug inside of "backing".
        qmp.execute("blockdev-add", failing(base, failing).blockdev("base"));
        qmp.execute("blockdev-add", failing(mid, failing).blockdev("mid", Map.of("backing", "base")));
        qmp.execute("blockdev-add", failing(top, failing).blockdev("top", Map.of("backing", "mid")));

        qmp.execute(commit("top")
                .with("top-node", active ? "top" : "mid")
                .with("base-node", active ? "mid" : "base")
                .with("on-error", onError));
        assertThat(qmp)
                .awaitEvent(BLOCK_JOB_ERROR)
                .withData("operation", operation)
                .withData("action", onError);
        if (onError.equals("report")) {
            assertThat(qmp).job("commit").failsWithErrorContaining("Input/output error");
        } else {
            if (onError.equals("stop")) {
                qmp.execute("block-job-resume", Map.of("device", "commit"));
            }
            assertThat(qmp).job("commit").succeeds();
        }
        for (String node : new String[] {"top", "mid", "base"}) {
            qmp.execute("blockdev-del", Map.of("node-name", node));
        }

        if (onError.equals("report")) {
            assertThat(from).doesNotHaveSameContentAs(to);
        } else {
            assertThat(from).hasSameContentAs(to);
        }
    }

    private static Disk failing(Disk disk, Disk failing) {
        return disk.path().equals(failing.path()) ? failing : disk;
    }

    @ParameterizedTest
    @CsvSource({"top-filter, cow2, cow1, 2, 1", "top-filter, cow1, cow0, 1, 0", "top-filter, cow3, cow2, 3, 2"})
    void filters_in_the_chain(String device, String topNode, String baseNode, int from, int to, Disks disks) {
        Disk[] cow = filteredChain(disks);
        QmpCommand commit = commit(device).with("top-node", topNode).with("base-node", baseNode);
        succeeds(from == 3 ? commit : commit.with("backing-file", cow[to].path()));

        switch (from) {
            case 1 -> assertNodes("top-filter", "cow3", "cow2", "cow0");
            case 2 -> assertNodes("top-filter", "cow3", "cow1", "bottom-filter", "cow0");
            default -> assertNodes("top-filter", "cow2", "cow1", "bottom-filter", "cow0");
        }
        qmp.execute("blockdev-del", Map.of("node-name", "top-filter"));
        assertThat(cow[to]).hasPattern(from + 1, from << 20, 1 << 20).hasPattern(to + 1, to << 20, 1 << 20);
    }

    @Test
    void a_filter_on_the_active_disk_goes_with_it(Disks disks) {
        Disk[] cow = filteredChain(disks);
        plugIn("top-filter");
        assertThat(qmp)
                .executing("blockdev-del", Map.of("node-name", "top-filter"))
                .failsWithDescriptionContaining("Node top-filter is in use");
        succeeds(commit("top-filter").with("base-node", "cow2"));

        qmp.execute("blockdev-del", Map.of("node-name", "top-filter"));
        assertNodes("cow2", "cow1", "bottom-filter", "cow0");
        assertThat(qmp).executing("query-block").returns("[0].inserted.node-name", "cow2");
        assertThat(cow[2].whileInUse()).hasPattern(4, 3 << 20, 1 << 20);
    }

    private Disk[] filteredChain(Disks disks) {
        Disk[] cow = new Disk[4];
        for (int i = 0; i < cow.length; i++) {
            cow[i] = disks.of(format, "cow" + i).size("64M").create().write(i + 1, i << 20, 1 << 20);
        }
        qmp.execute("object-add", Map.of("qom-type", "throttle-group", "id", "tg"));
        Map<String, ?> bottom = filter("bottom-filter", cow[0].blockdev("cow0"));
        Map<String, ?> cow1 = cow[1].blockdev("cow1", Map.of("backing", bottom));
        Map<String, ?> cow2 = cow[2].blockdev("cow2", Map.of("backing", cow1));
        qmp.execute("blockdev-add", filter("top-filter", cow[3].blockdev("cow3", Map.of("backing", cow2))));
        return cow;
    }

    private static Map<String, ?> filter(String name, Map<String, ?> file) {
        return Map.of("driver", "throttle", "node-name", name, "throttle-group", "tg", "file", file);
    }

    @Test
    void another_backing_disk_than_the_image_names(Disks disks) {
        Disk other = disks.raw("other").size("2M").create();
        qmp.execute("blockdev-add", mid.blockdev("top", Map.of("backing", other.blockdev("base"))));

        assertThat(qmp).executing(commit("top").with("base", base.path())).failsWith("GenericError");
        succeeds(commit("top").with("base", other.path()));
        qmp.execute("blockdev-del", Map.of("node-name", "top"));
        assertThat(other).hasPattern(OF_MID);
    }
}
