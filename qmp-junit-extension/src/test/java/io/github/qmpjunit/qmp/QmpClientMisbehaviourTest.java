package io.github.qmpjunit.qmp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.qmpjunit.qmp.scripted.ReceivedCommand;
import io.github.qmpjunit.qmp.scripted.ScriptedConnection;
import io.github.qmpjunit.qmp.scripted.ScriptedQmpServer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The client against a server that does what no QEMU does on demand. */
class QmpClientMisbehaviourTest {

    private static final Duration SOON = Duration.ofSeconds(10);
    private static final Duration BRIEFLY = Duration.ofMillis(50);
    private static final Duration LONG_ENOUGH_TO_CONNECT = Duration.ofSeconds(1);

    @Test
    void a_late_reply_is_swallowed_and_the_next_command_gets_its_own() {
        try (ScriptedQmpServer server = ScriptedQmpServer.start();
                QmpClient qmp = QmpClient.connect(server.address())) {
            server.whenExecuted("slow").staysSilent();
            server.whenExecuted("quick").does(command -> {
                server.awaitCommand("slow", SOON).reply("the slow one's");
                command.reply("the quick one's");
            });

            assertThatThrownBy(() -> qmp.execute(QmpCommand.of("slow").withTimeout(BRIEFLY)))
                    .isInstanceOf(QmpTimeoutException.class)
                    .hasMessageContaining("No reply within 50 ms to {\"execute\":\"slow\"}");

            assertThat(qmp.execute("quick").asString()).isEqualTo("the quick one's");
            assertThat(qmp.state()).isEqualTo(QmpState.RUNNING);
        }
    }

    @Test
    void replies_in_another_order_find_their_commands() throws InterruptedException {
        try (ScriptedQmpServer server = ScriptedQmpServer.start();
                QmpClient qmp = QmpClient.connect(server.address())) {
            List<String> names = List.of("a", "b", "c");
            names.forEach(name -> server.whenExecuted(name).staysSilent());
            List<String> results = new CopyOnWriteArrayList<>();
            List<Thread> threads = new ArrayList<>();
            for (String name : names) {
                threads.add(new Thread(
                        () -> results.add(name + "=" + qmp.execute(name).asString())));
            }
            threads.forEach(Thread::start);
            List<ReceivedCommand> commands =
                    names.stream().map(name -> server.awaitCommand(name, SOON)).toList();

            for (int i = 2; i >= 0; i--) {
                commands.get(i).reply(names.get(i));
                threads.get(i).join(SOON.toMillis());
            }

            assertThat(results).containsExactly("c=c", "b=b", "a=a");
        }
    }

    @Test
    void events_before_the_greeting_and_before_the_negotiations_reply_are_heard() {
        try (ScriptedQmpServer server = ScriptedQmpServer.builder()
                .whenConnected(
                        connection -> connection.sendEvent("FIRST").greet().sendEvent("SECOND"))
                .start()) {
            server.whenExecuted("qmp_capabilities")
                    .does(command -> command.sendEvent("THIRD").reply().sendEvent("FOURTH"));
            try (QmpClient qmp = QmpClient.connect(server.address())) {
                for (String name : List.of("FIRST", "SECOND", "THIRD", "FOURTH")) {
                    assertThat(qmp.events().next(SOON).name()).isEqualTo(name);
                }
            }
        }
    }

    @Test
    void an_event_in_front_of_the_reply_to_its_command_is_there_when_the_command_returns() {
        try (ScriptedQmpServer server = ScriptedQmpServer.start();
                QmpClient qmp = QmpClient.connect(server.address());
                QmpEventListener stops = qmp.listen("STOP")) {
            server.whenExecuted("stop")
                    .does(command -> command.sendEvent("STOP").reply());

            qmp.execute("stop");

            assertThat(stops.isEmpty()).isFalse();
        }
    }

    @Test
    void a_silent_server_is_given_up_in_time() {
        try (ScriptedQmpServer server = ScriptedQmpServer.builder().noGreeting().start()) {
            assertThatThrownBy(() -> QmpClient.builder()
                            .connectTimeout(LONG_ENOUGH_TO_CONNECT)
                            .connect(server.address()))
                    .isInstanceOf(QmpConnectException.class)
                    .hasMessageContaining("no greeting came within 1 s");
            server.awaitConnection(SOON).awaitEnd(SOON);
        }
    }

    @Test
    void a_server_that_does_not_answer_the_negotiation_is_given_up_in_time() {
        try (ScriptedQmpServer server = ScriptedQmpServer.start()) {
            server.whenExecuted("qmp_capabilities").staysSilent();

            assertThatThrownBy(() -> QmpClient.builder()
                            .connectTimeout(LONG_ENOUGH_TO_CONNECT)
                            .connect(server.address()))
                    .isInstanceOf(QmpConnectException.class)
                    .hasMessageContaining("qmp_capabilities")
                    .hasCauseInstanceOf(QmpTimeoutException.class);
        }
    }

    @Test
    void a_greeting_that_is_none_is_shown() {
        assertConnectFails(connection -> connection.sendText("SSH-2.0-OpenSSH_9.2\r\n"))
                .hasMessageContaining("\"SSH-2.0-OpenSSH_9.2")
                .hasCauseInstanceOf(QmpProtocolException.class);
        assertConnectFails(connection -> connection.send(Map.of("hello", "world")))
                .hasMessageContaining("Expected a greeting, a reply or an event, but the peer sent {hello: \"world\"}")
                .hasCauseInstanceOf(QmpProtocolException.class);
        assertConnectFails(connection -> connection.send(Map.of("QMP", Map.of())))
                .hasMessageContaining("Expected a greeting with version and capabilities")
                .hasCauseInstanceOf(QmpProtocolException.class);
        assertConnectFails(connection -> connection.sendText("{\"QMP\": nonsense}"))
                .hasMessageContaining("not JSON")
                .hasCauseInstanceOf(QmpProtocolException.class);
    }

    @Test
    void an_end_before_the_greeting_or_within_it_is_told() {
        assertConnectFails(ScriptedConnection::disconnect)
                .hasMessageContaining("the peer closed the connection")
                .hasCauseInstanceOf(QmpDisconnectedException.class);
        assertConnectFails(connection -> connection.sendText("{\"QMP\": {").disconnect())
                .hasMessageContaining("in the middle of a message")
                .hasCauseInstanceOf(QmpDisconnectedException.class);
    }

    @Test
    void an_error_on_the_negotiation_is_told() {
        try (ScriptedQmpServer server = ScriptedQmpServer.start()) {
            server.whenExecuted("qmp_capabilities").repliesWithError("GenericError", "not today");

            assertThatThrownBy(() -> QmpClient.connect(server.address()))
                    .isInstanceOf(QmpConnectException.class)
                    .hasMessageContaining("not today")
                    .hasCauseInstanceOf(QmpErrorException.class);
        }
    }

    @Test
    void an_end_instead_of_the_negotiations_reply_is_told() {
        try (ScriptedQmpServer server = ScriptedQmpServer.start()) {
            server.whenExecuted("qmp_capabilities").disconnects();

            assertThatThrownBy(() -> QmpClient.connect(server.address()))
                    .isInstanceOf(QmpConnectException.class)
                    .hasMessageContaining("the peer closed the connection");
        }
    }

    @Test
    void each_state_is_seen_and_refuses_what_it_does_not_allow_with_advice() throws InterruptedException {
        try (ScriptedQmpServer server = ScriptedQmpServer.builder().noGreeting().start()) {
            server.whenExecuted("qmp_capabilities").replies();
            server.whenExecuted("bye").disconnects();
            QmpClient qmp = QmpClient.builder().name("c").build();
            qmp.close(); // superfluous, no error
            assertThat(qmp).hasToString("QmpClient \"c\" (IDLE)");
            assertThatThrownBy(qmp::greeting).isInstanceOf(QmpStateException.class);
            List<Throwable> failures = new CopyOnWriteArrayList<>();
            Thread connecting = new Thread(() -> {
                try {
                    qmp.open(server.address());
                } catch (QmpException e) {
                    failures.add(e);
                }
            });
            connecting.start();

            qmp.awaitState(QmpState.CONNECTING, SOON);
            assertRefused(
                    () -> qmp.execute("x"), "cannot execute x: it is CONNECTING, but must be RUNNING; wait until");
            assertRefused(() -> qmp.open(server.address()), "cannot connect: it is CONNECTING, but must be IDLE; wait");
            server.awaitConnection(SOON).greet();
            qmp.awaitState(QmpState.RUNNING, SOON);
            connecting.join(SOON.toMillis());
            assertThat(failures).isEmpty();
            assertRefused(() -> qmp.open(server.address()), "it is RUNNING, but must be IDLE; close it first");

            assertThatThrownBy(() -> qmp.execute("bye")).isInstanceOf(QmpDisconnectedException.class);
            qmp.awaitState(QmpState.DISCONNECTING, SOON);
            assertRefused(
                    () -> qmp.open(server.address()), "it is DISCONNECTING, but must be IDLE; its connection has");
            qmp.close();
            assertThat(qmp.state()).isEqualTo(QmpState.IDLE);
        }
    }

    private static void assertRefused(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(QmpStateException.class).hasMessageContaining(message);
    }

    @Test
    void members_that_nobody_knows_are_ignored() {
        Map<String, Object> version = Map.of(
                "qemu", Map.of("major", 11, "minor", 0, "micro", 0, "nano", 7), "package", "", "codename", "Zebra");
        try (ScriptedQmpServer server = ScriptedQmpServer.builder()
                .whenConnected(connection -> connection.send(Map.of(
                        "QMP", Map.of("version", version, "capabilities", List.of(), "mood", "good"), "also", 1)))
                .start()) {
            server.whenExecuted("a").does(command -> {
                JsonNode id = command.id().orElseThrow();
                command.connection().send(Map.of("event", "NEW", "data", Map.of("x", 1), "severity", "low"));
                command.connection().send(Map.of("id", id, "return", "found", "took", 12));
            });
            server.whenExecuted("b")
                    .does(command -> command.connection()
                            .send(Map.of(
                                    "id",
                                    command.id().orElseThrow(),
                                    "error",
                                    Map.of("class", "GenericError", "desc", "no", "code", 5))));
            try (QmpClient qmp = QmpClient.connect(server.address())) {
                assertThat(qmp.greeting().version().isAtLeast(11, 0)).isTrue();
                assertThat(qmp.execute("a").asString()).isEqualTo("found");
                QmpEvent event = qmp.events().next(SOON);
                assertThat(event).hasToString("NEW {x: 1}");
                assertThat(event.message().path("severity").asString()).isEqualTo("low");
                assertThatThrownBy(() -> qmp.execute("b"))
                        .isInstanceOf(QmpErrorException.class)
                        .hasMessageStartingWith("GenericError: no");
            }
        }
    }

    @Test
    void a_time_that_the_server_could_not_tell_is_none() {
        try (ScriptedQmpServer server = ScriptedQmpServer.start();
                QmpClient qmp = QmpClient.connect(server.address())) {
            server.connection()
                    .send(Map.of("event", "A", "timestamp", Map.of("seconds", -1, "microseconds", -1)))
                    .send(Map.of("event", "B", "timestamp", Map.of("seconds", 7, "microseconds", 5)));

            assertThat(qmp.events().next(SOON).timestamp()).isEmpty();
            assertThat(qmp.events().next(SOON).timestamp()).contains(Instant.ofEpochSecond(7, 5000));
        }
    }

    @Test
    void an_error_without_id_ends_the_connection_with_its_text() {
        try (ScriptedQmpServer server = ScriptedQmpServer.start();
                QmpClient qmp = QmpClient.connect(server.address())) {
            server.whenExecuted("garbled")
                    .does(command -> command.connection()
                            .send(Map.of("error", Map.of("class", "GenericError", "desc", "JSON parse error"))));

            assertThatThrownBy(() -> qmp.execute("garbled"))
                    .isInstanceOf(QmpDisconnectedException.class)
                    .hasMessageContaining("a reply without id")
                    .hasMessageContaining("JSON parse error")
                    .hasCauseInstanceOf(QmpProtocolException.class);
            assertThat(qmp.state()).isEqualTo(QmpState.DISCONNECTING);
        }
    }

    @Test
    void a_reply_with_neither_return_nor_error_harms_only_its_caller() {
        try (ScriptedQmpServer server = ScriptedQmpServer.start();
                QmpClient qmp = QmpClient.connect(server.address())) {
            server.whenExecuted("odd")
                    .does(command ->
                            command.connection().send(Map.of("id", command.id().orElseThrow())));
            server.whenExecuted("half")
                    .does(command -> command.connection()
                            .send(Map.of("id", command.id().orElseThrow(), "error", Map.of("class", "GenericError"))));
            server.whenExecuted("even").replies();

            assertThatThrownBy(() -> qmp.execute("odd"))
                    .isInstanceOf(QmpProtocolException.class)
                    .hasMessageContaining("Expected a reply with \"return\" or a whole \"error\"");
            assertThatThrownBy(() -> qmp.execute("half")).isInstanceOf(QmpProtocolException.class);
            assertThat(qmp.execute("even")).isEmpty();
        }
    }

    @Test
    void replies_with_an_unknown_id_and_second_replies_are_dropped() {
        try (ScriptedQmpServer server = ScriptedQmpServer.start();
                QmpClient qmp = QmpClient.connect(server.address())) {
            server.whenExecuted("a").does(command -> {
                command.connection().send(Map.of("return", "nobody's", "id", "nobody"));
                command.connection().send(Map.of("id", List.of(1, 2)));
                command.reply("first").reply("second");
            });
            server.whenExecuted("b").replies("b's");

            assertThat(qmp.execute("a").asString()).isEqualTo("first");
            assertThat(qmp.execute("b").asString()).isEqualTo("b's");
        }
    }

    @Test
    void an_id_of_any_type_finds_its_reply() {
        try (ScriptedQmpServer server = ScriptedQmpServer.start();
                QmpClient qmp = QmpClient.connect(server.address())) {
            server.whenExecuted("x").replies("found");

            for (Object id : List.of(7, "seven", 7.5, true, List.of(1, "a"), Map.of("k", 1))) {
                assertThat(qmp.execute(QmpCommand.of("x").withId(id)).asString())
                        .isEqualTo("found");
            }
        }
    }

    @Test
    void the_end_of_the_connection_ends_all_who_wait_with_the_reason() throws InterruptedException {
        try (ScriptedQmpServer server = ScriptedQmpServer.start();
                QmpClient qmp = QmpClient.connect(server.address())) {
            server.whenExecuted("wait").staysSilent();
            List<Throwable> ends = new CopyOnWriteArrayList<>();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                threads.add(new Thread(() -> ends.add(catchThrowable(() -> qmp.execute("wait")))));
            }
            threads.add(
                    new Thread(() -> ends.add(catchThrowable(() -> qmp.events().next(SOON)))));
            threads.forEach(Thread::start);
            for (int i = 0; i < 5; i++) {
                server.awaitCommand("wait", SOON);
            }

            server.connection().sendText("{\"return\": {\"half\": ").disconnect();
            for (Thread thread : threads) {
                thread.join(SOON.toMillis());
            }

            assertThat(ends)
                    .hasSize(6)
                    .allSatisfy(end -> assertThat(end)
                            .isInstanceOf(QmpDisconnectedException.class)
                            .hasMessageContaining("the peer closed it in the middle of a message"));
            assertThatThrownBy(() -> qmp.execute("wait"))
                    .isInstanceOf(QmpDisconnectedException.class)
                    .hasMessageContaining("in the middle of a message");
        }
    }

    @Test
    void garbage_in_mid_session_ends_all_who_wait_with_the_reason() {
        try (ScriptedQmpServer server = ScriptedQmpServer.start()) {
            QmpClient qmp = QmpClient.connect(server.address());
            server.whenExecuted("json").does(command -> command.connection().sendText("{\"return\": oops}"));

            assertThatThrownBy(() -> qmp.execute("json"))
                    .isInstanceOf(QmpDisconnectedException.class)
                    .hasMessageContaining("not JSON")
                    .hasMessageContaining("oops")
                    .hasCauseInstanceOf(QmpProtocolException.class);
            qmp.close();
            qmp.open(server.address());
            assertThat(qmp.state()).isEqualTo(QmpState.RUNNING);
            qmp.close();
        }
    }

    @Test
    void a_reply_beyond_the_limit_names_it() {
        try (ScriptedQmpServer server = ScriptedQmpServer.start();
                QmpClient qmp = QmpClient.builder()
                        .limits(QmpLimits.defaults().withMessageBytes(1000))
                        .connect(server.address())) {
            server.whenExecuted("large").replies("x".repeat(1000));

            assertThatThrownBy(() -> qmp.execute("large"))
                    .isInstanceOf(QmpDisconnectedException.class)
                    .hasMessageContaining("more than 1,000 bytes, which is the limit messageBytes")
                    .hasCauseInstanceOf(QmpProtocolException.class);
        }
    }

    @Test
    void a_reply_in_pieces_that_the_test_chooses_arrives() {
        try (ScriptedQmpServer server = ScriptedQmpServer.start();
                QmpClient qmp = QmpClient.connect(server.address())) {
            server.whenExecuted("pieces").does(command -> {
                String reply = "{\r\n  \"id\": %s,\r\n  \"return\": \"ü\"\r\n}"
                        .formatted(command.id().orElseThrow());
                for (byte b : reply.getBytes(UTF_8)) {
                    command.connection().sendBytes(new byte[] {b});
                }
            });

            assertThat(qmp.execute("pieces").asString()).isEqualTo("ü");
        }
    }

    @Test
    void a_reply_of_300_kB_on_one_line_arrives() {
        assertArrives(300_000);
    }

    @Test
    void a_reply_of_100_MB_on_one_line_arrives() {
        assertArrives(100_000_000);
    }

    private static void assertArrives(int length) {
        byte[] text = new byte[length];
        Arrays.fill(text, (byte) 'x');
        try (ScriptedQmpServer server = ScriptedQmpServer.start();
                QmpClient qmp = QmpClient.connect(server.address())) {
            server.whenExecuted("large")
                    .does(command -> command.connection()
                            .sendText("{\"return\": \"")
                            .sendBytes(text)
                            .sendText(
                                    "\", \"id\": %s}\r\n".formatted(command.id().orElseThrow())));

            JsonNode reply = qmp.execute("large");

            assertThat(reply.asString().length()).isEqualTo(length);
        }
    }

    private static AbstractThrowableAssert<?, ?> assertConnectFails(Consumer<ScriptedConnection> atStart) {
        try (ScriptedQmpServer server =
                ScriptedQmpServer.builder().whenConnected(atStart).start()) {
            QmpClient qmp = QmpClient.builder().name("hopeful").build();
            Throwable failure = catchThrowable(() -> qmp.open(server.address()));
            assertThat(qmp.state()).isEqualTo(QmpState.IDLE);
            return assertThat(failure)
                    .isInstanceOf(QmpConnectException.class)
                    .hasMessageStartingWith("QMP client \"hopeful\" has no session with " + server.address());
        }
    }
}
