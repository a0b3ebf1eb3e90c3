package io.github.qmpjunit.examples.iotests;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.junit.EnabledIfQemu;
import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.junit.Vm;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.disk.Disk;
import io.github.qmpjunit.qemu.disk.DiskPattern;
import io.github.qmpjunit.qemu.disk.Disks;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpCommand;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** QEMU's I/O test 245: what {@code blockdev-reopen} can change, and what it refuses. */
@QemuTest
class Reopen245Test {

    private static final int MIB = 1 << 20;
    private static final Object NULL = JsonNodeFactory.instance.nullNode();

    private QemuMachine vm;
    private QmpClient qmp;
    private Disks disks;
    private Disk[] hd;

    @BeforeEach
    void create(QemuMachine machine, Disks folder) {
        vm = machine;
        qmp = machine.qmp();
        disks = folder;
        Disk first = disks.qcow2("hd0").size("3M").create().write(0xa0, 0, MIB);
        Disk second = disks.qcow2("hd1").backing(first).create().write(0xa1, MIB, MIB);
        Disk third = disks.qcow2("hd2").size("3M").create().write(0xa2, 2 * MIB, MIB);
        hd = new Disk[] {first, second, third};
    }

    /** Return a disk's options, whose file has a node name as well. */
    private Map<String, Object> options(int i, Map<String, ?> more) {
        Map<String, Object> options = hd[i].blockdev("hd" + i, Map.of("file", file(i, Map.of())));
        options.putAll(more);
        return options;
    }

    private Map<String, Object> options(int i) {
        return options(i, Map.of());
    }

    private Map<String, Object> file(int i, Map<String, ?> more) {
        Map<String, Object> file = new LinkedHashMap<>(
                Map.of("driver", "file", "node-name", "hd" + i + "-file", "filename", hd[i].path()));
        file.putAll(more);
        return file;
    }

    private void add(Map<String, ?> options) {
        qmp.execute("blockdev-add", options);
    }

    private void del(String node) {
        qmp.execute("blockdev-del", Map.of("node-name", node));
    }

    private static QmpCommand reopening(List<Map<String, ?>> options) {
        return QmpCommand.of("blockdev-reopen").with("options", options);
    }

    private void reopen(Map<String, ?> options) {
        qmp.execute(reopening(List.of(options)));
    }

    private void refuses(Map<String, ?> options, String error) {
        assertThat(qmp).executing(reopening(List.of(options))).failsWithDescriptionContaining(error);
    }

    private JsonNode graph() {
        return qmp.execute("query-named-block-nodes");
    }

    private JsonNode node(String name) {
        return graph().valueStream()
                .filter(node -> node.path("node-name").asString().equals(name))
                .findFirst()
                .orElse(JsonNodeFactory.instance.missingNode());
    }

    private void reads(String node, int first, int second, int third) {
        vm.qemuIo(node, "read -P %s 0 1M".formatted(first));
        vm.qemuIo(node, "read -P %s 1M 1M".formatted(second));
        vm.qemuIo(node, "read -P %s 2M 1M".formatted(third));
    }

    private static Map<String, ?> backing(Object backing) {
        return Map.of("backing", backing);
    }

    @ParameterizedTest
    @CsvSource({
        "node-name, not-found, Failed to find node with node-name='not-found'",
        "node-name, '', Failed to find node with node-name=''",
        "node-name, null, Invalid parameter type for 'options[0].node-name'",
        "driver, raw, Cannot change the option 'driver'",
        "driver, '', Parameter 'driver' does not accept value ''",
        "driver, null, Invalid parameter type for 'options[0].driver'",
        "file, not-found, Cannot find device='' nor node-name='not-found'",
        "file, '', Cannot find device='' nor node-name=''",
        "file, null, Invalid parameter type for 'file'",
        "file.node-name, newname, Cannot change the option 'node-name'",
        "file.driver, host_device, Cannot change the option 'driver'",
        "file.filename, /elsewhere, Cannot change the option 'filename'",
        "file.aio, native, Cannot change the option 'aio'",
        "file.locking, off, Cannot change the option 'locking'",
        "file.filename, null, Invalid parameter type for 'options[0].file.filename'"
    })
    void refuses_options_that_cannot_change(String option, String text, String error) {
        add(options(0));
        JsonNode before = graph();
        reopen(options(0));
        reopen(options(0, Map.of("file", "hd0-file")));

        Object value = text.equals("null") ? NULL : text;
        refuses(
                option.startsWith("file.")
                        ? options(0, Map.of("file", file(0, Map.of(option.substring(5), value))))
                        : options(0, Map.of(option, value)),
                error);
        assertThat(graph()).isEqualTo(before);
    }

    @Test
    void a_backing_disk_must_be_named() {
        add(options(1));
        JsonNode before = graph();
        refuses(options(1), "backing is missing for 'hd1'");
        String backing = graph().valueStream()
                .filter(node -> node.path("file").asString().equals(hd[0].path().toString()))
                .filter(node -> node.path("drv").asString().equals("qcow2"))
                .map(node -> node.path("node-name").asString())
                .findFirst()
                .orElseThrow();
        reopen(options(1, backing(backing)));
        refuses(options(1, backing("not-found")), "Cannot find device='' nor node-name='not-found'");
        refuses(options(1, backing("")), "Cannot find device='' nor node-name=''");

        Map<String, ?> file = Map.of("driver", "file", "filename", hd[0].path());
        reopen(options(1, backing(Map.of("driver", "qcow2", "file", file))));
        refuses(options(1, backing(hd[0].blockdev("newname"))), "Cannot change the option 'node-name'");
        refuses(options(1, backing(Map.of("driver", "raw", "file", file))), "Cannot change the option 'driver'");
        Map<String, ?> renamed = Map.of("driver", "file", "filename", hd[0].path(), "node-name", "newname");
        refuses(
                options(1, backing(Map.of("driver", "qcow2", "file", renamed))),
                "Cannot change the option 'node-name'");
        assertThat(graph()).isEqualTo(before);
    }

    @Test
    void changes_options_and_takes_them_back() {
        Map<String, Object> original = options(1, backing(options(0)));
        add(original);
        JsonNode before = graph();
        reopen(original);
        reopen(options(1, Map.of("backing", options(0), "read-only", true)));
        assertThat(node("hd1").path("ro").asBoolean()).isTrue();
        reopen(options(1, Map.of("backing", options(0), "cache", Map.of("no-flush", true))));
        assertThat(node("hd1").at("/cache/no-flush").asBoolean()).isTrue();
        reopen(options(1, Map.of("backing", options(0), "detect-zeroes", "on")));
        assertThat(node("hd1").path("detect_zeroes").asString()).isEqualTo("on");
        refuses(
                options(1, Map.of("backing", options(0), "detect-zeroes", "unmap")),
                "setting detect-zeroes to unmap is not allowed without setting discard operation to unmap");
        reopen(options(1, Map.of("backing", options(0), "detect-zeroes", "unmap", "discard", "unmap")));
        assertThat(node("hd1").path("detect_zeroes").asString()).isEqualTo("unmap");
        reopen(original);
        refuses(
                options(1, Map.of("backing", options(0), "force-share", true)),
                "Cannot change the option 'force-share'");
        refuses(
                options(1, Map.of("backing", options(0), "l2-cache-entry-size", 128 << 10)),
                "L2 cache entry size must be a power of two");
        refuses(
                options(1, Map.of("backing", options(0), "l2-cache-size", MIB, "cache-size", MIB / 2)),
                "l2-cache-size may not exceed cache-size");
        reopen(options(1, Map.of("backing", options(0), "l2-cache-size", 4 * MIB, "refcount-cache-size", 4 * MIB)));
        reopen(original);
        assertThat(graph()).isEqualTo(before);

        reopen(options(1, backing(NULL)));
        assertThat(node("hd1").at("/image/backing-image").isMissingNode()).isTrue();
        add(options(0));
        reopen(options(1, backing("hd0")));
        assertThat(node("hd1").at("/image/backing-image/filename").asString())
                .isEqualTo(hd[0].path().toString());
        assertThat(qmp)
                .executing("blockdev-del", Map.of("node-name", "hd0"))
                .failsWithDescriptionContaining("Node 'hd0' is busy: node is used as backing hd of 'hd1'");
        del("hd1");
        del("hd0");
    }

    @Test
    void a_raw_disk_moves_within_its_file() {
        Disk raw = disks.raw("raw").size("2M").create();
        raw.write(new DiskPattern(0xa0, 0, MIB), new DiskPattern(0xa1, MIB, MIB));
        add(raw.blockdev("raw"));
        vm.qemuIo("raw", "read -P 0xa0 0 1M");
        reopen(raw.blockdev("raw", Map.of("offset", MIB)));
        vm.qemuIo("raw", "read -P 0xa1 0 1M");
        reopen(raw.blockdev("raw"));
        vm.qemuIo("raw", "read -P 0xa0 0 1M");
    }

    @Test
    void an_option_that_is_left_out_is_reset_if_it_can_change() {
        add(options(0, Map.of("file", file(0, Map.of("x-check-cache-dropped", true, "locking", "off")))));
        reopen(options(0, Map.of("file", file(0, Map.of("x-check-cache-dropped", false, "locking", "off")))));
        reopen(options(0, Map.of("file", file(0, Map.of("locking", "off")))));
        refuses(options(0, Map.of("file", file(0, Map.of("locking", "on")))), "Cannot change the option 'locking'");
        refuses(options(0), "Option 'locking' cannot be reset to its default value");
    }

    private void addAllWithoutBacking() {
        for (int i = 0; i < hd.length; i++) {
            add(options(i, backing(NULL)));
        }
    }

    @Test
    void what_is_read_follows_the_graph() {
        addAllWithoutBacking();
        reads("hd0", 0xa0, 0, 0);
        reopen(options(0, backing("hd1")));
        reads("hd0", 0xa0, 0xa1, 0);
        reopen(options(2, backing("hd1")));
        reads("hd2", 0, 0xa1, 0xa2);
        reopen(options(0, backing("hd2")));
        reads("hd0", 0xa0, 0xa1, 0xa2);
        reopen(options(2, backing(NULL)));
        reads("hd0", 0xa0, 0, 0xa2);
        reopen(options(1, backing("hd2")));
        reopen(options(0, backing("hd1")));
        reads("hd0", 0xa0, 0xa1, 0xa2);
        refuses(options(2, backing("hd1")), "Making 'hd1' a backing child of 'hd2' would create a cycle");
        reopen(options(0, backing("hd2")));
        reads("hd1", 0, 0xa1, 0xa2);
        refuses(options(2, backing("hd1")), "Making 'hd1' a backing child of 'hd2' would create a cycle");
        refuses(options(2, Map.of("file", "hd0-file")), "Permission conflict on node 'hd0-file'");
        assertThat(qmp)
                .executing("blockdev-del", Map.of("node-name", "hd2"))
                .failsWithDescriptionContaining("Node 'hd2' is busy: node is used as backing hd of 'hd0'");
        reopen(options(1, backing(NULL)));
        reads("hd1", 0, 0xa1, 0);
        refuses(options(1), "backing is missing for 'hd1'");
    }

    @Test
    @EnabledIfQemu(blockDriver = "blkverify")
    void refuses_cycles() {
        addAllWithoutBacking();
        reopen(options(0, backing("hd1")));
        reopen(options(2, backing("hd1")));
        refuses(options(1, backing("hd2")), "Making 'hd2' a backing child of 'hd1' would create a cycle");
        reopen(options(2, backing("hd0")));
        refuses(options(1, backing("hd2")), "Making 'hd2' a backing child of 'hd1' would create a cycle");
        refuses(options(1, backing("hd1")), "Making 'hd1' a backing child of 'hd1' would create a cycle");
        reopen(options(0, backing(NULL)));
        reopen(options(2, backing(NULL)));

        Map<String, ?> verify = Map.of("driver", "blkverify", "node-name", "bv", "test", "hd0", "raw", "hd1");
        add(verify);
        refuses(verify, "Block format 'blkverify' used by node 'bv' does not support reopening files");
        refuses(options(0, backing("bv")), "Making 'bv' a backing child of 'hd0' would create a cycle");
    }

    @Test
    void a_format_gets_another_file() {
        for (int i : new int[] {0, 2}) {
            add(file(i, Map.of()));
        }
        Map<String, ?> first = Map.of("driver", "raw", "node-name", "hd", "file", "hd0-file");
        Map<String, ?> second = Map.of("driver", "raw", "node-name", "hd", "file", "hd2-file");
        add(first);
        vm.qemuIo("hd", "write -P 0xa0 0 10k");
        reopen(second);
        vm.qemuIo("hd", "write -P 0xa1 0 10k");
        reopen(first);
        vm.qemuIo("hd", "read -P 0xa0 0 10k");
        reopen(second);
        vm.qemuIo("hd", "read -P 0xa1 0 10k");
    }

    @Test
    void two_disks_swap_their_files() {
        add(options(0));
        add(options(2));
        vm.qemuIo("hd0", "write -P 0xa0 0 1k");
        vm.qemuIo("hd2", "write -P 0xa2 0 1k");
        Map<String, Object> first = options(0, Map.of("file", "hd2-file"));
        Map<String, Object> second = options(2, Map.of("file", "hd0-file"));
        refuses(first, "Permission conflict on node 'hd2-file'");
        refuses(second, "Permission conflict on node 'hd0-file'");
        qmp.execute(reopening(List.of(first, second)));
        vm.qemuIo("hd0", "read -P 0xa2 0 1k");
        vm.qemuIo("hd2", "read -P 0xa0 0 1k");
        qmp.execute(reopening(List.of(options(0, Map.of("file", "hd0-file")), options(2, Map.of("file", "hd2-file")))));
        vm.qemuIo("hd0", "read -P 0xa0 0 1k");
    }

    @Test
    void a_throttle_filter_is_put_in_and_taken_out() {
        add(options(0));
        qmp.execute("object-add", Map.of("qom-type", "throttle-group", "id", "group0"));
        add(Map.of("driver", "throttle", "node-name", "throttle0", "throttle-group", "group0", "file", "hd0-file"));
        reopen(options(0, Map.of("file", "throttle0")));
        reopen(options(0, Map.of("file", "hd0-file")));
    }

    @Test
    void only_what_is_written_through_the_filter_is_compressed() {
        Disk disk = disks.qcow2("compressed").size("3M").create();
        add(Map.of("driver", "raw", "node-name", "hd", "file", disk.blockdev("disk")));
        add(Map.of("driver", "compress", "node-name", "compress0", "file", "disk"));
        vm.qemuIo("hd", "write -P 0xa0 0 64k");
        reopen(Map.of("driver", "raw", "node-name", "hd", "file", "compress0"));
        vm.qemuIo("hd", "write -P 0xa1 64k 64k");
        reopen(Map.of("driver", "raw", "node-name", "hd", "file", "disk"));
        vm.qemuIo("hd", "write -P 0xa2 128k 64k");
        qmp.execute("blockdev-del", Map.of("node-name", "compress0"));
        del("hd");

        assertThat(disk)
                .hasPattern(
                        new DiskPattern(0xa0, 0, 65536),
                        new DiskPattern(0xa1, 65536, 65536),
                        new DiskPattern(0xa2, 131072, 65536));
        // The first byte of an entry of the L2 table, behind the L1 table, tells: 0x40 is compressed, 0x80 is not.
        assertThat(disks.raw("compressed").existing())
                .hasPattern(
                        new DiskPattern(0x80, 0x40000, 1),
                        new DiskPattern(0x40, 0x40008, 1),
                        new DiskPattern(0x80, 0x40010, 1));
    }

    @Test
    @EnabledIfQemu(blockDriver = {"quorum", "throttle"})
    void drivers_that_cannot_be_reopened_or_not_all_of_them() {
        addAllWithoutBacking();
        Map<String, ?> quorum = Map.of(
                "driver",
                "quorum",
                "node-name",
                "quorum0",
                "vote-threshold",
                2,
                "children",
                List.of("hd0", "hd1", "hd2"));
        add(quorum);
        refuses(quorum, "Block format 'quorum' used by node 'quorum0' does not support reopening files");
        refuses(options(0, backing("quorum0")), "Making 'quorum0' a backing child of 'hd0' would create a cycle");
        List.of("quorum0", "hd0", "hd1", "hd2").forEach(this::del);

        Map<String, Object> blkdebug = new LinkedHashMap<>(
                Map.of("driver", "blkdebug", "node-name", "bd", "config", "/dev/null", "image", options(0)));
        add(blkdebug);
        reopen(blkdebug);
        refuses(with(blkdebug, "image", "hd1"), "Cannot change the option 'image'");
        refuses(with(blkdebug, "align", 33554432), "Cannot change the option 'align'");
        refuses(with(blkdebug, "config", "/non/existent"), "Cannot change the option 'config'");
        del("bd");

        add(Map.of("driver", "null-co", "node-name", "root", "size", 1024));
        refuses(Map.of("driver", "null-co", "node-name", "root", "size", 1 << 30), "Cannot change the option 'size'");
        refuses(Map.of("driver", "null-co", "node-name", "root"), "Option 'size' cannot be reset to its default value");

        add(options(0, Map.of("file", file(0, Map.of("locking", "on")))));
        refuses(file(0, Map.of("locking", "off")), "Cannot change the option 'locking'");
        refuses(file(0, Map.of()), "Option 'locking' cannot be reset to its default value");
        reopen(file(0, Map.of("locking", "on")));
        del("hd0");

        for (String group : List.of("group0", "group1")) {
            qmp.execute("object-add", Map.of("qom-type", "throttle-group", "id", group));
        }
        Map<String, Object> throttle = new LinkedHashMap<>(
                Map.of("driver", "throttle", "node-name", "throttle0", "throttle-group", "group0", "file", options(0)));
        add(throttle);
        reopen(throttle);
        reopen(with(throttle, "file", "hd0"));
        refuses(with(throttle, "throttle-group", "notfound"), "Throttle group 'notfound' does not exist");
        reopen(with(throttle, "throttle-group", "group1"));
        assertThat(qmp)
                .executing("object-del", Map.of("id", "group1"))
                .failsWithDescriptionContaining("object 'group1' is in use");
        reopen(throttle);
        qmp.execute("object-del", Map.of("id", "group1"));
    }

    private static Map<String, Object> with(Map<String, Object> options, String key, Object value) {
        Map<String, Object> changed = new LinkedHashMap<>(options);
        changed.put(key, value);
        return changed;
    }

    @Test
    void backing_can_be_left_out_only_if_there_never_was_one() {
        add(options(2));
        add(options(0));
        reopen(options(0));
        reopen(options(0, backing("hd2")));
        refuses(options(0), "backing is missing for 'hd0'");
        reopen(options(0, backing(NULL)));
        reopen(options(0));
        del("hd0");
        add(options(1));
        reopen(options(1, backing(NULL)));
        refuses(options(1), "backing is missing for 'hd1'");
    }

    private void addChain(Map<String, ?> more) {
        Map<String, Object> below = options(1, Map.of("backing", options(2, more)));
        below.putAll(more);
        Map<String, Object> top = options(0, Map.of("backing", below));
        top.putAll(more);
        add(top);
    }

    private Map<String, Object> chain() {
        return options(0, backing(options(1, backing(options(2)))));
    }

    @Test
    void a_reference_keeps_the_options_of_what_it_refers_to() {
        addChain(Map.of("detect-zeroes", "on"));
        reopen(Map.of("driver", "qcow2", "node-name", "hd0", "file", "hd0-file", "backing", "hd1"));
        assertThat(node("hd0").path("detect_zeroes").asString()).isEqualTo("off");
        assertThat(node("hd1").path("detect_zeroes").asString()).isEqualTo("on");
        assertThat(node("hd2").path("detect_zeroes").asString()).isEqualTo("on");
    }

    private QmpCommand stream(String device) {
        return QmpCommand.of("block-stream").with("job-id", "job0").with("device", device);
    }

    @Test
    void the_options_of_a_disk_that_was_streamed_away_are_refused() {
        addChain(Map.of());
        qmp.execute(stream("hd0").with("base-node", "hd2"));
        assertThat(qmp).job("job0").succeeds();
        assertThat(node("hd1").isMissingNode()).isTrue();

        refuses(chain(), "Cannot change the option 'backing.driver'");
        reopen(options(0, backing(options(2))));
        reopen(options(0, backing("hd2")));
        refuses(options(0), "backing is missing for 'hd0'");
    }

    @Test
    void a_running_stream_freezes_its_part_of_the_chain() {
        addChain(Map.of());
        qmp.execute(stream("hd0").with("base-node", "hd2").with("auto-finalize", false));
        reopen(options(0, backing(options(1, backing(NULL))))); // below its base
        refuses(options(0, backing(NULL)), "Cannot change frozen 'backing' link from 'hd0' to 'hd1'");
        assertThat(qmp).job("job0").succeeds();
    }

    @Test
    void a_stream_below_freezes_only_what_is_below() {
        addChain(Map.of());
        qmp.execute(stream("hd1").with("filter-node-name", "cor").with("auto-finalize", false));
        refuses(chain(), "Cannot change the option 'backing.backing.file.node-name'");
        refuses(
                options(1, Map.of("backing", options(2), "read-only", true)),
                "Read-only block node 'hd1' cannot support read-write users");
        refuses(
                options(1, Map.of("backing", NULL, "read-only", false)),
                "Cannot change frozen 'backing' link from 'hd1' to 'hd2'");
        reopen(options(0, backing(NULL)));
        assertThat(qmp).job("job0").succeeds();
    }

    @Test
    void a_commit_freezes_its_part_of_the_chain() {
        addChain(Map.of());
        qmp.execute(QmpCommand.of("block-commit").with("job-id", "job0").with("device", "hd0"));
        refuses(
                options(0, backing(options(1, backing(NULL)))),
                "Cannot change frozen 'backing' link from 'hd1' to 'hd2'");
        refuses(options(0, backing(NULL)), "Cannot change frozen 'backing' link from 'hd0' to 'hd1'");
        assertThat(qmp).job("job0").succeeds();
    }

    @Test
    void a_commit_below_has_a_filter_that_cannot_be_replaced() {
        addChain(Map.of());
        qmp.execute(QmpCommand.of("block-commit")
                .with("job-id", "job0")
                .with("device", "hd0")
                .with("top-node", "hd1")
                .with("auto-finalize", false));
        refuses(options(0, backing(options(1, backing(NULL)))), "Cannot change the option 'backing.driver'");
        refuses(options(0, backing(NULL)), "Cannot replace implicit backing child of hd0");
        assertThat(qmp).job("job0").succeeds();
        assertThat(node("hd1").isMissingNode()).isTrue();
        assertThat(node("hd0").path("ro").asBoolean()).isFalse();
        assertThat(node("hd2").path("ro").asBoolean()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "iothread0, iothread1, Cannot change iothread of active block backend",
        "iothread0, iothread0, ",
        "iothread0, , ",
        ", iothread0, "
    })
    @Vm(
            machine = "pc",
            paused = true,
            args = {"-m", "64"})
    void a_backing_disk_in_another_iothread(String ofOverlay, String ofBacking, String error) {
        add(options(0));
        add(options(2));
        for (String iothread : List.of("iothread0", "iothread1")) {
            qmp.execute("object-add", Map.of("qom-type", "iothread", "id", iothread));
        }
        plugIn("hd0", "scsi0", ofOverlay);
        plugIn("hd2", "scsi1", ofBacking);
        if (error == null) {
            reopen(options(0, backing("hd2")));
        } else {
            refuses(options(0, backing("hd2")), error);
        }
        reopen(options(0, backing(NULL)));
    }

    private void plugIn(String disk, String bus, String iothread) {
        if (iothread == null) {
            return;
        }
        qmp.execute("device_add", Map.of("driver", "virtio-scsi-pci", "id", bus, "iothread", iothread));
        qmp.execute("device_add", Map.of("driver", "scsi-hd", "drive", disk, "share-rw", true, "bus", bus + ".0"));
    }
}
