package io.github.qmpjunit.examples;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.qmp.QmpEvents.RESUME;
import static io.github.qmpjunit.qmp.QmpEvents.STOP;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.junit.Vm;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qmp.QmpClient;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@QemuTest
@Vm(
        value = "src",
        machine = "q35",
        args = {"-m", "64"})
@Vm(
        value = "dst",
        machine = "q35",
        args = {"-m", "64", "-incoming", "defer"})
class TwoMachinesTest {

    @Test
    void migrates_from_one_machine_to_the_other(
            @Vm("src") QmpClient src, @Vm("dst") QmpClient dst, @Vm("dst") QemuMachine dstVm, @TempDir Path dir) {
        String uri = "unix:" + dir.resolve("migration");
        dst.execute("migrate-incoming", Map.of("uri", uri));
        src.execute("migrate", Map.of("uri", uri));

        assertThat(src).awaitEvent(STOP);
        assertThat(dst).awaitEvent(RESUME);
        assertThat(dstVm).awaitStatus("running");
    }
}
