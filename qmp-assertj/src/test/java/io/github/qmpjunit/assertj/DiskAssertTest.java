package io.github.qmpjunit.assertj;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.qemu.disk.Disk;
import io.github.qmpjunit.qemu.disk.DiskFormat;
import io.github.qmpjunit.qemu.disk.DiskPattern;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Assertions about disks, by the real tools. */
class DiskAssertTest {

    private static final int KIB = 1 << 10;

    @TempDir
    Path dir;

    private Disk base;
    private Disk top;

    @BeforeEach
    void create() {
        base = Disk.qcow2(dir.resolve("base")).size("1M").create().write(0x5a, 0, 64 * KIB);
        top = Disk.qcow2(dir.resolve("top")).backing(base).create();
    }

    private static void assertFails(ThrowingCallable assertion, String message) {
        assertThatThrownBy(assertion).isInstanceOf(AssertionError.class).hasMessage(message);
    }

    private void damage(Disk disk, int offset, int length) throws IOException {
        byte[] content = Files.readAllBytes(disk.path());
        Arrays.fill(content, offset, offset + length, (byte) 0);
        Files.write(disk.path(), content);
    }

    @Test
    void what_holds_passes() {
        assertThat(top)
                .hasNoErrors()
                .hasNoCorruptions()
                .hasBackingChain(base)
                .hasSameContentAs(base)
                .hasPattern(0x5a, 0, 64 * KIB)
                .hasPattern(new DiskPattern(0x5a, 512, 512), new DiskPattern(0, 64 * KIB, 64 * KIB))
                .isNotAllocated(0, 1 << 20)
                .hasVirtualSize(1 << 20)
                .hasFormat(DiskFormat.QCOW2)
                .hasBitmaps()
                .hasSnapshots();
        assertThat(base).hasNoBackingFile().hasBackingChain().isAllocated(0, 64 * KIB);
        top.addBitmap("b").addBitmap("a").takeSnapshot("s").write(1, 0, 512);
        assertThat(top).hasBitmaps("a", "b").hasSnapshots("s").doesNotHaveSameContentAs(base);
        assertThat(Disk.raw(dir.resolve("raw")).size("1M").create())
                .hasNoErrors()
                .hasFormat(DiskFormat.RAW);
    }

    @Test
    void a_chain() {
        assertFails(
                () -> assertThat(top).hasBackingChain(),
                "%nExpecting the qcow2 disk %s/top:%n  to have no backing file%nbut it has the backing chain %s/base"
                        .formatted(dir, dir));
        assertFails(
                () -> assertThat(base).hasBackingChain(top, base),
                "%nExpecting the qcow2 disk %s/base:%n  to have the backing chain %s/top <- %s/base%nbut it has no backing file"
                        .formatted(dir, dir, dir));
        assertFails(
                () -> assertThat(top).hasNoBackingFile(),
                "%nExpecting the qcow2 disk %s/top:%n  to have no backing file%nbut it has \"%s/base\""
                        .formatted(dir, dir));
    }

    @Test
    void content() {
        assertFails(
                () -> assertThat(top).hasPattern(new DiskPattern(0x5a, 0, 512), new DiskPattern(1, 64 * KIB, 512)),
                "%nExpecting the qcow2 disk %s/top:%n  to have 0x5a in 512 bytes from offset 0, 0x1 in 512 bytes from offset 65536%nbut qemu-io says: Pattern verification failed at offset 65536, 512 bytes"
                        .formatted(dir));
        assertFails(
                () -> assertThat(top).doesNotHaveSameContentAs(base),
                "%nExpecting the qcow2 disk %s/top:%n  to have other content than the qcow2 disk %s/base%nbut they are the same"
                        .formatted(dir, dir));
        top.write(1, 512, 512);
        assertFails(
                () -> assertThat(top).hasSameContentAs(base),
                "%nExpecting the qcow2 disk %s/top:%n  to have the same content as the qcow2 disk %s/base%nbut qemu-img compare says:%n  Content mismatch at offset 512!"
                        .formatted(dir, dir));
    }

    @Test
    void errors() throws IOException {
        damage(base, 3 * 64 * KIB, 8); // the L1 entry: the cluster and its L2 table leak

        assertThatThrownBy(() -> assertThat(base).hasNoErrors())
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith(
                        "%nExpecting the qcow2 disk %s/base:%n  to have no errors%nbut qemu-img check found 0 corruptions, 2 leaked clusters and 0 errors of the check itself:"
                                .formatted(dir));
        assertThat(base).hasNoCorruptions();

        top.write(1, 0, 512);
        damage(top, 2 * 64 * KIB, 64 * KIB); // the refcount block
        assertThatThrownBy(() -> assertThat(top).hasNoCorruptions())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("to have no corruptions")
                .hasMessageContaining("but qemu-img check found ");
    }

    @Test
    void a_format_that_cannot_be_checked() {
        Disk disk = Disk.of(DiskFormat.LUKS, dir.resolve("luks"))
                .size("1M")
                .passphrase("open-sesame-7")
                .create();

        assertFails(
                () -> assertThat(disk).hasNoErrors(),
                "%nExpecting the luks disk %s/luks:%n  to be checked for errors%nbut qemu-img cannot check the format \"luks\". Compare its content instead: hasPattern(...), hasSameContentAs(...)"
                        .formatted(dir));
    }

    @Test
    void what_is_stored() {
        top.addBitmap("b").takeSnapshot("s");

        assertFails(
                () -> assertThat(top).hasBitmaps("a"),
                "%nExpecting the qcow2 disk %s/top:%n  to have the bitmaps [a]%nbut it has the bitmaps [b]"
                        .formatted(dir));
        assertFails(
                () -> assertThat(top).hasSnapshots(),
                "%nExpecting the qcow2 disk %s/top:%n  to have the snapshots []%nbut it has the snapshots [s]"
                        .formatted(dir));
        assertFails(
                () -> assertThat(top).hasVirtualSize(512),
                "%nExpecting the qcow2 disk %s/top:%n  to have a virtual size of 512 bytes%nbut it has a virtual size of 1048576 bytes"
                        .formatted(dir));
        assertFails(
                () -> assertThat(top).hasFormat(DiskFormat.RAW),
                "%nExpecting the qcow2 disk %s/top:%n  to have the format raw%nbut it has the format qcow2"
                        .formatted(dir));
        assertThatThrownBy(() -> assertThat(top).isAllocated(0, 512))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith(
                        "%nExpecting the qcow2 disk %s/top:%n  to be allocated in 512 bytes from offset 0%nbut qemu-img map says:%n  DiskExtent[offset=0, length=65536, depth=1,"
                                .formatted(dir));
        assertThatThrownBy(() -> assertThat(base).isNotAllocated(64 * KIB - 512, 1024))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("not to be allocated in 1024 bytes from offset 65024");
    }

    @Test
    void softly_and_by_factory() {
        QmpSoftAssertions softly = new QmpSoftAssertions();
        softly.assertThat(top).hasNoBackingFile().hasBitmaps("a");
        org.assertj.core.api.Assertions.assertThat(softly.errorsCollected()).hasSize(2);

        org.assertj.core.api.Assertions.assertThat((Object) top)
                .asInstanceOf(QmpAssertions.DISK)
                .hasNoErrors();
        assertThatThrownBy(() -> assertThat((Disk) null).hasNoErrors()).isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> assertThat(top).hasSameContentAs(null)).hasMessageContaining("other must not be null");
    }
}
