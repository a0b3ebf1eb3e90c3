package io.github.qmpjunit.junit.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.QemuMachineBuilder;
import io.github.qmpjunit.qemu.StorageDaemon;
import io.github.qmpjunit.qemu.process.QemuOutputException;
import io.github.qmpjunit.qemu.process.QemuStartException;
import io.github.qmpjunit.qmp.EventMatcher;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpErrorException;
import io.github.qmpjunit.qmp.QmpEvents;
import io.github.qmpjunit.qmp.scripted.ScriptedQmpServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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
                    It went through:
                      created, running, aborting, concluded""");

            Path page = FailureReport.write(
                    REPORTS.resolve("block-job"),
                    test("a backup of a disk with a bad sector goes on", "test", failure, start),
                    List.of(ReportedMachine.of(vm)),
                    SOON);

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
        String method = displayName.replaceAll("\\W+", "_");
        return new ReportedTest(
                new ReportedTest.Names(displayName, "com.example.DiskTest", method),
                phase,
                failure,
                start,
                List.of(),
                List.of());
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
                    new ReportedTest.Names(
                            "boots to the login prompt",
                            FailureReportTest.class.getName(),
                            "boots_to_the_login_prompt"),
                    "test",
                    failure,
                    start,
                    List.of(Thread.currentThread().getStackTrace()),
                    List.of());

            Path page = FailureReport.write(REPORTS.resolve("boot"), test, List.of(ReportedMachine.of(vm)), SOON);

            assertThat(Files.readString(page))
                    .contains("SeaBIOS", "No bootable device", "What the test was waiting for", "s of silence");
        }
    }

    @Test
    void what_a_guest_prints_is_text_and_nothing_else() throws Exception {
        String hostile = "<script>alert(1)</script> \u001B[31mred\u001B[0m \0 <!--{title}--> $1 &amp; ";
        try (QemuMachine vm = QemuMachine.builder()
                .machine("pc")
                .paused()
                .qtest()
                .console("com1")
                .recording()
                .start()) {
            for (byte letter : hostile.getBytes(StandardCharsets.US_ASCII)) {
                vm.qtest().outb(COM1, letter);
            }
            vm.qtest().outb(COM1, 0xC3); // begins a character that does not go on
            vm.qtest().outb(COM1, '\n');
            vm.console().output().awaitLine("script", SOON);

            Path page = FailureReport.write(
                    REPORTS.resolve("hostile"),
                    test("<b>bold</b>", "test", new AssertionError("</pre><h1>big"), Instant.now()),
                    List.of(ReportedMachine.of(vm)),
                    SOON);

            String html = Files.readString(page);
            assertThat(html)
                    .contains(
                            "&lt;script&gt;alert(1)&lt;/script&gt; red  &lt;!--{title}--&gt; $1 &amp;amp; \uFFFD",
                            "<h1>&lt;b&gt;bold&lt;/b&gt;</h1>",
                            "&lt;/pre&gt;&lt;h1&gt;big")
                    .doesNotContain("<script>alert", "\u001B", "\0")
                    .containsOnlyOnce("<script");
            assertThat(REPORTS.resolve("hostile/vm/console.log")).content().contains("\u001B[31mred");
        }
    }

    @Test
    void secrets_stand_in_no_file(@TempDir Path dir) throws Exception {
        try (QemuMachine vm = QemuMachine.builder()
                .object("secret", Map.of("id", "given", "data", "hunter-22"))
                .recording()
                .start()) {
            vm.qmp().execute("object-add", Map.of("qom-type", "secret", "id", "added", "data", "swordfish,\"7\""));
            AssertionError failure = new AssertionError("Expected hunter-22, but found swordfish,\"7\"");

            FailureReport.write(dir, test("x", "test", failure, Instant.now()), List.of(ReportedMachine.of(vm)), SOON);

            try (Stream<Path> files = Files.walk(dir)) {
                assertThat(files.filter(Files::isRegularFile))
                        .hasSizeGreaterThanOrEqualTo(7)
                        .allSatisfy(file -> assertThat(file)
                                .content()
                                .doesNotContain("hunter-22")
                                .doesNotContain("swordfish"));
            }
            assertThat(dir.resolve("failure.txt")).content().contains("Expected ***, but found ***");
            assertThat(dir.resolve("vm/command.sh")).content().contains("'secret,data=***,id=given'");
        }
    }

    @Test
    void a_dead_machine_is_reported_with_its_end() throws Exception {
        try (QemuMachine vm = QemuMachine.builder().name("dead").recording().start()) {
            vm.qmp().execute("query-status");
            vm.kill();
            vm.awaitExit(SOON);

            Path page = FailureReport.write(
                    REPORTS.resolve("dead"),
                    test(
                            "outlives its guest",
                            "test",
                            new AssertionError("QEMU is gone"),
                            Instant.now().minusSeconds(1)),
                    List.of(ReportedMachine.of(vm)),
                    SOON);

            JsonNode state = JsonMapper.shared()
                    .readTree(REPORTS.resolve("dead/dead/state.json").toFile());
            assertThat(state.path("process").asString()).contains("was ended by signal 9 (SIGKILL)");
            assertThat(state.path("not-taken").asString()).isEqualTo("there is no process to ask");
            assertThat(REPORTS.resolve("dead/dead/screen.png")).doesNotExist();
            assertThat(Files.readString(page)).contains("process is gone", "monitor closed", "query-status");
        }
    }

    @Test
    void a_machine_that_does_not_answer_holds_nobody_up(@TempDir Path dir) throws Exception {
        try (QemuMachine vm = QemuMachine.builder().name("stuck").recording().start()) {
            new ProcessBuilder("kill", "-STOP", Long.toString(vm.pid())).start().waitFor();

            FailureReport.write(
                    dir, test("x", "test", new AssertionError("x"), Instant.now()), List.of(ReportedMachine.of(vm)));

            JsonNode state =
                    JsonMapper.shared().readTree(dir.resolve("stuck/state.json").toFile());
            assertThat(state.path("query-status").path("not-taken").asString()).startsWith("No reply within");
            assertThat(state.path("not-taken").asString())
                    .isEqualTo("it was not asked any further, since it did not answer query-status within 1 s");
            assertThat(state.has("query-jobs")).isFalse();
            assertThat(dir.resolve("index.html")).content().contains("What is missing here");
            vm.kill();
        }
    }

    @Test
    void a_start_that_failed_leaves_its_parts() throws Exception {
        QemuStartException failure = catchThrowableOfType(
                QemuStartException.class,
                () -> QemuMachine.builder()
                        .name("board")
                        .machine("no-such-board")
                        .recording()
                        .start());

        Path page = FailureReport.write(
                REPORTS.resolve("start"),
                test(
                        "boots",
                        "start of machine \"board\"",
                        failure,
                        Instant.now().minusMillis(200)),
                List.of(ReportedMachine.ofFailedStart("board", failure)),
                SOON);

        Path files = REPORTS.resolve("start/board");
        assertThat(files.resolve("stderr.log")).content().contains("unsupported machine type");
        assertThat(files.resolve("command.sh")).content().contains("-machine no-such-board");
        assertThat(files.resolve("state.json")).content().contains("exited with status 1");
        assertThat(page).content().contains("Failed in <b>start of machine &quot;board&quot;</b>");
    }

    @Test
    void any_other_failure_of_a_start_is_reported_as_well(@TempDir Path dir) {
        RuntimeException failure = new IllegalStateException("no binary");
        Path page = FailureReport.write(
                dir,
                test("boots", "start of machine \"vm\"", failure, Instant.now()),
                List.of(ReportedMachine.ofFailedStart("vm", failure)),
                SOON);

        assertThat(page).content().contains("QEMU &quot;vm&quot; did not start");
        assertThat(dir.resolve("vm/command.sh")).doesNotExist();
    }

    @Test
    void machines_stand_side_by_side(@TempDir Path dir) throws Exception {
        Instant start = Instant.now();
        try (QemuMachine source = QemuMachine.builder()
                        .name("source")
                        .machine("pc")
                        .recording()
                        .start();
                QemuMachine target = QemuMachine.builder()
                        .name("target")
                        .machine("pc")
                        .args("-incoming", "defer")
                        .recording()
                        .start();
                StorageDaemon storage =
                        StorageDaemon.builder().name("storage").recording().start()) {
            String address = "unix:" + dir.resolve("migration");
            target.qmp().execute("migrate-set-capabilities", events());
            target.qmp().execute("migrate-incoming", Map.of("uri", address));
            source.qmp().execute("migrate-set-capabilities", events());
            source.qmp().execute("stop");
            source.qmp().execute("migrate", Map.of("uri", address));
            target.qmp().events().next(EventMatcher.event(QmpEvents.MIGRATION).withData("status", "completed"), SOON);
            assertThatThrownBy(() -> storage.qmp().execute("blockdev-del", Map.of("node-name", "shared-disk")))
                    .isInstanceOf(QmpErrorException.class);

            Path page = FailureReport.write(
                    REPORTS.resolve("migration"),
                    test(
                            "a migrated machine goes on running",
                            "test",
                            new AssertionError("Expected machine \"target\" to be running, but it is paused"),
                            start),
                    List.of(ReportedMachine.of(source), ReportedMachine.of(target), ReportedMachine.of(storage)),
                    SOON);

            assertThat(page)
                    .content()
                    .contains(
                            "class=\"vm vm0\">source<",
                            "class=\"vm vm1\">target<",
                            "class=\"vm vm2\">storage<",
                            "MIGRATION");
            assertThat(REPORTS.resolve("migration/storage/state.json"))
                    .content()
                    .doesNotContain("query-status");
        }
    }

    private static Map<String, Object> events() {
        return Map.of("capabilities", List.of(Map.of("capability", "events", "state", true)));
    }

    @Test
    void the_transcript_can_be_replayed(@TempDir Path dir) {
        try (QemuMachine vm = QemuMachine.builder().recording().start()) {
            vm.qmp().execute("query-kvm");
            FailureReport.write(
                    dir,
                    test("x", "test", new AssertionError("x"), Instant.now()),
                    List.of(ReportedMachine.of(vm)),
                    SOON);
        }
        try (ScriptedQmpServer replay = ScriptedQmpServer.replay(dir.resolve("vm/qmp.jsonl"));
                QmpClient qmp = QmpClient.connect(replay.address())) {
            assertThat(qmp.execute("query-kvm").path("present").asBoolean()).isTrue();
        }
    }

    @Test
    void an_interrupt_is_kept_for_later(@TempDir Path dir) {
        try (QemuMachine vm = QemuMachine.builder().recording().start()) {
            Thread.currentThread().interrupt();
            FailureReport.write(
                    dir,
                    test("x", "test", new AssertionError("x"), Instant.now()),
                    List.of(ReportedMachine.of(vm)),
                    SOON);

            assertThat(Thread.interrupted()).isTrue();
            assertThat(dir.resolve("vm/state.json")).content().contains("\"status\" : \"running\"");
        }
    }

    @Test
    void a_folder_that_cannot_be_made_takes_no_failures_place(@TempDir Path dir) throws IOException {
        Path file = Files.createFile(dir.resolve("file"));

        Path page = FailureReport.write(
                file.resolve("report"), test("x", "test", new AssertionError("x"), Instant.now()), List.of());

        assertThat(Files.exists(page)).isFalse();
    }

    @Test
    void a_file_that_cannot_be_written_is_missed_and_the_others_are_there(@TempDir Path dir) throws IOException {
        Files.createDirectories(dir.resolve("vm/state.json"));
        try (QemuMachine vm = QemuMachine.builder().start()) {
            Path page = FailureReport.write(
                    dir, test("x", "test", new AssertionError(), Instant.now()), List.of(ReportedMachine.of(vm)), SOON);

            assertThat(page)
                    .content()
                    .contains("vm/state.json: ", "its definition did not ask for recording()")
                    .contains(">stderr.log</a>")
                    .doesNotContain(">state.json</a>");
        }
    }

    @Test
    void standard_output_has_a_file_and_a_lane_where_there_is_any(@TempDir Path dir) throws Exception {
        String secret = "correct-horse-battery";
        try (QemuMachine vm = QemuMachine.builder()
                        .object("secret", Map.of("id", "s", "data", secret))
                        .blockNode(Map.of("driver", "null-co", "node-name", "disk", "size", 1 << 20))
                        .start();
                StorageDaemon silent = StorageDaemon.builder().start()) {
            vm.qemuIo("disk", "write 0 64k");
            vm.qmp()
                    .execute(
                            "human-monitor-command",
                            Map.of("command-line", "qemu-io disk \"help %s\"".formatted(secret)));
            vm.stdout().awaitText(secret, SOON);

            Path page = FailureReport.write(
                    dir,
                    test("x", "test", new AssertionError("x"), Instant.now().minusSeconds(3600)),
                    List.of(ReportedMachine.of(vm), ReportedMachine.of(silent)),
                    SOON);

            assertThat(dir.resolve("vm/stdout.log"))
                    .content()
                    .startsWith("wrote 65536/65536 bytes at offset 0\n")
                    .contains("command *** not found");
            assertThat(page)
                    .content()
                    .contains("standard output", ">stdout.log</a>", "wrote 65536/65536 bytes")
                    .doesNotContain(secret);
            assertThat(dir.resolve("storage/stdout.log")).doesNotExist();
        }
    }

    @Test
    void a_full_heap_costs_a_part_and_not_the_report(@TempDir Path dir) throws Exception {
        ReportedMachine tooMuch = new ReportedMachine(
                new StartedAs("large", List.of(), Optional.empty(), Surroundings.NONE),
                new ReportedMachine.Sources(Optional.empty(), Optional.empty(), Map.of(), Optional.empty()),
                FailureReportTest::outOfMemory,
                Optional.empty());
        AssertionError failure = new AssertionError() {
            @Override
            public String getMessage() {
                return outOfMemory();
            }
        };
        try (QemuMachine vm = QemuMachine.builder().start()) {
            Path page = FailureReport.write(
                    dir, test("x", "test", failure, Instant.now()), List.of(tooMuch, ReportedMachine.of(vm)), SOON);

            assertThat(page)
                    .content()
                    .contains("machine &quot;large&quot;: java.lang.OutOfMemoryError", "the failure: ");
            assertThat(dir.resolve("failure.txt")).content().contains("FailureReportTest");
            assertThat(dir.resolve("vm/state.json")).exists();
        }
    }

    private static String outOfMemory() {
        throw new OutOfMemoryError("Java heap space");
    }

    @Test
    void a_flood_stays_a_page_and_says_what_it_leaves_out(@TempDir Path dir) throws Exception {
        try (QemuMachine vm = QemuMachine.builder().recording().start()) {
            for (int i = 0; i < 1500; i++) {
                vm.qmp().execute("query-status");
                vm.qmp().execute("query-name");
            }
            Path page = FailureReport.write(
                    dir,
                    test("x", "test", new AssertionError("x"), Instant.now().minusSeconds(3600)),
                    List.of(ReportedMachine.of(vm)),
                    SOON);

            assertThat(page)
                    .content()
                    .contains("3,000 entries before these are left out here; the files have them.")
                    .contains("The first 1,004 messages of machine &quot;vm&quot;: only the last ones are kept.");
            assertThat(Files.size(page)).isLessThan(2_000_000);
            assertThat(Files.readAllLines(dir.resolve("vm/qmp.jsonl"))).hasSize(5000);
        }
    }
}
