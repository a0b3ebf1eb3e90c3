package io.github.qmpjunit.examples;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.qmp.QmpEvents.JOB_STATUS_CHANGE;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.qmp.QmpClient;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A test that is meant to fail, for {@code scripts/demo}: it forgets that a mirror waits to be completed. */
@QemuTest
class StagedFailure {

    @Test
    void mirrors_a_disk(QmpClient qmp) {
        qmp.execute("blockdev-add", Map.of("driver", "null-co", "node-name", "from", "size", 1 << 20));
        qmp.execute("blockdev-add", Map.of("driver", "null-co", "node-name", "to", "size", 1 << 20));
        qmp.execute("blockdev-mirror", Map.of("job-id", "mirror0", "device", "from", "target", "to", "sync", "full"));

        assertThat(qmp).awaitEvent(JOB_STATUS_CHANGE).withData("id", "mirror0").withData("status", "concluded");
    }
}
