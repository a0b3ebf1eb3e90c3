package io.github.qmpjunit.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StorageDaemonBuilderTest {

    private static final Map<String, ?> NULL_DISK = Map.of("driver", "null-co", "size", 1 << 20);

    @Test
    void a_block_node_names_its_driver_once_and_gets_a_name() {
        try (StorageDaemon daemon = StorageDaemon.builder()
                .blockNode(NULL_DISK)
                .blockNode(NULL_DISK)
                .start()) {
            assertThat(daemon.commandLine().subList(1, 5))
                    .isEqualTo(List.of(
                            "--blockdev",
                            "null-co,node-name=node0,size=1048576",
                            "--blockdev",
                            "null-co,node-name=node1,size=1048576"));
            assertThat(daemon.qmp().execute("query-named-block-nodes").findValuesAsString("node-name"))
                    .containsExactlyInAnyOrder("node0", "node1");
        }
    }

    @Test
    void a_block_node_without_a_driver_is_refused() {
        assertThatThrownBy(() -> StorageDaemon.builder().blockNode(Map.of("node-name", "disk")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("--blockdev needs a \"driver\", but has only {node-name=disk}");
    }

    @Test
    void two_nodes_of_one_name_are_refused() {
        StorageDaemonBuilder builder =
                StorageDaemon.builder().blockNode(Map.of("driver", "null-co", "node-name", "disk"));

        assertThatThrownBy(() -> builder.blockNode(Map.of("driver", "null-aio", "node-name", "disk")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The node-name \"disk\" is taken already");
    }

    @Test
    void ids_that_are_handed_out_never_clash() {
        StorageDaemonBuilder builder =
                StorageDaemon.builder().blockNode(Map.of("driver", "null-co", "node-name", "disk0"));

        assertThat(builder.newId("disk")).isEqualTo("disk1");
        assertThat(builder.newId("disk")).isEqualTo("disk2");
    }
}
