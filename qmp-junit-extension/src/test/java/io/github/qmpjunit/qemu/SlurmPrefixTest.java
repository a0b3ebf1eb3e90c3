package io.github.qmpjunit.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.qemu.process.LaunchPrefix;
import io.github.qmpjunit.qemu.process.QemuExitException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Through a real Slurm. */
@Tag("prefix")
class SlurmPrefixTest extends RemotePrefixContract {

    @Override
    List<String> words() {
        return words("srun", "--quiet", "--ntasks=1");
    }

    @Test
    void a_job_that_is_cancelled_ends_the_machine(@TempDir Path marker) throws Exception {
        QemuMachine vm = QemuMachine.builder()
                .prefix(LaunchPrefix.remote("srun", "--quiet", "--ntasks=1", "--job-name=" + marker.getFileName()))
                .args("-name", marker.toString())
                .start();

        Process cancel = new ProcessBuilder("scancel", "--name=" + marker.getFileName())
                .inheritIO()
                .start();

        assertThat(cancel.waitFor()).isZero();
        assertThat(vm.endsWithin(SOON)).isTrue();
        FarProcesses.awaitNone(marker.toString());
        assertThatThrownBy(vm::close).isInstanceOf(QemuExitException.class);
    }
}
