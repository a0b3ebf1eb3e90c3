package io.github.qmpjunit.examples.iotests;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.qmp.QmpEvents.BLOCK_JOB_CANCELLED;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.junit.DiskFormats;
import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.junit.Vm;
import io.github.qmpjunit.qemu.disk.Disk;
import io.github.qmpjunit.qemu.disk.DiskFormat;
import io.github.qmpjunit.qemu.disk.DiskPattern;
import io.github.qmpjunit.qemu.disk.Disks;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpCommand;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** QEMU's I/O test 055: {@code drive-backup} and {@code blockdev-backup}, by themselves and in transactions, with limits and compression. */
@QemuTest
@Vm(
        machine = "q35",
        paused = true,
        args = {"-m", "64", "-device", "virtio-scsi-pci", "-device", "scsi-cd,id=cd0"})
@ParameterizedClass
@DiskFormats(DiskFormat.QCOW2) // one at a time, as "check -qcow2" does; it is for RAW, too
class Backup055Test {

    private static final int MIB = 1 << 20;

    @Parameter
    DiskFormat format;

    private QmpClient qmp;
    private Disks disks;
    private Disk source;
    private Disk target;

    @BeforeEach
    void create(QmpClient client, Disks folder) {
        qmp = client;
        disks = folder;
        source = disks.of(format, "source").size("64M").create();
        source.write(
                new DiskPattern(0x11, 0, 64 << 10),
                new DiskPattern(0, 64 << 10, 128 << 10),
                new DiskPattern(0x22, 162 << 10, 32 << 10),
                new DiskPattern(0xd5, MIB, 32 << 10),
                new DiskPattern(0xdc, 32 * MIB, 124 << 10),
                new DiskPattern(0x33, 67043328, 64 << 10));
        target = disks.of(format, "target").size("64M").create();
        qmp.execute("blockdev-add", source.blockdev("source"));
    }

    private void attach(Disk disk) {
        qmp.execute("blockdev-add", disk.blockdev("target"));
    }

    /** Return a backup to a node, or to a path that QEMU opens by itself. */
    private QmpCommand backup(String command) {
        QmpCommand backup = QmpCommand.of(command)
                .with("job-id", "backup0")
                .with("device", "source")
                .with("sync", "full");
        if (command.equals("blockdev-backup")) {
            attach(target);
            return backup.with("target", "target");
        }
        return backup.with("target", target.path())
                .with("format", target.format())
                .with("mode", "existing");
    }

    private static QmpCommand transaction(QmpCommand... commands) {
        List<Map<String, ?>> actions = new ArrayList<>();
        for (QmpCommand command : commands) {
            actions.add(Map.of(
                    "type",
                    command.name(),
                    "data",
                    command.arguments().<Object>map(data -> data).orElse(Map.of())));
        }
        return QmpCommand.of("transaction").with("actions", actions);
    }

    private void cancel() {
        qmp.execute("block-job-cancel", Map.of("device", "backup0"));
        assertThat(qmp).awaitEvent(BLOCK_JOB_CANCELLED).withData("type", "backup");
    }

    private void close() {
        for (var node : qmp.execute("query-named-block-nodes", Map.of("flat", true))) {
            String name = node.path("node-name").asString();
            if (!name.startsWith("#")) {
                qmp.execute("blockdev-del", Map.of("node-name", name));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"drive-backup, false", "drive-backup, true", "blockdev-backup, false", "blockdev-backup, true"})
    void is_cancelled(String command, boolean inTransaction) {
        QmpCommand backup = backup(command).with("speed", 64 << 10);
        qmp.execute(inTransaction ? transaction(backup) : backup);
        cancel();
    }

    @ParameterizedTest
    @CsvSource({"drive-backup, false", "drive-backup, true", "blockdev-backup, false", "blockdev-backup, true"})
    void does_nothing_while_it_is_paused(String command, boolean inTransaction) {
        QmpCommand backup = backup(command).with("speed", 64 << 10);
        qmp.execute(inTransaction ? transaction(backup) : backup);
        pauseAndResume();
        close();

        assertThat(target).hasSameContentAs(source).hasNoErrors();
    }

    private void pauseAndResume() {
        qmp.execute("block-job-pause", Map.of("device", "backup0"));
        assertThat(qmp).job("backup0").reaches("paused");
        qmp.execute("block-job-set-speed", Map.of("device", "backup0", "speed", 0));
        assertThat(qmp).executing("query-block-jobs").returns("[0].paused", true);
        JsonNode job = qmp.execute("query-block-jobs").get(0);
        assertThat(job.path("offset").asLong()) // a request that was in flight may still end, no further one follows
                .isLessThan(job.path("len").asLong());
        qmp.execute("block-job-resume", Map.of("device", "backup0"));
        assertThat(qmp).job("backup0").succeeds();
    }

    @ParameterizedTest
    @ValueSource(strings = {"source", "target"})
    void neither_side_is_resized_before_the_job_is_finalized(String node) {
        qmp.execute(backup("blockdev-backup").with("auto-finalize", false));
        assertThat(qmp).job("backup0").reaches("pending");
        assertThat(qmp)
                .executing("block_resize", Map.of("node-name", node, "size", 65536))
                .failsWith("GenericError");
        assertThat(qmp).job("backup0").succeeds();
    }

    @ParameterizedTest
    @ValueSource(ints = {32, 128})
    void the_target_must_have_the_sources_size(int mebibytes) {
        QmpCommand backup = backup("blockdev-backup");
        qmp.execute("block_resize", Map.of("node-name", "target", "size", (long) mebibytes * MIB));
        assertThat(qmp).executing(backup).failsWithDescriptionContaining("different sizes");
    }

    @ParameterizedTest
    @CsvSource({
        "drive-backup, cd0, false",
        "drive-backup, cd0, true",
        "drive-backup, nonexistent, false",
        "drive-backup, nonexistent, true",
        "blockdev-backup, cd0, false",
        "blockdev-backup, cd0, true",
        "blockdev-backup, nonexistent, false",
        "blockdev-backup, nonexistent, true"
    })
    void the_source_must_be_there(String command, String device, boolean inTransaction) {
        QmpCommand backup = QmpCommand.of(command)
                .with("job-id", "backup0")
                .with("device", device)
                .with("sync", "full");
        backup = backup.with("target", command.equals("drive-backup") ? target.path() : "source");
        assertRefused(backup, inTransaction);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void the_target_must_be_there_and_another_one(boolean inTransaction) {
        QmpCommand toNode =
                QmpCommand.of("blockdev-backup").with("job-id", "backup0").with("device", "source");
        assertRefused(toNode.with("target", "nonexistent").with("sync", "full"), inTransaction);
        assertRefused(toNode.with("target", "source").with("sync", "full"), inTransaction);
        QmpCommand toPath =
                QmpCommand.of("drive-backup").with("job-id", "backup0").with("device", "source");
        QmpCommand toNowhere = toPath.with("sync", "full").with("target", disks.path("nowhere"));
        assertRefused(toNowhere.with("mode", "existing"), inTransaction);
        assertRefused(toNowhere.with("format", "spaghetti-noodles"), inTransaction);
    }

    private void assertRefused(QmpCommand backup, boolean inTransaction) {
        if (inTransaction) {
            assertThat(qmp).executing(transaction(backup)).failsWith("GenericError");
            assertThat(qmp)
                    .executing(transaction(backup, QmpCommand.of("abort", Map.of())))
                    .failsWith("GenericError");
        } else {
            assertThat(qmp).executing(backup).failsWith("GenericError");
        }
        assertThat(qmp.execute("query-block-jobs")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"drive-backup", "blockdev-backup"})
    void keeps_to_its_speed(String command) {
        QmpCommand backup = backup(command);
        assertThat(qmp).executing(backup.with("speed", -1)).failsWith("GenericError");
        assertThat(qmp.execute("query-block-jobs")).isEmpty();

        qmp.execute(backup.with("speed", 64 << 10));
        assertThat(qmp).executing("query-block-jobs").returns("[0].speed", 64 << 10);
        qmp.execute("block-job-set-speed", Map.of("device", "backup0", "speed", 128 << 10));
        assertThat(qmp).executing("query-block-jobs").returns("[0].speed", 128 << 10);
        assertThat(qmp)
                .executing("block-job-set-speed", Map.of("device", "backup0", "speed", -1))
                .failsWith("GenericError");
        cancel();
    }

    @ParameterizedTest
    @CsvSource({"drive-backup, QCOW2", "blockdev-backup, QCOW2", "drive-backup, VMDK", "blockdev-backup, VMDK"})
    void compresses(String command, DiskFormat compressed) {
        target = compressed == DiskFormat.VMDK
                ? disks.of(compressed, "compressed")
                        .size("64M")
                        .option("subformat", "streamOptimized")
                        .create()
                : disks.of(compressed, "compressed").size("64M").create();
        qmp.execute(backup(command).with("compress", true).with("speed", 64 << 10));
        pauseAndResume();
        close();

        assertThat(target).hasSameContentAs(source).hasNoErrors();
    }

    @ParameterizedTest
    @ValueSource(strings = {"drive-backup", "blockdev-backup"})
    void is_cancelled_while_it_compresses(String command) {
        target = disks.qcow2("compressed").size("64M").create();
        qmp.execute(backup(command).with("compress", true).with("speed", 64 << 10));
        cancel();
    }
}
