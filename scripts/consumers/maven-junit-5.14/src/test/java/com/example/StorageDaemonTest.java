package com.example;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.qemu.StorageDaemon;
import java.util.Map;
import org.junit.jupiter.api.Test;

@QemuTest
class StorageDaemonTest {

    @Test
    void adds_a_disk(StorageDaemon daemon) {
        daemon.qmp().execute("blockdev-add", Map.of("driver", "null-co", "node-name", "disk0", "size", 1 << 20));

        assertThat(daemon).executing("query-named-block-nodes").returns("[0].node-name", "disk0");
    }
}
