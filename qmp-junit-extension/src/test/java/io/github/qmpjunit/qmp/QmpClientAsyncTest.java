package io.github.qmpjunit.qmp;

import static io.github.qmpjunit.qmp.EventMatcher.event;
import static io.github.qmpjunit.qmp.QmpEvents.RESUME;
import static io.github.qmpjunit.qmp.QmpEvents.STOP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qmp.scripted.ScriptedQmpServer;
import io.github.qmpjunit.qmp.transport.QmpAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;

/** What does not wait for a reply, or not for one reply only; on a real QEMU. */
class QmpClientAsyncTest {

    private static final Duration SOON = Duration.ofSeconds(10);

    private QemuMachine vm;
    private QmpClient qmp;

    @BeforeEach
    void start() {
        vm = QemuMachine.builder().start();
        qmp = vm.qmp();
    }

    @AfterEach
    void stop() {
        vm.close();
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(10, TimeUnit.SECONDS);
    }

    @Test
    void many_commands_may_be_under_way_at_once() throws Exception {
        List<CompletableFuture<JsonNode>> replies = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            replies.add(qmp.executeAsync(QmpCommand.of("query-status")));
        }

        for (CompletableFuture<JsonNode> reply : replies) {
            assertThat(get(reply).path("status").asString()).isEqualTo("running");
        }
    }

    @Test
    void a_future_fails_with_the_servers_error() {
        assertThatThrownBy(() -> get(qmp.executeAsync(QmpCommand.of("device_del", Map.of("id", "nope")))))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(QmpErrorException.class)
                .hasMessageContaining("Device 'nope' not found");
    }

    @Test
    void what_hangs_on_a_future_may_execute_commands() throws Exception {
        CompletableFuture<String> chained = qmp.executeAsync(QmpCommand.of("stop"))
                .thenApply(nothing -> qmp.execute("query-status").path("status").asString());

        assertThat(get(chained)).isEqualTo("paused");
    }

    @Test
    void a_future_that_is_late_fails_and_leaves_the_connection_healthy() {
        CompletableFuture<JsonNode> late =
                qmp.executeAsync(QmpCommand.of("query-qmp-schema").withTimeout(Duration.ofNanos(1)));

        assertThatThrownBy(() -> get(late))
                .cause()
                .isInstanceOf(QmpTimeoutException.class)
                .hasMessageContaining("query-qmp-schema");
        assertThat(qmp.execute("query-status").path("status").asString()).isEqualTo("running");
    }

    @Test
    void a_cancelled_future_leaves_the_connection_healthy() {
        for (int i = 0; i < 20; i++) {
            assertThat(qmp.executeAsync(QmpCommand.of("query-qmp-schema")).cancel(false))
                    .isTrue();
            assertThat(qmp.execute("query-status").path("status").asString()).isEqualTo("running");
        }
    }

    @Test
    void the_end_of_the_connection_fails_a_future() throws Exception {
        assertThat(new ProcessBuilder("sh", "-c", "kill -STOP " + vm.pid())
                        .start()
                        .waitFor())
                .isZero();
        CompletableFuture<JsonNode> never = qmp.executeAsync(QmpCommand.of("query-status"));

        vm.kill();

        assertThatThrownBy(() -> get(never))
                .cause()
                .isInstanceOf(QmpDisconnectedException.class)
                .hasMessageContaining("was ended by signal 9");
    }

    @Test
    void commands_out_of_band_need_the_capability_and_then_overtake(@TempDir Path dir) throws Exception {
        assertThatThrownBy(() -> qmp.execute(QmpCommand.of("query-yank").outOfBand()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(
                        "Cannot execute query-yank out of band: the capability is not enabled. Build the client");
        Path socket = dir.resolve("oob");
        try (QemuMachine listening = QemuMachine.builder()
                        .args("-qmp", "unix:" + socket + ",server=on,wait=off")
                        .start();
                QmpClient oob = QmpClient.builder().outOfBand().connect(QmpAddress.unix(socket))) {
            assertThat(oob.greeting().capabilities()).contains("oob");
            assertThat(oob.execute(QmpCommand.of("query-yank").outOfBand()).isArray())
                    .isTrue();
            assertThatThrownBy(() -> oob.execute(QmpCommand.of("query-status").outOfBand()))
                    .isInstanceOf(QmpErrorException.class)
                    .hasMessageContaining("does not support OOB");
            List<CompletableFuture<JsonNode>> replies = new ArrayList<>();
            for (int i = 0; i < 60; i++) { // more than QEMU takes in
                replies.add(oob.executeAsync(QmpCommand.of("query-status")));
            }
            assertThat(oob.execute(QmpCommand.of("query-yank").outOfBand()).isArray())
                    .isTrue();
            for (CompletableFuture<JsonNode> reply : replies) {
                assertThat(get(reply).path("status").asString()).isEqualTo("running");
            }
            assertThat(listening.isRunning()).isTrue();
        }
    }

    @Test
    void a_window_that_is_full_makes_a_command_wait_and_fail_in_time(@TempDir Path dir) throws Exception {
        Path socket = dir.resolve("oob");
        try (QemuMachine listening = QemuMachine.builder()
                        .args("-qmp", "unix:" + socket + ",server=on,wait=off")
                        .start();
                QmpClient oob = QmpClient.builder().outOfBand().connect(QmpAddress.unix(socket))) {
            String pid = Long.toString(listening.pid());
            assertThat(new ProcessBuilder("sh", "-c", "kill -STOP " + pid)
                            .start()
                            .waitFor())
                    .isZero();
            List<CompletableFuture<JsonNode>> replies = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                replies.add(oob.executeAsync(QmpCommand.of("query-status")));
            }

            assertThatThrownBy(() -> oob.execute(QmpCommand.of("query-name").withTimeout(Duration.ofMillis(50))))
                    .isInstanceOf(QmpTimeoutException.class)
                    .hasMessage(
                            "Could not send {\"execute\":\"query-name\"} within 50 ms: 8 commands before it have no reply yet (QMP client \"qmp\")");

            assertThat(new ProcessBuilder("sh", "-c", "kill -CONT " + pid)
                            .start()
                            .waitFor())
                    .isZero();
            for (CompletableFuture<JsonNode> reply : replies) {
                assertThat(get(reply).path("status").asString()).isEqualTo("running");
            }
            assertThat(oob.execute("query-name").isObject()).isTrue();
        }
    }

    @Test
    void the_human_monitor_answers_in_text() {
        assertThat(qmp.hmp("info status")).startsWith("VM status: running");
    }

    @ParameterizedTest
    @ValueSource(strings = {"qemu-io disk \"write 0 4k\"", "  qemu-io\tdisk \"flush\"", "qemu-io"})
    void qemu_io_is_refused_since_its_failure_could_not_be_seen(String line) {
        assertThatThrownBy(() -> qmp.hmp(line))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("Cannot execute \"%s\" by hmp(...): qemu-io prints on QEMU's", line.strip())
                .hasMessageContaining("Use qemuIo(target, command) of the machine");
    }

    @Test
    void an_answer_of_the_human_monitor_that_is_no_text_is_not_passed_off_as_one() throws Exception {
        try (ScriptedQmpServer server = ScriptedQmpServer.start()) {
            server.whenExecuted("human-monitor-command").replies();
            try (QmpClient client = QmpClient.connect(server.address())) {
                assertThatThrownBy(() -> client.hmp("info status"))
                        .isInstanceOf(QmpReplyException.class)
                        .hasMessageContaining("Expected a text as the answer of the human monitor");
            }
        }
    }

    @Test
    void of_several_raw_messages_the_last_ones_reply_comes_back_and_no_other_message_gets_an_earlier_one() {
        assertThat(qmp.executeRaw("{'execute': 'query-name', 'id': 1} {'execute': 'query-name', 'id': 2}"))
                .hasToString("{\"return\":{},\"id\":2}");
        assertThat(qmp.executeRaw("{'execute': 'stop'}{'execute': 'query-status'}")
                        .at("/return/status")
                        .asString())
                .isEqualTo("paused");
        assertThat(qmp.executeRaw("{'execute': 5}").at("/error/desc").asString())
                .contains("execute");
    }

    @Test
    void a_raw_message_gets_the_whole_reply() {
        assertThat(qmp.executeRaw("{\"execute\": \"query-name\", \"id\": 5}")).hasToString("{\"return\":{},\"id\":5}");
        assertThat(qmp.executeRaw("{\"execute\": \"query-name\"}")).hasToString("{\"return\":{}}");
        assertThat(qmp.executeRaw("{\"execute\": }").path("error").path("class").asString())
                .isEqualTo("GenericError");
        assertThat(qmp.execute("query-status").path("status").asString())
                .as("and goes on")
                .isEqualTo("running");
    }

    @Test
    void a_control_character_frees_a_server_from_half_a_message(@TempDir Path dir) {
        Path socket = dir.resolve("qmp");
        try (QemuMachine listening = QemuMachine.builder()
                        .args("-qmp", "unix:" + socket + ",server=on,wait=off")
                        .start();
                QmpClient impatient =
                        QmpClient.builder().timeout(Duration.ofSeconds(2)).connect(QmpAddress.unix(socket))) {
            assertThatThrownBy(() -> impatient.executeRaw("{\"execute\": \"query-name\", \"arguments\": {"))
                    .isInstanceOf(QmpTimeoutException.class);

            assertThat(impatient
                            .executeRaw("\u001b")
                            .path("error")
                            .path("class")
                            .asString())
                    .isEqualTo("GenericError");

            assertThat(impatient.execute("query-status").path("status").asString())
                    .isEqualTo("running");
            assertThat(listening.isRunning()).isTrue();
        }
    }

    @Test
    void a_callers_own_id_may_be_any_value() {
        assertThat(qmp.execute(QmpCommand.of("query-status").withId(Map.of("a", List.of(1, "b"))))
                        .path("running")
                        .isBoolean())
                .isTrue();
        assertThat(qmp.execute(QmpCommand.of("query-status").withId(7))
                        .path("running")
                        .isBoolean())
                .isTrue();
    }

    @Test
    void two_commands_of_one_id_are_refused() throws Exception {
        assertThat(new ProcessBuilder("sh", "-c", "kill -STOP " + vm.pid())
                        .start()
                        .waitFor())
                .isZero();
        CompletableFuture<JsonNode> first =
                qmp.executeAsync(QmpCommand.of("query-status").withId("mine"));

        assertThatThrownBy(() -> qmp.execute(QmpCommand.of("query-name").withId("mine")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "Cannot execute {\"execute\":\"query-name\"}: another message with id \"mine\" is under way");

        assertThat(new ProcessBuilder("sh", "-c", "kill -CONT " + vm.pid())
                        .start()
                        .waitFor())
                .isZero();
        assertThat(get(first).path("running").isBoolean()).isTrue();
    }

    @Test
    void a_list_is_read_by_its_type() {
        qmp.execute(QmpCommand.parse(
                "{\"execute\": \"object-add\", \"arguments\": {\"qom-type\": \"iothread\", \"id\": \"io0\"}}"));

        List<Map<String, Object>> threads = qmp.execute(QmpCommand.of("query-iothreads"), new TypeReference<>() {});

        assertThat(threads)
                .singleElement()
                .satisfies(thread -> assertThat(thread).containsEntry("id", "io0"));
    }

    @Test
    void callbacks_come_in_order_off_the_readers_thread_and_may_execute_commands() throws Exception {
        LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
        QmpEventListener registration = qmp.onEvent(EventMatcher.anyOf(STOP, RESUME), event -> {
            heard.add(event.name() + " "
                    + qmp.execute("query-status").path("status").asString() + " "
                    + Thread.currentThread().getName());
            throw new IllegalStateException("which is logged, and no more");
        });

        qmp.execute("stop");
        assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("STOP paused qmp-callbacks-vm");
        qmp.execute("cont");
        assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("RESUME running qmp-callbacks-vm");

        registration.close();
        qmp.execute("stop");
        qmp.executeAsync(QmpCommand.of("query-name")).thenRun(() -> heard.add("end"));
        assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("end");
    }

    @Test
    void state_can_be_asked_for_by_who_has_not_witnessed_it() {
        assertThat(qmp.observed().runState()).isEmpty();
        qmp.execute("stop");
        assertThat(qmp.observed().runState()).hasValue("paused"); // the event comes before the reply
        qmp.execute("cont");
        assertThat(qmp.observed().runState()).hasValue("running");
    }

    @Test
    void states_can_be_awaited() throws Exception {
        CountDownLatch seen = new CountDownLatch(1);
        Thread waiter = new Thread(() -> {
            qmp.awaitState(QmpState.DISCONNECTING, SOON);
            seen.countDown();
        });
        waiter.start();

        qmp.execute("quit");

        assertThat(seen.await(10, TimeUnit.SECONDS)).isTrue();
        qmp.close();
        qmp.awaitState(QmpState.IDLE, Duration.ZERO);
        assertThatThrownBy(() -> qmp.awaitState(QmpState.RUNNING, Duration.ofMillis(20)))
                .isInstanceOf(QmpTimeoutException.class)
                .hasMessage("QMP client \"vm\" was not RUNNING within 20 ms; it is IDLE");
    }

    @Test
    void close_tells_an_end_that_nobody_was_told_of() {
        vm.kill();
        qmp.awaitState(QmpState.DISCONNECTING, SOON);

        assertThatThrownBy(qmp::close)
                .isInstanceOf(QmpDisconnectedException.class)
                .hasMessageContaining("had ended before it was closed")
                .hasMessageContaining("was ended by signal 9");
        assertThat(qmp.state()).isEqualTo(QmpState.IDLE);
        qmp.close();
    }

    @Test
    void close_does_not_tell_twice_and_an_orderly_quit_is_no_error() {
        qmp.execute("quit");
        qmp.awaitState(QmpState.DISCONNECTING, SOON);
        qmp.close();

        try (QemuMachine other = QemuMachine.builder().start()) {
            other.kill();
            assertThatThrownBy(() -> other.qmp().events().next(event("NEVER"), SOON))
                    .isInstanceOf(QmpDisconnectedException.class);
            other.qmp().close();
        }
    }
}
