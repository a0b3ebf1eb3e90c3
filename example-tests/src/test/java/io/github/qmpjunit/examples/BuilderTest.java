package io.github.qmpjunit.examples;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;

import io.github.qmpjunit.junit.QemuExtension;
import io.github.qmpjunit.junit.Scope;
import io.github.qmpjunit.qmp.QmpClient;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class BuilderTest {

    @RegisterExtension
    static final QemuExtension qemu = QemuExtension.builder()
            .vm(vm -> vm.machine("q35")
                    .memory("64M")
                    .blockNode(Map.of("driver", "null-co", "node-name", "disk0", "size", 1 << 20))
                    .device("virtio-blk-pci", Map.of("id", "blk0", "drive", "disk0")))
            .scope(Scope.CLASS)
            .build();

    @Test
    void the_disk_is_there(QmpClient qmp) {
        assertThat(qmp).executing("query-block").returns("[0].inserted.node-name", "disk0");
    }

    @Test
    void it_can_grow(QmpClient qmp) {
        assertThat(qmp)
                .executing("block_resize", Map.of("node-name", "disk0", "size", 2 << 20))
                .failsWithDescriptionContaining("does not support resize");
    }
}
