package io.github.qmpjunit.examples.iotests;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.qmp.QmpEvents.BLOCK_JOB_ERROR;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.junit.DiskFormats;
import io.github.qmpjunit.junit.EnabledIfQemu;
import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.qemu.disk.Disk;
import io.github.qmpjunit.qemu.disk.DiskFormat;
import io.github.qmpjunit.qemu.disk.Disks;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpCommand;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** QEMU's I/O test 030: {@code block-stream}, alone and beside other jobs of the same chain, with errors and limits. */
@QemuTest
@ParameterizedClass
@DiskFormats(DiskFormat.QCOW2) // one at a time, as "check -qcow2" does; it is for QED, too
class Stream030Test {

    private static final int MIB = 1 << 20;

    /** In bytes per second: no job gets far while the test does something else, however busy the host is. */
    private static final int SLOW = 1024;

    @Parameter
    DiskFormat format;

    private QmpClient qmp;
    private Disks disks;

    @BeforeEach
    void keep(QmpClient client, Disks folder) {
        qmp = client;
        disks = folder;
    }

    /** Create a chain of disks, of which the first is raw, and open it as node0, node1 and so on. */
    private Disk[] chain(int size, int length, Writes writes) {
        Disk[] chain = new Disk[length];
        Map<String, ?> nodes = Map.of();
        for (int i = 0; i < length; i++) {
            chain[i] = i == 0
                    ? disks.raw("node0").size(size).create()
                    : disks.of(format, "node" + i).backing(chain[i - 1]).create();
            writes.to(chain[i], i);
            nodes = chain[i].blockdev("node" + i, i == 0 ? Map.of() : Map.of("backing", nodes));
        }
        qmp.execute("blockdev-add", nodes);
        return chain;
    }

    private interface Writes {
        void to(Disk disk, int index);
    }

    private Disk[] three() {
        return chain(MIB, 3, (disk, i) -> {
            if (i < 2) {
                disk.write(1, i * 524288L, 512);
            }
        });
    }

    /** Nine disks; each odd one has its own 2 or 4 MiB. */
    private Disk[] nine() {
        return chain(16 * MIB, 9, (disk, i) -> {
            if (i % 2 == 1) {
                int place = (7 - i) / 2;
                disk.write(0xff, 4L * place * MIB, (2 + 2L * (place % 2)) * MIB);
            }
        });
    }

    private static QmpCommand stream(String device) {
        return stream("stream", device);
    }

    private static QmpCommand stream(String job, String device) {
        return QmpCommand.of("block-stream").with("job-id", job).with("device", device);
    }

    private static QmpCommand commit(String device) {
        return QmpCommand.of("block-commit").with("job-id", "commit").with("device", device);
    }

    private void succeeds(QmpCommand command) {
        qmp.execute(command);
        assertThat(qmp).job("stream").succeeds();
    }

    private void refuses(QmpCommand command, String error) {
        assertThat(qmp).executing(command).failsWithDescriptionContaining(error);
    }

    private void setSpeed(String job, int speed) {
        qmp.execute("block-job-set-speed", Map.of("device", job, "speed", speed));
    }

    private void close(String node) {
        qmp.execute("blockdev-del", Map.of("node-name", node));
    }

    @Test
    void streams_the_whole_chain_into_the_top() {
        Disk[] chain = three();
        assertThat(chain[2].whileInUse()).isNotAllocated(0, MIB);
        succeeds(stream("node2"));
        close("node2");

        assertThat(chain[2])
                .hasNoBackingFile()
                .isAllocated(0, 512)
                .isAllocated(524288, 512)
                .hasSameContentAs(chain[1]);
    }

    @Test
    void streams_into_an_intermediate_disk() {
        Disk[] chain = three();
        succeeds(stream("node1"));
        close("node2");

        assertThat(chain[1]).hasNoBackingFile().isAllocated(0, 512).isAllocated(524288, 512);
        assertThat(chain[2]).hasBackingChain(chain[1]).isNotAllocated(0, MIB);
    }

    @Test
    void streams_nothing_down_to_its_own_backing_disk() {
        Disk[] chain = three();
        succeeds(stream("node2").with("base", chain[1].path()));
        close("node2");

        assertThat(chain[2]).hasBackingChain(chain[1], chain[0]).isNotAllocated(0, MIB);
    }

    @Test
    void streams_down_to_a_base() {
        Disk[] chain = three();
        succeeds(stream("node2").with("base", chain[0].path()));
        close("node2");

        assertThat(chain[2]).hasBackingChain(chain[0]).isNotAllocated(0, 512).isAllocated(524288, 512);
    }

    @Test
    void a_paused_job_does_nothing() {
        three();
        qmp.execute(stream("node2").with("speed", 1));
        qmp.execute("job-pause", Map.of("id", "stream"));
        assertThat(qmp).job("stream").reaches("paused");
        int offset = offset();
        assertThat(offset()).isEqualTo(offset).isLessThan(MIB);
        setSpeed("stream", 0); // which wakes even a paused job for a moment
        qmp.execute("job-resume", Map.of("id", "stream"));
        assertThat(qmp).job("stream").succeeds();
    }

    private int offset() {
        return qmp.execute("query-block-jobs").at("/0/offset").asInt();
    }

    @Test
    void refuses_what_is_not_there_or_cannot_be_written() {
        three();
        refuses(stream("none"), "Cannot find device='none' nor node-name='none'");
        refuses(QmpCommand.of("block-stream").with("device", "node1"), "Invalid job ID ''");
        Disk readOnly = disks.of(format, "read-only").size(MIB).create();
        Map<String, ?> file = Map.of("driver", "file", "filename", readOnly.path(), "read-only", true);
        qmp.execute(
                "blockdev-add",
                readOnly.blockdev("ro-top", Map.of("read-only", true, "backing", "node1", "file", file)));
        refuses(stream("ro-top").with("base-node", "node0"), "Block node is read-only");
        refuses(stream("node2").with("speed", -1), "Parameter 'speed' expects a non-negative value");
    }

    @Test
    void keeps_to_its_speed() {
        three();
        qmp.execute(stream("node2").with("speed", 1));
        assertThat(qmp).executing("query-block-jobs").returns("[0].speed", 1);
        setSpeed("stream", 2);
        assertThat(qmp).executing("query-block-jobs").returns("[0].speed", 2);
        assertThat(qmp)
                .executing("block-job-set-speed", Map.of("device", "stream", "speed", -1))
                .failsWithDescriptionContaining("Parameter 'speed' expects a non-negative value");
        qmp.execute("block-job-cancel", Map.of("device", "stream"));
        assertThat(qmp).job("stream").endsCancelled();
    }

    @Test
    void jobs_of_one_chain_run_side_by_side() {
        Disk[] chain = nine();
        for (int i = 2; i < 9; i += 2) {
            qmp.execute(stream("stream" + i, "node" + i)
                    .with("bottom", "node" + (i - 1))
                    .with("speed", SLOW));
        }
        for (int i = 8; i > 0; i -= 2) { // from the top: a job below that ends would let those above it advance
            setSpeed("stream" + i, 0);
        }
        for (int i = 2; i < 9; i += 2) {
            assertThat(qmp).job("stream" + i).succeeds();
        }
        close("node8");

        for (int i = 2; i < 9; i += 2) {
            int place = (7 - (i - 1)) / 2;
            assertThat(chain[i]).isAllocated(4L * place * MIB, (2 + 2L * (place % 2)) * MIB);
        }
        assertThat(chain[8]).hasBackingChain(chain[6], chain[4], chain[2], chain[0]);
    }

    @Test
    void a_stream_refuses_jobs_on_its_nodes() {
        Disk[] chain = nine();
        qmp.execute(stream("node4")
                .with("base", chain[1].path())
                .with("filter-node-name", "stream-filter")
                .with("speed", SLOW));
        String busy = " is busy: block device is in use by block job: stream";
        refuses(stream("other", "node5").with("base", chain[2].path()), "Node 'stream-filter'" + busy);
        refuses(stream("other", "node3").with("base", chain[2].path()), "Node 'node3'" + busy);
        refuses(stream("other", "node4"), "Node 'node4'" + busy);
        refuses(commit("node8").with("base", chain[4].path()), "Node 'stream-filter'" + busy);
        refuses(commit("node8").with("base", chain[1].path()).with("top", chain[3].path()), "Node 'node3'" + busy);
        refuses(commit("node8").with("base", chain[0].path()).with("top", chain[1].path()), "Node 'node2'" + busy);
        setSpeed("stream", 0);
        assertThat(qmp).job("stream").succeeds();
    }

    @Test
    void a_commit_refuses_streams_on_its_nodes() {
        Disk[] chain = nine();
        qmp.execute(commit("node8")
                .with("top", chain[5].path())
                .with("base", chain[3].path())
                .with("speed", SLOW));
        String busy = " is busy: block device is in use by block job: commit";
        refuses(stream("node3"), "Node 'node3'" + busy);
        refuses(stream("node6").with("base", chain[2].path()), "Node 'node5'" + busy);
        refuses(stream("node4").with("base", chain[2].path()), "Node 'node4'" + busy);
        refuses(stream("node6").with("base", chain[4].path()), "Node 'node5'" + busy);
        refuses(stream("node8").with("base", chain[5].path()), "Node 'node8'" + busy);
        setSpeed("commit", 0);
        assertThat(qmp).job("commit").succeeds();
    }

    @Test
    void an_active_commit_refuses_streams_on_its_nodes() {
        Disk[] chain = nine();
        qmp.execute(commit("node8").with("base", chain[3].path()).with("speed", SLOW));
        refuses(
                stream("node5").with("base", chain[3].path()),
                "Node 'node5' is busy: block device is in use by block job: commit");
        setSpeed("commit", 0);
        assertThat(qmp).job("commit").reaches("ready").succeeds();
    }

    @Test
    void a_stream_cannot_have_a_commits_filter_in_its_chain_but_below_it() {
        Disk[] chain = nine();
        qmp.execute(commit("node8")
                .with("top-node", "node2")
                .with("base-node", "node0")
                .with("filter-node-name", "commit-filter")
                .with("speed", SLOW));
        refuses(stream("node4").with("base-node", "node2"), "Cannot freeze 'backing' link to 'commit-filter'");
        qmp.execute(stream("node4").with("base-node", "commit-filter"));
        setSpeed("commit", 0);
        assertThat(qmp).job("commit").succeeds();
        assertThat(qmp).job("stream").succeeds();
        close("node8");

        assertThat(chain[4]).hasBackingChain(chain[0]);
    }

    @ParameterizedTest
    @CsvSource({"node2, 3, 0", "node4, 5, 1024"})
    void a_stream_below_an_active_commit(String device, int base, int speed) {
        Disk[] chain = nine();
        qmp.execute(stream(device).with("base-node", "node0").with("speed", speed));
        qmp.execute(commit("node8").with("base", chain[base].path()).with("speed", speed));
        if (speed > 0) {
            setSpeed("commit", 0);
            setSpeed("stream", 0);
        }
        assertThat(qmp).job("stream").succeeds();
        assertThat(qmp).job("commit").succeeds();
    }

    @Test
    void a_base_is_named_by_its_node() {
        Disk[] chain = nine();
        refuses(stream("node4").with("base-node", "none"), "Cannot find device='' nor node-name='none'");
        refuses(stream("node4").with("base-node", "node6"), "Node 'node6' is not a backing image of 'node4'");
        refuses(stream("node4").with("base-node", "node4"), "Node 'node4' is not a backing image of 'node4'");
        refuses(
                stream("node4").with("base", chain[2].path()).with("base-node", "node2"),
                "'base' and 'base-node' cannot be specified at the same time");
        succeeds(stream("node4").with("base-node", "node2"));
        close("node8");

        assertThat(chain[4]).hasBackingChain(chain[2], chain[1], chain[0]).isAllocated(8 * MIB, 2 * MIB);
    }

    @Test
    @EnabledIfQemu(blockDriver = "quorum")
    void streams_into_one_child_of_a_quorum() {
        Disk base = disks.of(format, "base").size(MIB).create().write(0x55, 0, 1024);
        Disk child = disks.of(format, "child").backing(base).create();
        Disk other = disks.of(format, "other").size(MIB).create().write(0x55, 0, 1024);
        qmp.execute(QmpCommand.of("blockdev-add")
                .with("driver", "quorum")
                .with("node-name", "quorum")
                .with("vote-threshold", 1)
                .with("children", List.of(child.blockdev("node0"), other.blockdev("node1"))));
        succeeds(stream("node0"));
        close("quorum");

        assertThat(child).isAllocated(0, 1024).hasNoBackingFile().hasSameContentAs(base);
    }

    @Test
    void a_backing_disk_can_be_smaller() {
        Disk base = disks.raw("base").size(MIB).create().write(1, 0, MIB);
        Disk top = disks.of(format, "top").backing(base).size(2 * MIB).create();
        qmp.execute("blockdev-add", top.blockdev("top"));
        succeeds(stream("top"));
        close("top");

        assertThat(top).hasNoBackingFile().hasPattern(1, 0, MIB).hasPattern(0, MIB, MIB);
    }

    @ParameterizedTest
    @CsvSource({
        "report, 5, ",
        "ignore, 5, ",
        "stop, 5, failed",
        "enospc, 5, ",
        "enospc, 28, nospace",
        "stop, 28, nospace"
    })
    void an_error_is_reported_or_stops_the_job(String onError, int errno, String ioStatus) {
        int buffer = 512 << 10; // how much a stream reads at once
        Map<String, ?> error = Map.of("event", "read_aio", "errno", errno, "once", true, "sector", buffer / 512);
        Disk base = disks.raw("base").size(2 * MIB).create().write(1, 0, 2 * MIB);
        Disk top = disks.of(format, "top").backing(base).create();
        Disk failing = base.withBlkdebug(Map.of("inject-error", List.of(error)));
        qmp.execute("blockdev-add", failing.blockdev("base"));
        qmp.execute("blockdev-add", top.blockdev("top", Map.of("backing", "base")));

        qmp.execute(stream("top").with("on-error", onError));
        assertThat(qmp).awaitEvent(BLOCK_JOB_ERROR).withData("device", "stream").withData("operation", "read");
        if (ioStatus == null) {
            assertThat(qmp).job("stream").failsWithErrorContaining("Input/output error");
            return;
        }
        assertThat(qmp).job("stream").reaches("paused");
        assertThat(qmp).executing("query-block-jobs").returns("[0].io-status", ioStatus);
        assertThat(qmp).executing("query-block-jobs").returns("[0].offset", buffer);
        qmp.execute("block-job-resume", Map.of("device", "stream"));
        assertThat(qmp).job("stream").succeeds();
        close("top");
        close("base");
        assertThat(top).hasSameContentAs(base);
    }

    @Test
    void is_cancelled_in_the_middle() {
        chain(64 * MIB, 2, (disk, i) -> disk.write(1, i * 32L * MIB, 32L * MIB));
        qmp.execute(stream("node1").with("speed", 1));
        qmp.execute("block-job-cancel", Map.of("device", "stream"));
        assertThat(qmp).job("stream").endsCancelled();
    }
}
