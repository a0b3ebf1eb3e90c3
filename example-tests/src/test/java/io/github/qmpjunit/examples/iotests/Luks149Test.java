package io.github.qmpjunit.examples.iotests;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.disk.Disk;
import io.github.qmpjunit.qemu.disk.DiskFormat;
import io.github.qmpjunit.qemu.disk.DiskPattern;
import io.github.qmpjunit.qemu.disk.Disks;
import io.github.qmpjunit.qemu.disk.ToolFailedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/**
 * QEMU's I/O test 149: LUKS images with many ciphers. The original compares QEMU with the kernel's dm-crypt, for which it needs root and
 * cryptsetup, and is skipped otherwise. Here the header is compared with the format's specification instead, and the tools with a machine. Each image costs
 * QEMU some seconds of processor time, so four of the original's 27 configurations are here.
 */
@QemuTest
@Timeout(
        value = 5,
        unit = TimeUnit.MINUTES) // QEMU measures how fast it derives keys, until enough processor time has passed
class Luks149Test {

    private static final int MIB = 1 << 20;
    private static final int HEADER = 208;

    /** Where the texts of a LUKS 1 header begin; each has 32 bytes. */
    private static final int CIPHER = 8;

    private static final int MODE = 40;
    private static final int HASH = 72;

    @ParameterizedTest
    @CsvSource({
        "aes-256, xts, plain64, , aes, xts-plain64",
        "aes-192, xts, plain, , aes, xts-plain",
        "aes-256, cbc, essiv, sha256, aes, cbc-essiv:sha256",
        "serpent-256, xts, plain64, , serpent, xts-plain64"
    })
    void ciphers(
            String algorithm,
            String mode,
            String ivgen,
            String ivgenHash,
            String cipherInHeader,
            String modeInHeader,
            QemuMachine vm,
            Disks disks)
            throws IOException {
        var definition = disks.of(DiskFormat.LUKS, "luks")
                .size("4M")
                .passphrase("the-passphrase-149")
                .option("cipher-alg", algorithm)
                .option("cipher-mode", mode)
                .option("ivgen-alg", ivgen);
        Disk disk = (ivgenHash == null ? definition : definition.option("ivgen-hash-alg", ivgenHash)).create();

        byte[] header = Arrays.copyOf(Files.readAllBytes(disk.path()), HEADER);
        assertThat(header).startsWith('L', 'U', 'K', 'S', 0xba, 0xbe, 0, 1);
        assertThat(text(header, CIPHER)).isEqualTo(cipherInHeader);
        assertThat(text(header, MODE)).isEqualTo(modeInHeader);
        assertThat(text(header, HASH)).isEqualTo("sha512");
        JsonNode info = disk.info().json().at("/format-specific/data");
        assertThat(info.path("cipher-alg").asString()).isEqualTo(algorithm);
        assertThat(info.at("/slots/0/active").asBoolean()).isTrue();

        disk.write(new DiskPattern(0xa7, 0, MIB), new DiskPattern(0x91, 3 * MIB, MIB));
        vm.qmp().execute("object-add", disk.secret());
        vm.qmp().execute("blockdev-add", disk.blockdev("luks"));
        vm.qemuIo("luks", "read -P 0xa7 0 1M");
        vm.qemuIo("luks", "write -P 0x13 1M 1M");
        vm.qmp().execute("blockdev-del", Map.of("node-name", "luks"));
        assertThat(disk)
                .hasPattern(
                        new DiskPattern(0xa7, 0, MIB),
                        new DiskPattern(0x13, MIB, MIB),
                        new DiskPattern(0x91, 3 * MIB, MIB));
        assertThat(Files.readString(disk.path(), StandardCharsets.ISO_8859_1)).doesNotContain("\u00a7".repeat(16));
    }

    private static String text(byte[] header, int offset) {
        return new String(header, offset, 32, StandardCharsets.US_ASCII).replace("\0", "");
    }

    @Test
    void the_passphrase_is_needed(Disks disks) {
        disks.of(DiskFormat.LUKS, "luks")
                .size("1M")
                .passphrase("the-passphrase-149")
                .create();
        assertThatThrownBy(() -> disks.of(DiskFormat.LUKS, "luks")
                        .passphrase("another-one-149")
                        .existing()
                        .qemuIo("read 0 512"))
                .isInstanceOf(ToolFailedException.class)
                .hasMessageContaining("Invalid password, cannot unlock any keyslot");
        assertThatThrownBy(() -> disks.of(DiskFormat.LUKS, "luks").existing().qemuIo("read 0 512"))
                .hasMessageContaining("key-secret");
    }
}
