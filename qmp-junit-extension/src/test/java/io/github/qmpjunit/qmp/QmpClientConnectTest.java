package io.github.qmpjunit.qmp;

import static io.github.qmpjunit.qmp.EventMatcher.event;
import static io.github.qmpjunit.qmp.QmpEvents.STOP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qmp.scripted.ScriptedQmpServer;
import io.github.qmpjunit.qmp.transport.QmpAddress;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a session comes about: in time, later, without a thread that waits, by hand; and what says that it does not. */
class QmpClientConnectTest {

    private static final Duration SOON = Duration.ofSeconds(10);

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(10, TimeUnit.SECONDS);
    }

    @Test
    void waits_for_a_server_that_begins_to_listen_later(@TempDir Path dir) throws Exception {
        Path socket = dir.resolve("qmp");
        CompletableFuture<QmpClient> connecting =
                QmpClient.builder().waitForServer().connectAsync(QmpAddress.unix(socket));
        assertThat(connecting).isNotDone();

        try (QemuMachine other = QemuMachine.builder()
                        .args("-qmp", "unix:" + socket + ",server=on,wait=off")
                        .start();
                QmpClient qmp = get(connecting)) {
            assertThat(qmp.execute("query-name")).hasToString("{}");
            assertThat(other.isRunning()).isTrue();
        }
    }

    @Test
    void waits_at_a_port_and_not_longer_than_it_was_told() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        QmpClientBuilder patient = QmpClient.builder().waitForServer().connectTimeout(Duration.ofMillis(100));

        assertThatThrownBy(() -> patient.connect(QmpAddress.tcp("127.0.0.1", port)))
                .isInstanceOf(QmpConnectException.class)
                .hasMessageContaining("No connection within 100 ms");
    }

    @Test
    void what_does_not_get_better_by_waiting_fails_at_once(@TempDir Path dir) {
        assertThatThrownBy(() -> QmpClient.builder()
                        .waitForServer()
                        .connectTimeout(Duration.ofMinutes(10))
                        .connect(QmpAddress.tcp("no-such-host.invalid", 1)))
                .isInstanceOf(QmpConnectException.class);
        assertThatThrownBy(() -> QmpClient.connect(QmpAddress.unix(dir.resolve("nobody"))))
                .as("without the option")
                .isInstanceOf(QmpConnectException.class)
                .isNotInstanceOf(QmpGreetingException.class);
    }

    @Test
    void closing_ends_the_wait_for_a_server(@TempDir Path dir) {
        QmpClient qmp = QmpClient.builder().name("later").waitForServer().build();
        CompletableFuture<QmpClient> connecting = qmp.openAsync(QmpAddress.unix(dir.resolve("nobody")));
        qmp.awaitState(QmpState.CONNECTING, SOON);

        qmp.close();

        assertThatThrownBy(() -> get(connecting))
                .hasCauseInstanceOf(QmpConnectException.class)
                .cause()
                .hasMessageContaining("\"later\"");
    }

    @Test
    void connects_and_accepts_without_a_thread_of_ours_that_waits(@TempDir Path dir) throws Exception {
        QmpAddress address = QmpAddress.unix(dir.resolve("acceptor"));
        try (QmpAcceptor acceptor = QmpAcceptor.bind(address)) {
            CompletableFuture<QmpClient> accepting = acceptor.acceptAsync(SOON);
            try (ScriptedQmpServer server =
                            ScriptedQmpServer.builder().connectTo(address).start();
                    QmpClient qmp = get(accepting)) {
                assertThat(qmp.state()).isEqualTo(QmpState.RUNNING);
                assertThat(server.connection().isOpen()).isTrue();
            }
        }
        try (ScriptedQmpServer server = ScriptedQmpServer.start();
                QmpClient qmp = get(QmpClient.builder().connectAsync(server.address()))) {
            assertThat(qmp.state()).isEqualTo(QmpState.RUNNING);
        }
    }

    @Test
    void a_cancelled_attempt_leaves_the_client_idle(@TempDir Path dir) throws Exception {
        QmpClient qmp = QmpClient.builder().build();
        QmpAcceptor acceptor = QmpAcceptor.bind(QmpAddress.unix(dir.resolve("acceptor")));
        CompletableFuture<QmpClient> accepting = acceptor.acceptAsync(qmp, Duration.ofMinutes(10));
        qmp.awaitState(QmpState.CONNECTING, SOON);

        assertThat(accepting.cancel(false)).isTrue();

        qmp.awaitState(QmpState.IDLE, SOON);
        try (ScriptedQmpServer server = ScriptedQmpServer.start()) {
            qmp.open(server.address());
            qmp.close();
        }
    }

    @Test
    void out_of_band_commands_work_after_a_negotiation_by_hand(@TempDir Path dir) {
        Map<String, ?> enable = Map.of("enable", List.of("oob"));
        List<java.util.function.Consumer<QmpClient>> ways = List.of(
                qmp -> qmp.execute("qmp_capabilities", enable),
                qmp -> qmp.executeRaw("{'execute': 'qmp_capabilities', 'arguments': {'enable': ['oob']}}"),
                qmp -> assertThat(qmp.executeAsync(QmpCommand.of("qmp_capabilities", enable)))
                        .succeedsWithin(SOON));
        for (int i = 0; i < ways.size(); i++) {
            Path socket = dir.resolve("qmp" + i);
            try (QemuMachine other = QemuMachine.builder()
                            .args("-qmp", "unix:" + socket + ",server=on,wait=off")
                            .start();
                    QmpClient qmp =
                            QmpClient.builder().negotiate(false).outOfBand().connect(QmpAddress.unix(socket))) {
                ways.get(i).accept(qmp);

                assertThat(qmp.execute(QmpCommand.of("query-yank").outOfBand()).isArray())
                        .isTrue();
                assertThat(other.isRunning()).isTrue();
            }
        }
    }

    @Test
    void a_kind_of_failure_has_an_exception_of_its_own() {
        assertFailure(QmpGreetingException.class, connection -> connection.send(Map.of("QMP", 5)));
        assertFailure(QmpGreetingException.class, connection -> connection.sendText("SSH-2.0-OpenSSH\r\n"));
        assertFailure(QmpNegotiationException.class, connection -> {
            connection.greet();
            connection.disconnect();
        });
        assertEnd(QmpParseException.class, "{\"event\" oops}\n");
        assertEnd(QmpUnexpectedMessageException.class, "{\"something\": 1}\n");
        assertEnd(QmpUnexpectedMessageException.class, "[1]\n");
        assertEnd(QmpLimitException.class, "{\"event\": \"X\", \"data\": {\"a\": %s}}\n".formatted("[".repeat(2000)));
        assertEnd(
                QmpServerParseException.class,
                "{\"error\": {\"class\": \"GenericError\", \"desc\": \"Invalid JSON\"}}\n");
        try (ScriptedQmpServer server = ScriptedQmpServer.start();
                QmpClient qmp = QmpClient.connect(server.address())) {
            server.whenExecuted("odd")
                    .does(command ->
                            command.connection().send(Map.of("id", command.id().orElseThrow())));
            server.whenExecuted("text").replies("five");
            assertThatThrownBy(() -> qmp.execute("odd")).isInstanceOf(QmpReplyException.class);
            assertThatThrownBy(() -> qmp.execute("text", Map.of(), Integer.class))
                    .isInstanceOf(QmpReplyException.class);
            assertThat(qmp.state()).as("both leave it usable").isEqualTo(QmpState.RUNNING);
        }
    }

    private static void assertFailure(
            Class<? extends QmpConnectException> kind,
            java.util.function.Consumer<io.github.qmpjunit.qmp.scripted.ScriptedConnection> behaviour) {
        try (ScriptedQmpServer server = ScriptedQmpServer.builder()
                .noGreeting()
                .whenConnected(behaviour)
                .start()) {
            assertThatThrownBy(() -> QmpClient.builder()
                            .name("dst")
                            .connectTimeout(Duration.ofSeconds(10))
                            .connect(server.address()))
                    .isExactlyInstanceOf(kind)
                    .hasMessageContaining("QMP client \"dst\"");
        }
    }

    private static void assertEnd(Class<? extends QmpProtocolException> kind, String sent) {
        try (ScriptedQmpServer server = ScriptedQmpServer.start()) {
            QmpClient qmp = QmpClient.builder().name("dst").connect(server.address());
            server.connection().sendText(sent);

            assertThatThrownBy(() -> qmp.events().next(event("NEVER"), SOON))
                    .isInstanceOf(QmpDisconnectedException.class)
                    .hasMessageEndingWith("(QMP client \"dst\")")
                    .hasCauseExactlyInstanceOf(kind);
            qmp.close();
        }
    }

    @Test
    void a_scope_gives_its_listeners_back() {
        try (ScriptedQmpServer server = ScriptedQmpServer.start();
                QmpClient qmp = QmpClient.connect(server.address())) {
            QmpEventListener one = QmpEventListener.of(event(STOP));
            QmpEventListener other = QmpEventListener.of(event("OTHER"));
            try (ListenerScope scope = qmp.listen(one, other)) {
                assertThat(scope.listeners()).containsExactly(one, other);
            }
        }
    }
}
