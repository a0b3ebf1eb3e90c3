package io.github.qmpjunit.qmp;

import static io.github.qmpjunit.qmp.EventMatcher.event;
import static io.github.qmpjunit.qmp.QmpEvents.RESUME;
import static io.github.qmpjunit.qmp.QmpEvents.STOP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qmp.transport.PeerCredentials;
import io.github.qmpjunit.qmp.transport.QmpAddress;
import java.io.FileDescriptor;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The client against a real QEMU, each test with a monitor of its own. */
class QmpClientTest {

    private static final Duration SOON = Duration.ofSeconds(10);

    private static QemuMachine vm;

    record StatusInfo(String status, boolean running) {}

    @BeforeAll
    static void start() {
        vm = QemuMachine.builder().name("shared").start();
    }

    @AfterAll
    static void stop() {
        vm.close();
    }

    @Test
    void executes_and_returns_what_stands_under_return() {
        assertThat(vm.qmp().execute("query-status").path("running").isBoolean()).isTrue();
        assertThat(vm.qmp().execute("query-name")).isEmpty();
    }

    @Test
    void converts_a_result_to_a_record() {
        assertThat(vm.qmp().execute("query-status", Map.of(), StatusInfo.class).status())
                .isIn("running", "paused");
    }

    @Test
    void a_result_of_another_shape_is_an_error_that_shows_it() {
        assertThatThrownBy(() -> vm.qmp().execute("query-status", Map.of(), List.class))
                .isInstanceOf(QmpProtocolException.class)
                .hasMessageContaining("query-status")
                .hasMessageContaining("java.util.List")
                .hasMessageContaining("running: ");
    }

    @Test
    void an_error_reply_tells_class_description_and_command() {
        QmpErrorException error = catchThrowableOfType(
                QmpErrorException.class, () -> vm.qmp().execute("device_del", Map.of("id", "nope")));

        assertThat(error.errorClass()).isEqualTo("DeviceNotFound");
        assertThat(error.description()).isEqualTo("Device 'nope' not found");
        assertThat(error.command().name()).isEqualTo("device_del");
        assertThat(error)
                .hasMessage(
                        "DeviceNotFound: Device 'nope' not found%n  in reply to QMP client \"shared\": %s%n  \"shared\" has no device \"nope\"; there are none"
                                .formatted("{\"execute\":\"device_del\",\"arguments\":{\"id\":\"nope\"}}"));
    }

    @Test
    void many_threads_get_each_its_own_reply() throws InterruptedException {
        List<String> wrong = new CopyOnWriteArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            String mine = "no-such-command-" + i;
            threads.add(new Thread(() -> {
                for (int round = 0; round < 50; round++) {
                    QmpErrorException error = catchThrowableOfType(
                            QmpErrorException.class, () -> vm.qmp().execute(mine));
                    if (error == null || !error.description().contains(mine + " ")) {
                        wrong.add(mine + " got " + error);
                    }
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(wrong).isEmpty();
    }

    @Test
    void a_reply_of_200_kB_on_one_line_arrives() {
        assertThat(vm.qmp().execute("query-qmp-schema").size()).isGreaterThan(900);
    }

    @Test
    void file_descriptors_travel_with_their_command(@TempDir Path dir) throws Exception {
        Path file = Files.writeString(dir.resolve("passed"), "x");
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
            int fdset = vm.qmp()
                    .execute(QmpCommand.of("add-fd", Map.of("opaque", "ours")).withFds(open.getFD()))
                    .path("fdset-id")
                    .asInt();

            assertThat(vm.qmp().execute("query-fdsets").valueStream()).anySatisfy(set -> {
                assertThat(set.path("fdset-id").asInt()).isEqualTo(fdset);
                assertThat(set.path("fds").path(0).path("opaque").asString()).isEqualTo("ours");
            });
        }
    }

    @Test
    void text_beyond_ASCII_goes_there_and_back() {
        String text = "Grüße, 語 and \ud83d\udc27";
        try (QemuMachine machine = QemuMachine.builder().start()) {
            machine.qmp()
                    .execute(QmpCommand.of("add-fd", Map.of("opaque", text)).withFds(FileDescriptor.in));

            assertThat(machine.qmp()
                            .execute("query-fdsets")
                            .path(0)
                            .path("fds")
                            .path(0)
                            .path("opaque")
                            .asString())
                    .isEqualTo(text);
        }
    }

    @Test
    void before_the_negotiation_no_other_command_is_known_and_no_event_comes(@TempDir Path dir) {
        Path socket = dir.resolve("qmp");
        try (QemuMachine machine = QemuMachine.builder()
                        .args("-qmp", "unix:" + socket + ",server=on,wait=off")
                        .start();
                QmpClient qmp = QmpClient.builder().negotiate(false).connect(QmpAddress.unix(socket))) {
            assertThat(qmp.greeting().version())
                    .isEqualTo(machine.qmp().greeting().version());
            machine.qmp().execute("stop");
            assertThatThrownBy(() -> qmp.execute("query-status"))
                    .isInstanceOf(QmpErrorException.class)
                    .hasMessageStartingWith("CommandNotFound: ");

            qmp.execute("qmp_capabilities");

            machine.qmp().execute("cont");
            assertThat(qmp.events().next(SOON).name()).as("the first one heard").isEqualTo("RESUME");
        }
    }

    @Test
    void a_descriptor_that_is_closed_already_is_refused(@TempDir Path dir) throws Exception {
        RandomAccessFile file = new RandomAccessFile(dir.resolve("f").toFile(), "rw");
        FileDescriptor descriptor = file.getFD();
        file.close();

        assertThatThrownBy(() -> vm.qmp().execute(QmpCommand.of("add-fd").withFds(descriptor)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is closed; keep it open until the reply is there");
        assertThat(vm.qmp().state()).isEqualTo(QmpState.RUNNING);
    }

    @Test
    void connects_to_a_listening_qemu_and_again_after_close(@TempDir Path dir) throws Exception {
        Path socket = dir.resolve("qmp");
        try (QemuMachine listening = QemuMachine.builder()
                .args("-qmp", "unix:" + socket + ",server=on,wait=off")
                .start()) {
            QmpClient qmp = QmpClient.builder().name("second").connect(QmpAddress.unix(socket));
            assertThat(qmp.peer().map(PeerCredentials::pid)).hasValue(listening.pid());
            qmp.execute("stop");
            assertThat(qmp.events().next(event(STOP), SOON)).hasToString("STOP");
            qmp.close();
            assertThat(qmp.state()).isEqualTo(QmpState.IDLE);

            qmp.open(QmpAddress.unix(socket));
            qmp.execute("cont");

            assertThat(qmp.events().next(event(RESUME), SOON)).hasToString("RESUME");
            assertThat(qmp.events().history()).extracting(QmpEvent::name).containsExactly("STOP", "RESUME");
            qmp.close();
            qmp.close();
        }
    }

    @Test
    void a_second_client_on_a_busy_monitor_is_told_what_may_be_wrong(@TempDir Path dir) {
        Path socket = dir.resolve("qmp");
        try (QemuMachine listening = QemuMachine.builder()
                        .args("-qmp", "unix:" + socket + ",server=on,wait=off")
                        .start();
                QmpClient first = QmpClient.connect(QmpAddress.unix(socket))) {
            assertThatThrownBy(() -> QmpClient.builder()
                            .connectTimeout(Duration.ofSeconds(1))
                            .connect(QmpAddress.unix(socket)))
                    .isInstanceOf(QmpConnectException.class)
                    .hasMessageContaining("no greeting came within 1 s")
                    .hasMessageContaining("a monitor serves one client at a time")
                    .hasCauseInstanceOf(QmpTimeoutException.class);
            assertThat(first.execute("query-status").path("status").asString()).isEqualTo("running");
            assertThat(listening.isRunning()).isTrue();
        }
    }

    @Test
    void nobody_listening_is_an_error_with_its_cause(@TempDir Path dir) {
        assertThatThrownBy(() -> QmpClient.connect(QmpAddress.unix(dir.resolve("nobody"))))
                .isInstanceOf(QmpConnectException.class)
                .hasMessageContaining("nobody")
                .hasMessageContaining("could not connect");
    }

    @Test
    void an_idle_client_says_that_it_must_be_connected_first() {
        QmpStateException error = catchThrowableOfType(
                QmpStateException.class,
                () -> QmpClient.builder().name("idle").build().execute("query-status"));

        assertThat(error)
                .hasMessage(
                        "QMP client \"idle\" cannot execute query-status: it is IDLE, but must be RUNNING; connect it first");
        assertThat(error.state()).isEqualTo(QmpState.IDLE);
        assertThat(error.required()).isEqualTo(QmpState.RUNNING);
    }

    @Test
    void a_command_after_the_end_of_qemu_tells_the_end() {
        try (QemuMachine machine = QemuMachine.builder().name("gone").start()) {
            machine.qmp().execute("quit");
            machine.awaitExit(SOON);

            assertThatThrownBy(() -> machine.qmp().execute("query-status"))
                    .isInstanceOf(QmpDisconnectedException.class)
                    .hasMessageContaining("query-status")
                    .hasMessageContaining("QEMU \"gone\" (pid %s) exited with status 0", machine.pid());
            assertThat(machine.qmp().state()).isEqualTo(QmpState.DISCONNECTING);
            assertThat(machine.qmp().events().history())
                    .extracting(QmpEvent::name)
                    .contains("SHUTDOWN");
        }
    }

    @Test
    void a_timed_out_command_leaves_the_connection_healthy() {
        try (QemuMachine machine = QemuMachine.builder().start()) {
            QmpClient qmp = machine.qmp();
            for (int i = 0; i < 20; i++) {
                assertThatThrownBy(() ->
                                qmp.execute(QmpCommand.of("query-qmp-schema").withTimeout(Duration.ofNanos(1))))
                        .isInstanceOf(QmpTimeoutException.class)
                        .hasMessageContaining("query-qmp-schema");
                assertThat(qmp.execute("query-status").path("status").asString())
                        .isEqualTo("running");
            }
        }
    }

    @Test
    void an_interrupted_wait_ends_and_leaves_the_connection_healthy() {
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> vm.qmp().execute("query-status")).isInstanceOf(QmpInterruptedException.class);

        assertThat(Thread.interrupted()).as("the flag is set again").isTrue();
        assertThat(vm.qmp().execute("query-status").path("running").isBoolean()).isTrue();
    }
}
