package io.github.qmpjunit.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.job.QmpJob;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A job is driven to its end by code that has no assertions at hand. */
@QemuTest
class PlainJobTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    @Test
    void drives_a_backup_to_its_end(QmpClient qmp) {
        for (String node : new String[] {"disk", "copy"}) {
            qmp.execute("blockdev-add", Map.of("driver", "null-co", "node-name", node, "size", 1 << 20));
        }
        qmp.execute(
                "blockdev-backup",
                Map.of(
                        "job-id",
                        "backup0",
                        "device",
                        "disk",
                        "target",
                        "copy",
                        "sync",
                        "full",
                        "auto-finalize",
                        false,
                        "auto-dismiss",
                        false));

        try (QmpJob job = QmpJob.follow(qmp, "backup0")) {
            job.driveToEnd(SOON);
            assertThat(job.error()).isEmpty();
        }
        assertThat(qmp.execute("query-jobs")).isEmpty();
    }
}
