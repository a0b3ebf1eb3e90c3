package io.github.qmpjunit.examples.iotests;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.qemu.disk.Disk;
import io.github.qmpjunit.qemu.disk.Disks;
import io.github.qmpjunit.qemu.disk.ToolFailedException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * QEMU's I/O test 026: a qcow2 image stays consistent whatever its metadata's writes run into. The original combines every event with two errors,
 * with one or lasting errors, and with guest data or a machine's state; here each event meets one pair of them, and another one.
 */
@QemuTest
class ErrorPaths026Test {

    private static Disk failing(Disk disk, String event, int errno, boolean once) {
        return disk.withBlkdebug(Map.of("inject-error", List.of(Map.of("event", event, "errno", errno, "once", once))));
    }

    private static void assertFails(Disk disk, String error, String... commands) {
        assertThatThrownBy(() -> disk.qemuIo(commands))
                .isInstanceOf(ToolFailedException.class)
                .hasMessageContaining(error);
        assertThat(disk).hasNoCorruptions();
    }

    @ParameterizedTest
    @CsvSource({
        "l1_update, 0",
        "l2_update, 512",
        "l2_alloc_write, 0",
        "write_aio, 0",
        "refblock_load, 0",
        "refblock_update_part, 0",
        "refblock_alloc, 0",
        "cluster_alloc, 0"
    })
    void writes_that_fail(String event, int writtenBefore, Disks disks) {
        Disk disk = disks.qcow2("disk").size("1G").option("cluster_size", 1024).create();
        if (writtenBefore > 0) { // an update, and not the allocation of the table
            disk.write(1, 0, writtenBefore);
        }
        assertFails(failing(disk, event, 5, true), "Input/output error", "write -f 0 128k");
        assertFails(failing(disk, event, 28, false), "No space left on device", "write -b 0 128k", "flush");
    }

    @Test
    void tables_that_cannot_be_read(Disks disks) {
        Disk disk = disks.qcow2("disk")
                .size("1G")
                .option("cluster_size", 1024)
                .create()
                .write(1, 0, 128 << 10);
        assertFails(failing(disk, "l2_load", 5, true), "write failed: Input/output error", "write -f 0 128k");
        assertFails(failing(disk, "l2_load", 28, false), "read failed: No space left on device", "read 0 128k");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "refblock_alloc_hookup",
                "refblock_alloc_write",
                "refblock_alloc_write_blocks",
                "refblock_alloc_write_table",
                "refblock_alloc_switch_table"
            })
    void a_refcount_table_that_cannot_grow(String event, Disks disks) {
        Disk disk = disks.qcow2("disk").size("1G").option("cluster_size", 512).create();
        assertFails(failing(disk, event, 28, true), "No space left on device", "write -f 0 64M");
        assertFails(failing(disk, event, 28, false), "No space left on device", "write -b 0 64M", "flush");
    }

    @ParameterizedTest
    @ValueSource(strings = {"l1_grow_alloc_table", "l1_grow_write_table", "l1_grow_activate_table"})
    void an_L1_table_that_cannot_grow(String event, Disks disks) {
        Disk disk = disks.qcow2("disk").size("1G").option("cluster_size", 1024).create();
        assertFails(failing(disk, event, 5, true), "Input/output error", "write -b 0 64k");
        assertFails(failing(disk, event, 28, false), "No space left on device", "write -b 0 64k");
    }

    @Test
    void one_failed_write_leaks_no_clusters(Disks disks) {
        Disk disk = disks.qcow2("disk").size("64M").create();
        assertFails(failing(disk, "write_aio", 5, true), "Input/output error", "write 0 1M", "write 0 1M");
        assertThat(disk).hasNoErrors();
    }

    @Test
    void a_preallocated_zero_cluster_survives_a_failed_write(Disks disks) {
        Disk disk = disks.qcow2("disk").size(1024).option("cluster_size", 1024).create();
        disk.qemuIo("write 0 1024", "write -z 0 1024");
        assertFails(failing(disk, "write_aio", 5, true), "Input/output error", "write 0 1024");
        assertThat(disk).hasNoErrors().hasPattern(0, 0, 1024);
    }
}
