package io.github.qmpjunit.qemu.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.qemu.QemuMachine;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Disks, by the real tools. */
class DiskTest {

    private static final int KIB = 1 << 10;
    private static final int MIB = 1 << 20;
    private static final String PASSPHRASE = "open-sesame-7";

    @TempDir
    Path dir;

    private Disk qcow2(String name) {
        return Disk.qcow2(dir.resolve(name)).size("1M").create();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "LUKS")
    void keeps_what_is_written_in_any_format(DiskFormat format) {
        Disk disk = Disk.of(format, dir.resolve("odd, name=on:1." + format))
                .size(4 * MIB)
                .create();

        disk.write(new DiskPattern(0x5a, 0, 64 * KIB), new DiskPattern(0xd2, 128 * KIB, 64 * KIB));

        assertThat(disk.mismatch(
                        new DiskPattern(0x5a, 0, 64 * KIB),
                        new DiskPattern(0, 64 * KIB, 64 * KIB),
                        new DiskPattern(0xd2, 128 * KIB, 64 * KIB)))
                .isEmpty();
        assertThat(disk.mismatch(new DiskPattern(0x5a, 0, 64 * KIB), new DiskPattern(1, 64 * KIB, 512)))
                .hasValueSatisfying(words -> assertThat(words).contains("Pattern verification failed at offset 65536"));
        assertThat(disk.info().virtualSize()).isGreaterThanOrEqualTo(4 * MIB);
        assertThat(disk.probedFormat()).isEqualTo(format.driver());
        assertThat(disk.check().corruptions()).isZero();
    }

    @ParameterizedTest
    @EnumSource(names = {"LUKS", "QCOW2"})
    void an_encrypted_disk_opens_only_with_its_passphrase(DiskFormat format) throws Exception {
        Path path = dir.resolve("disk");
        Disk disk = Disk.of(format, path).size("1M").passphrase(PASSPHRASE).create();

        disk.write('Z', 0, 64 * KIB);

        assertThat(disk.mismatch(new DiskPattern('Z', 0, 64 * KIB))).isEmpty();
        assertThat(Files.readString(path, StandardCharsets.ISO_8859_1)).doesNotContain("ZZZZZZZZ");
        Disk wrong = Disk.of(format, path).passphrase("open-barley-8").existing();
        assertThatThrownBy(() -> wrong.write('Z', 0, 512))
                .isInstanceOf(ToolFailedException.class)
                .hasMessageContaining("Invalid password")
                .hasMessageNotContainingAny("open-barley-8", PASSPHRASE);
        assertThatThrownBy(() -> wrong.mismatch(new DiskPattern('Z', 0, 512)))
                .isInstanceOf(ToolFailedException.class)
                .hasMessageContaining("Invalid password");
    }

    @Test
    void an_encrypted_disk_is_converted_and_compared() {
        Disk plain = qcow2("plain").write(0x5a, 0, 64 * KIB);

        Disk encrypted =
                plain.convert(Disk.of(DiskFormat.LUKS, dir.resolve("encrypted")).passphrase(PASSPHRASE));

        assertThat(plain.compare(encrypted)).isEmpty();
        encrypted.write(1, 512, 512);
        assertThat(encrypted.compare(plain))
                .hasValueSatisfying(words -> assertThat(words).contains("Content mismatch at offset 512"));
    }

    @Test
    void an_encrypted_disk_opens_in_a_machine() {
        Disk disk = Disk.of(DiskFormat.QCOW2, dir.resolve("a disk"))
                .size("1M")
                .passphrase(PASSPHRASE)
                .create();
        try (QemuMachine vm = QemuMachine.builder().start()) {
            vm.qmp().execute("object-add", disk.secret());
            vm.qmp().execute("blockdev-add", disk.blockdev("disk0"));

            vm.qemuIo("disk0", "write -P 0x5a 0 64k");
        }

        assertThat(disk.mismatch(new DiskPattern(0x5a, 0, 64 * KIB))).isEmpty();
        assertThatThrownBy(() -> qcow2("plain").secret())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("passphrase(...)");
    }

    @Test
    void a_chain_of_backing_disks() {
        Disk base = qcow2("base").write(1, 0, 64 * KIB);
        Disk middle = Disk.qcow2(dir.resolve("middle")).backing(base).create();
        Disk top = Disk.qcow2(dir.resolve("top")).backing(middle).create().write(2, 64 * KIB, 64 * KIB);

        assertThat(top.backingChain())
                .extracting(info -> info.json().path("filename").asString())
                .containsExactly(middle.path().toString(), base.path().toString());
        assertThat(base.backingChain()).isEmpty();
        assertThat(top.info().backingFile()).contains(middle.path().toString());
        assertThat(top.map())
                .contains(
                        new DiskExtent(0, 64 * KIB, 2, false, true),
                        new DiskExtent(64 * KIB, 64 * KIB, 0, false, true));

        top.commit();
        assertThat(middle.mismatch(new DiskPattern(2, 64 * KIB, 64 * KIB))).isEmpty();
        top.rebase(base);
        assertThat(top.backingChain()).hasSize(1);
        assertThat(top.compare(middle)).isEmpty();
    }

    @Test
    void snapshots_and_sizes() {
        Disk disk = qcow2("disk").write(1, 0, 512).takeSnapshot("before").write(2, 0, 512);
        assertThat(disk.info().snapshots()).containsExactly("before");

        disk.applySnapshot("before");
        assertThat(disk.mismatch(new DiskPattern(1, 0, 512))).isEmpty();
        disk.deleteSnapshot("before");
        assertThat(disk.info().snapshots()).isEmpty();

        assertThat(disk.resize("+1M").info().virtualSize()).isEqualTo(2 * MIB);
        assertThat(disk.resize("512K").info().virtualSize()).isEqualTo(512 * KIB);
    }

    @Test
    void bitmaps() {
        Disk disk = qcow2("disk").addBitmap("a").addBitmap("b", 32 * KIB);
        disk.disableBitmap("a").clearBitmap("b").mergeBitmap("b", "a");

        assertThat(disk.info().bitmaps())
                .containsExactlyInAnyOrder(
                        new DiskBitmap("a", 64 * KIB, false, false), new DiskBitmap("b", 32 * KIB, true, false));
        assertThat(disk.enableBitmap("a").removeBitmap("b").info().bitmaps())
                .containsExactly(new DiskBitmap("a", 64 * KIB, true, false));
    }

    @Test
    void a_check_finds_leaks_and_repairs_them() throws Exception {
        Disk disk = qcow2("disk").write(1, 0, 64 * KIB);
        assertThat(disk.check()).isEqualTo(new DiskCheck(true, 0, 0, 0, ""));

        // Forget the cluster's L1 entry (8 bytes at offset 3 * 64 KiB): the L2 table and the data cluster leak.
        byte[] content = Files.readAllBytes(disk.path());
        java.util.Arrays.fill(content, 3 * 64 * KIB, 3 * 64 * KIB + 8, (byte) 0);
        Files.write(disk.path(), content);

        assertThat(disk.check().leaks()).isEqualTo(2);
        disk.repair();
        assertThat(disk.check().leaks()).isZero();
    }

    @Test
    void a_format_without_a_check_says_so() {
        assertThat(Disk.raw(dir.resolve("raw")).size("1M").create().check().isSupported())
                .isFalse();
    }

    @Test
    void a_disk_that_a_machine_has_open_is_read_on_request_only() {
        Disk disk = qcow2("disk");
        try (QemuMachine vm = QemuMachine.builder().start()) {
            vm.qmp().execute("blockdev-add", disk.blockdev("disk0"));

            assertThatThrownBy(disk::info)
                    .isInstanceOf(ToolFailedException.class)
                    .hasMessageContaining("lock")
                    .hasMessageContaining("disk.whileInUse()");
            Disk inUse = disk.whileInUse();
            assertThat(inUse.info().virtualSize()).isEqualTo(MIB);
            assertThat(inUse.map()).isNotEmpty();
            assertThat(inUse.probedFormat()).isEqualTo("qcow2");
            assertThat(inUse.mismatch(new DiskPattern(0, 0, 512))).isEmpty();
            assertThat(inUse.compare(qcow2("other"))).isEmpty();
            assertThat(inUse.backingChain()).isEmpty();
            vm.qmp().execute("blockdev-del", Map.of("node-name", "disk0"));
        }
    }

    @Test
    void what_a_tool_refuses_fails_with_its_words() {
        assertThatThrownBy(() -> Disk.qcow2(dir.resolve("disk"))
                        .size("1M")
                        .option("cluster_size", 1000)
                        .create())
                .isInstanceOf(ToolFailedException.class)
                .hasMessageContaining("qemu-img failed, it exited with status 1:\n")
                .hasMessageContaining("Cluster size must be a power of two")
                .hasMessageContaining("cluster_size=1000");
        assertThatThrownBy(() -> qcow2("disk").qemuIo("read 0 1k", "write 2M 512"))
                .isInstanceOf(ToolFailedException.class)
                .hasMessageContaining("write failed: Input/output error");
        assertThatThrownBy(() -> Disk.qcow2(dir.resolve("nowhere")).existing().info())
                .hasMessageContaining("No such file or directory");
    }

    @Test
    void a_scratch_folder_is_removed() {
        Path folder;
        try (Disks disks = Disks.scratch(QemuTools.usual())) {
            folder = disks.folder();
            disks.raw("a").size("1M").create();
            disks.qcow2("b").size("1M").create();
            assertThat(folder).isDirectoryContaining("glob:**/a");
        }
        assertThat(folder).doesNotExist();

        try (Disks disks = Disks.in(dir, QemuTools.usual())) {
            disks.of(DiskFormat.QED, "c").size("1M").create();
        }
        assertThat(dir.resolve("c")).exists();
    }

    @Test
    void patterns_are_bytes_in_a_part() {
        for (List<Integer> wrong :
                List.of(List.of(256, 0, 1), List.of(-1, 0, 1), List.of(0, -1, 1), List.of(0, 0, 0))) {
            assertThatThrownBy(() -> new DiskPattern(wrong.get(0), wrong.get(1), wrong.get(2)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("A pattern ");
        }
    }
}
