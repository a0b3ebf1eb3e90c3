package io.github.qmpjunit.examples;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.qmp.EventMatcher.event;
import static io.github.qmpjunit.qmp.QmpEvents.JOB_STATUS_CHANGE;
import static io.github.qmpjunit.qmp.QmpEvents.RESUME;
import static io.github.qmpjunit.qmp.QmpEvents.STOP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.qtest.Qtest;
import io.github.qmpjunit.qmp.EventMatcher;
import io.github.qmpjunit.qmp.ListenerScope;
import io.github.qmpjunit.qmp.QmpAcceptor;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpCommand;
import io.github.qmpjunit.qmp.QmpErrorException;
import io.github.qmpjunit.qmp.QmpEvent;
import io.github.qmpjunit.qmp.QmpEventListener;
import io.github.qmpjunit.qmp.QmpNegotiationException;
import io.github.qmpjunit.qmp.scripted.ScriptedQmpServer;
import io.github.qmpjunit.qmp.transport.QmpAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What programs that use the client alone may want to know of it. */
class ClientInDetailTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    @Test
    void connects_to_a_server_that_does_not_listen_yet(@TempDir Path dir) {
        Path socket = dir.resolve("qmp");
        CompletableFuture<QmpClient> connecting =
                QmpClient.builder().waitForServer().connectAsync(QmpAddress.unix(socket));

        try (QemuMachine vm = machineListeningAt(socket)) {
            assertThat(connecting)
                    .succeedsWithin(SOON)
                    .satisfies(qmp -> assertThat(qmp.greeting().version())
                            .isEqualTo(vm.qmp().greeting().version()))
                    .satisfies(QmpClient::close);
        }
    }

    @Test
    void accepts_without_waiting(@TempDir Path dir) {
        Path socket = dir.resolve("qmp");
        try (QmpAcceptor acceptor = QmpAcceptor.bind(QmpAddress.unix(socket))) {
            CompletableFuture<QmpClient> accepting = acceptor.acceptAsync(SOON);

            try (QemuMachine vm =
                    QemuMachine.builder().args("-qmp", "unix:" + socket).start()) {
                assertThat(accepting)
                        .succeedsWithin(SOON)
                        .satisfies(qmp -> assertThat(qmp.peer()).isPresent())
                        .satisfies(QmpClient::close);
                assertThat(vm).isRunning();
            }
        }
    }

    @Test
    void an_error_has_what_was_sent_and_what_was_received() {
        try (QemuMachine vm = QemuMachine.builder().start()) {
            QmpCommand command =
                    QmpCommand.of("device_del", Map.of("id", "nope")).withId(7);

            assertThatExceptionOfType(QmpErrorException.class)
                    .isThrownBy(() -> vm.qmp().execute(command))
                    .satisfies(error -> assertThat(error.errorClass()).isEqualTo("DeviceNotFound"))
                    .satisfies(
                            error -> assertThat(error.sent().path("id").asInt()).isEqualTo(7))
                    .satisfies(error -> assertThat(
                                    error.received().at("/error/desc").asString())
                            .contains("'nope'"));
        }
    }

    @Test
    void each_kind_of_failure_has_an_exception_of_its_own() {
        try (ScriptedQmpServer server = ScriptedQmpServer.start()) {
            server.whenExecuted("qmp_capabilities").repliesWithError("GenericError", "not now");

            assertThatThrownBy(() -> QmpClient.connect(server.address())).isInstanceOf(QmpNegotiationException.class);
        }
    }

    @Test
    void negotiates_by_hand(@TempDir Path dir) {
        Path socket = dir.resolve("qmp");
        try (QemuMachine vm = machineListeningAt(socket);
                QmpClient qmp = QmpClient.builder().negotiate(false).connect(QmpAddress.unix(socket))) {
            qmp.execute("qmp_capabilities", Map.of("enable", List.of("oob")));

            assertThat(qmp.execute(QmpCommand.of("query-yank").outOfBand())).isNotNull();
            assertThat(vm).isRunning();
        }
    }

    @Test
    void a_scope_gives_its_listeners_back() {
        try (QemuMachine vm = QemuMachine.builder().start();
                ListenerScope both =
                        vm.qmp().listen(QmpEventListener.of(event(STOP)), QmpEventListener.of(event(RESUME)))) {
            vm.qmp().execute("stop");
            vm.qmp().execute("cont");

            for (QmpEventListener listener : both.listeners()) {
                assertThat(listener.next(SOON).data()).isEmpty();
            }
        }
    }

    @Test
    void a_unit_test_makes_its_own_events() {
        EventMatcher ready = event(JOB_STATUS_CHANGE).withData("status", "ready");

        assertThat(ready.matches(QmpEvent.of(JOB_STATUS_CHANGE, Map.of("id", "job0", "status", "ready"))))
                .isTrue();
        assertThat(ready.matches(QmpEvent.of(JOB_STATUS_CHANGE, Map.of("id", "job0", "status", "running"))))
                .isFalse();
    }

    @Test
    void qtest_works_over_any_socket() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                QemuMachine vm = QemuMachine.builder()
                        .machine("pc")
                        .memory("16M")
                        .args("-qtest", "tcp:127.0.0.1:" + server.getLocalPort())
                        .start();
                Socket socket = server.accept()) {
            Qtest qtest = new Qtest(socket, "mine");

            qtest.writeb(0x100000, 42);

            assertThat(qtest.readb(0x100000)).isEqualTo(42);
            assertThat(vm).isRunning();
        }
    }

    private static QemuMachine machineListeningAt(Path socket) {
        return QemuMachine.builder()
                .args("-qmp", "unix:" + socket + ",server=on,wait=off")
                .start();
    }
}
