package io.github.qmpjunit.junit.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.QemuMachineBuilder;
import io.github.qmpjunit.qemu.QemuOutputException;
import io.github.qmpjunit.qmp.EventMatcher;
import io.github.qmpjunit.qmp.QmpEvents;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reports on real machines; they stay in {@code target/failure-reports} to be looked at. */
class FailureReportTest {

    private static final Path REPORTS = Path.of("target/failure-reports");
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int COM1 = 0x3f8;

    @Test
    void a_failed_block_job_tells_its_reason() throws Exception {
        Instant start = Instant.now();
        try (QemuMachine vm = pcWithScreen("vm")
                .blockNode(Map.of(
                        "driver", "raw",
                        "node-name", "disk",
                        "file",
                                Map.of(
                                        "driver", "blkdebug",
                                        "image", Map.of("driver", "null-co", "size", 64 << 20),
                                        "inject-error",
                                                List.of(Map.of("event", "read_aio", "errno", 5, "sector", 100000)))))
                .blockNode(Map.of("driver", "null-co", "node-name", "target", "size", 64 << 20))
                .start()) {
            vm.console().output().awaitText("No bootable device", SOON);
            for (int i = 0; i < 20; i++) {
                vm.qmp().execute("query-status");
            }
            vm.qmp()
                    .execute(
                            "blockdev-backup",
                            Map.of(
                                    "job-id",
                                    "backup0",
                                    "device",
                                    "disk",
                                    "target",
                                    "target",
                                    "sync",
                                    "full",
                                    "auto-dismiss",
                                    false));
            vm.qmp()
                    .events()
                    .next(EventMatcher.event(QmpEvents.JOB_STATUS_CHANGE).withData("status", "concluded"), SOON);
            AssertionError failure = new AssertionError("""
                    Expected job "backup0" of machine "vm" to complete, but it failed:
                      Input/output error
                    It got as far as 50 of 64 MiB. Its states were:
                      created, running, aborting, concluded""");

            Path page = FailureReport.write(
                    REPORTS.resolve("block-job"),
                    test("a backup of a disk with a bad sector goes on", "test", failure, start),
                    List.of(ReportedMachine.of(vm)));

            assertThat(page).isEqualTo(REPORTS.resolve("block-job/index.html")).isRegularFile();
            Path files = REPORTS.resolve("block-job/vm");
            JsonNode state =
                    JsonMapper.shared().readTree(files.resolve("state.json").toFile());
            assertThat(state.path("query-jobs").path(0).path("error").asString())
                    .isEqualTo("Input/output error");
            assertThat(state.path("query-status").path("status").asString()).isEqualTo("running");
            assertThat(state.path("query-named-block-nodes").size()).isGreaterThanOrEqualTo(2);
            assertThat(ImageIO.read(files.resolve("screen.png").toFile()).getWidth())
                    .isEqualTo(720);
            assertThat(files.resolve("command.sh")).isExecutable().content().contains("exec /");
            assertThat(files.resolve("console.log")).content().contains("No bootable device");
            assertThat(Files.readString(page))
                    .contains(
                            "<span class=\"bad\">Input/output error</span>", "20 times in a row", "JOB_STATUS_CHANGE");
            vm.qmp().execute("job-dismiss", Map.of("id", "backup0"));
        }
    }

    private static QemuMachineBuilder pcWithScreen(String name) {
        return QemuMachine.builder()
                .name(name)
                .machine("pc,graphics=off") // SeaBIOS writes to the serial port as well
                .args("-vga", "std")
                .console("com1")
                .recording();
    }

    private static ReportedTest test(String displayName, String phase, Throwable failure, Instant start) {
        return new ReportedTest(
                displayName, "com.example.disks.BackupTest", "some_method", phase, failure, start, List.of());
    }

    @Test
    void a_boot_that_does_not_come_to_its_login_shows_where_it_got() throws Exception {
        Instant start = Instant.now();
        try (QemuMachine vm = pcWithScreen("guest").machine("q35,graphics=off").start()) {
            vm.console().output().awaitText("No bootable device", SOON);
            QemuOutputException failure = catchThrowableOfType(
                    QemuOutputException.class,
                    () -> vm.console().output().awaitText("login:", Duration.ofMillis(1500)));
            ReportedTest test = new ReportedTest(
                    "boots to the login prompt",
                    FailureReportTest.class.getName(),
                    "boots_to_the_login_prompt",
                    "test",
                    failure,
                    start,
                    List.of(Thread.currentThread().getStackTrace()));

            Path page = FailureReport.write(REPORTS.resolve("boot"), test, List.of(ReportedMachine.of(vm)));

            assertThat(Files.readString(page))
                    .contains("SeaBIOS", "No bootable device", "What the test was waiting for", "s of silence");
        }
    }
}
