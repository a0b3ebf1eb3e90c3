package io.github.qmpjunit.examples;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.qmp.QmpEvents.BLOCK_JOB_READY;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.qmp.EventKey;
import io.github.qmpjunit.qmp.QmpClient;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A key with its own type: a value of another type does not compile. */
@QemuTest
class EventKeyTest {

    @Test
    void awaits_an_event_by_a_typed_key(QmpClient qmp) {
        for (String node : new String[] {"disk", "copy"}) {
            qmp.execute("blockdev-add", Map.of("driver", "null-co", "node-name", node, "size", 1 << 20));
        }
        qmp.execute("blockdev-mirror", Map.of("job-id", "mirror0", "device", "disk", "target", "copy", "sync", "full"));

        EventKey<String> device = new EventKey<>("BLOCK_JOB_READY", "device");

        assertThat(qmp).awaitEvent(BLOCK_JOB_READY).withData(device, "mirror0");
        assertThat(qmp).job("mirror0").succeeds();
    }
}
