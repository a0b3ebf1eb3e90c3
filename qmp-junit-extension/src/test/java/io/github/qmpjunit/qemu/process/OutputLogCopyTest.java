package io.github.qmpjunit.qemu.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.secrets.Secrets;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class OutputLogCopyTest {

    @Test
    @EnabledOnOs(OS.LINUX)
    void a_full_disk_ends_the_copy_and_not_the_reading() throws Exception {
        OutputLog log = new OutputLog("a log", new Secrets());
        PipedOutputStream writer = new PipedOutputStream();
        log.follow(new PipedInputStream(writer), "a-log");
        log.copyTo(Path.of("/dev/full"));

        writer.write("one\ntwo\n".getBytes(StandardCharsets.UTF_8));
        writer.flush();
        log.awaitText("two", Duration.ofSeconds(20));
        writer.write("three\n".getBytes(StandardCharsets.UTF_8));
        writer.close();

        log.awaitText("three", Duration.ofSeconds(20));
        assertThat(log.lines()).containsExactly("one", "two", "three");
    }
}
