package io.github.qmpjunit.examples;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;

import io.github.qmpjunit.junit.EnabledIfQemu;
import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.junit.Vm;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qmp.QmpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@QemuTest
@Vm(
        value = "before",
        machine = "q35",
        args = {"-m", "64"})
@Vm(
        value = "after",
        machine = "q35",
        args = {"-m", "64", "-incoming", "defer"})
class SaveToFileTest {

    @Test
    @EnabledIfQemu(version = "[8.2,)") // the first that migrates to a file
    void a_machine_is_saved_to_a_file_and_goes_on_later(
            @Vm("before") QmpClient before,
            @Vm("after") QmpClient after,
            @Vm("after") QemuMachine vm,
            @TempDir Path dir) {
        Map<String, ?> file = Map.of("uri", "file:" + dir.resolve("state"));
        before.execute("migrate", file);
        assertThat(before)
                .within(Duration.ofSeconds(40))
                .awaitReply("query-migrate")
                .with("status", "completed");

        after.execute("migrate-incoming", file);

        assertThat(vm).within(Duration.ofSeconds(40)).awaitStatus("running");
    }
}
