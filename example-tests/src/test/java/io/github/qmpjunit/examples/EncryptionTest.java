package io.github.qmpjunit.examples;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.examples.Disks.SIZE;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qmp.QmpClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A LUKS image opens with its passphrase, and shows nothing of what is in it. */
@QemuTest
class EncryptionTest {

    @Test
    void opens_an_encrypted_image_only_with_its_passphrase(QemuMachine vm, QmpClient qmp, @TempDir Path dir)
            throws IOException {
        Path image = Files.createFile(dir.resolve("disk.luks"));
        qmp.execute("object-add", Map.of("qom-type", "secret", "id", "right", "data", "open sesame"));
        qmp.execute("object-add", Map.of("qom-type", "secret", "id", "wrong", "data", "open barley"));
        qmp.execute("blockdev-add", Map.of("driver", "file", "node-name", "file0", "filename", image));
        Map<String, ?> options = Map.of(
                "driver",
                "luks",
                "file",
                "file0",
                "size",
                SIZE,
                "key-secret",
                "right",
                "iter-time",
                10,
                "hash-alg",
                "sha512");
        qmp.execute("blockdev-create", Map.of("job-id", "create0", "options", options));
        // QEMU measures how fast this machine derives keys, and answers nothing meanwhile.
        assertThat(qmp).job("create0").within(Duration.ofMinutes(1)).succeeds();

        assertThat(qmp).executing("blockdev-add", luks("wrong")).failsWithDescriptionContaining("Invalid password");
        assertThat(qmp).executing("blockdev-add", luks("right")).succeeds();

        Disks.write(vm, "disk", 0, SIZE);
        assertThat(Files.readString(image, ISO_8859_1)).doesNotContain("ZZZZZZZZ");
    }

    private static Map<String, ?> luks(String secret) {
        return Map.of("driver", "luks", "node-name", "disk", "file", "file0", "key-secret", secret);
    }
}
