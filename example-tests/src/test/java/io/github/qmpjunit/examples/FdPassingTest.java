package io.github.qmpjunit.examples;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.qmp.QmpEvents.DUMP_COMPLETED;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.junit.Vm;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpCommand;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that only the test can open travel to QEMU with a command. */
@QemuTest
class FdPassingTest {

    @Test
    void uses_a_disk_that_has_no_name_any_more(QmpClient qmp, @TempDir Path dir) throws IOException {
        Path image = Disks.random(dir.resolve("disk.raw"));
        byte[] content = Files.readAllBytes(image);
        Path copy = Disks.empty(dir.resolve("copy.raw"));
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "r")) {
            Files.delete(image);
            qmp.execute(QmpCommand.of("add-fd", Map.of("fdset-id", 1)).withFds(file.getFD()));
        }

        qmp.execute(
                "blockdev-add",
                Map.of("driver", "file", "node-name", "disk", "filename", "/dev/fdset/1", "read-only", true));
        qmp.execute("blockdev-add", Map.of("driver", "file", "node-name", "copy", "filename", copy));
        qmp.execute("blockdev-backup", Map.of("job-id", "copy0", "device", "disk", "target", "copy", "sync", "full"));

        assertThat(qmp).job("copy0").succeeds();
        assertThat(copy).hasBinaryContent(content);
    }

    @Test
    @Vm(
            machine = "q35",
            paused = true,
            args = {"-m", "16"})
    void dumps_the_memory_of_a_guest_into_an_open_file(QmpClient qmp, @TempDir Path dir) throws IOException {
        Path dump = dir.resolve("memory.elf");
        try (RandomAccessFile file = new RandomAccessFile(dump.toFile(), "rw")) {
            qmp.execute(QmpCommand.of("getfd", Map.of("fdname", "dump")).withFds(file.getFD()));
        }

        qmp.execute("dump-guest-memory", Map.of("paging", false, "protocol", "fd:dump", "detach", true));

        assertThat(qmp).awaitEvent(DUMP_COMPLETED).withData("result.status", "completed");
        assertThat(Disks.read(dump, 0, 4)).isEqualTo(new byte[] {0x7f, 'E', 'L', 'F'});
    }
}
