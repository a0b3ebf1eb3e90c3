package io.github.qmpjunit.examples;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.StorageDaemon;
import io.github.qmpjunit.qemu.process.MonitoredProcess;
import org.junit.jupiter.api.Test;

/** A helper that serves machines and storage daemons alike. */
@QemuTest
class AnyProcessTest {

    static void requireNoJobs(MonitoredProcess process) {
        assertThat(process.qmp().execute("query-jobs")).isEmpty();
    }

    @Test
    void no_job_is_there_before_one_is_started(QemuMachine vm, StorageDaemon daemon) {
        requireNoJobs(vm);
        requireNoJobs(daemon);

        assertThat(vm).isRunning();
        assertThat(daemon).isRunning();
    }
}
