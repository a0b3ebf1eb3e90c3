package io.github.qmpjunit.qmp.scripted;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qmp.QmpAcceptor;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpCommand;
import io.github.qmpjunit.qmp.QmpDisconnectedException;
import io.github.qmpjunit.qmp.QmpErrorException;
import io.github.qmpjunit.qmp.transport.QmpAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.RandomAccessFile;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.newsclub.net.unix.AFUNIXSocket;
import org.newsclub.net.unix.AFUNIXSocketAddress;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ScriptedQmpServerTest {

    private static final Duration SOON = Duration.ofSeconds(10);
    private static final Duration BRIEFLY = Duration.ofMillis(20);

    @Test
    void greets_as_it_is_told() {
        try (ScriptedQmpServer server = ScriptedQmpServer.builder()
                        .version(7, 2, 1)
                        .capabilities("oob", "more")
                        .start();
                QmpClient qmp = QmpClient.connect(server.address())) {
            assertThat(qmp.greeting().version()).hasToString("7.2.1 (scripted)");
            assertThat(qmp.greeting().capabilities()).containsExactlyInAnyOrder("oob", "more");
        }
    }

    @Test
    void replies_in_sequence_and_repeats_the_last_one() {
        try (ScriptedQmpServer server = ScriptedQmpServer.start();
                QmpClient qmp = QmpClient.connect(server.address())) {
            server.whenExecuted("query-status")
                    .replies(Map.of("status", "paused"))
                    .repliesWithError("GenericError", "not now")
                    .repliesWith(command -> command.arguments().path("echo"));

            assertThat(qmp.execute("query-status").path("status").asString()).isEqualTo("paused");
            assertThatThrownBy(() -> qmp.execute("query-status"))
                    .isInstanceOf(QmpErrorException.class)
                    .hasMessageStartingWith("GenericError: not now");
            assertThat(qmp.execute("query-status", Map.of("echo", 1)).asInt()).isEqualTo(1);
            assertThat(qmp.execute("query-status", Map.of("echo", 2)).asInt()).isEqualTo(2);
        }
    }

    @Test
    void answers_an_unknown_command_in_the_words_of_QEMU() {
        try (ScriptedQmpServer server = ScriptedQmpServer.start();
                QmpClient scripted = QmpClient.connect(server.address());
                QemuMachine vm = QemuMachine.builder().start()) {
            for (String command : List.of("nonsense", "qmp_capabilities")) {
                assertThat(errorOf(scripted, command)).isEqualTo(errorOf(vm.qmp(), command));
            }
        }
    }

    private static String errorOf(QmpClient qmp, String command) {
        try {
            return qmp.execute(command).toString();
        } catch (QmpErrorException e) {
            return e.errorClass() + ": " + e.description();
        }
    }

    @Test
    void treats_a_raw_client_as_QEMU_does(@TempDir Path dir) throws IOException {
        Path socket = dir.resolve("qmp");
        List<String> inputs = List.of(
                "{\"execute\": \"query-name\", \"id\": [1]}", // before the negotiation
                "[]",
                "{}",
                "{\"execute\": \"qmp_capabilities\",\r\n \"id\": \"}{\"}",
                "{\"execute\": \"nonsense\", \"id\": {\"a\": \"\\\"]\"}}",
                "{\"id\": 7}");
        try (ScriptedQmpServer server = ScriptedQmpServer.start();
                QemuMachine vm = QemuMachine.builder()
                        .args("-qmp", "unix:" + socket + ",server=on,wait=off")
                        .start()) {
            assertThat(converse(server.socket(), inputs)).isEqualTo(converse(socket, inputs));
            assertThat(vm.isRunning()).isTrue();
        }
    }

    /** Send the inputs in one write and return as many lines after the greeting. */
    private static List<JsonNode> converse(Path socket, List<String> inputs) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            channel.write(StandardCharsets.UTF_8.encode(String.join("\n", inputs) + "\n"));
            BufferedReader reader =
                    new BufferedReader(new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.UTF_8));
            assertThat(reader.readLine()).startsWith("{\"QMP\":");
            return reader.lines()
                    .map(line -> JsonMapper.shared().readTree(line))
                    .limit(inputs.size())
                    .toList();
        }
    }

    @Test
    void answers_what_is_no_JSON_without_id() throws IOException {
        try (ScriptedQmpServer server = ScriptedQmpServer.start()) {
            assertThat(converse(server.socket(), List.of("hello", "{\"execute\": oops}")))
                    .hasSize(2)
                    .allSatisfy(reply -> {
                        assertThat(reply.has("id")).isFalse();
                        assertThat(reply.path("error").path("desc").asString()).startsWith("JSON parse error, ");
                    });
        }
    }

    @Test
    void sends_events_on_their_own_before_and_after_a_reply() {
        try (ScriptedQmpServer server = ScriptedQmpServer.start();
                QmpClient qmp = QmpClient.connect(server.address())) {
            server.whenExecuted("x")
                    .does(command ->
                            command.sendEvent("BEFORE", Map.of("n", 1)).reply().sendEvent("AFTER"));
            server.sendEvent("ALONE", Map.of("n", 0));
            qmp.execute("x");

            assertThat(qmp.events().next(SOON)).hasToString("ALONE {n: 0}");
            assertThat(qmp.events().next(SOON)).hasToString("BEFORE {n: 1}");
            assertThat(qmp.events().next(SOON).timestamp()).isPresent();
        }
    }

    @Test
    void records_commands_with_ids_and_descriptors(@TempDir Path dir) throws IOException {
        try (ScriptedQmpServer server = ScriptedQmpServer.start();
                QmpClient qmp = QmpClient.builder().outOfBand().connect(server.address());
                RandomAccessFile file = new RandomAccessFile(dir.resolve("f").toFile(), "rw")) {
            server.whenExecuted("add-fd").replies();
            qmp.execute(QmpCommand.of("add-fd", Map.of("fdset-id", 1))
                    .withFds(file.getFD(), file.getFD(), file.getFD())
                    .withId(42));
            qmp.execute(QmpCommand.of("add-fd").outOfBand());
            qmp.execute(QmpCommand.of("add-fd", Map.of("opaque", "x".repeat(20_000)))
                    .withFds(file.getFD()));

            assertThat(server.received())
                    .extracting(ReceivedCommand::name)
                    .containsExactly("qmp_capabilities", "add-fd", "add-fd", "add-fd");
            assertThat(server.received()).extracting(ReceivedCommand::fdCount).containsExactly(0, 3, 0, 1);
            ReceivedCommand first = server.awaitCommand("add-fd", SOON);
            assertThat(first.id())
                    .hasValueSatisfying(id -> assertThat(id.asInt()).isEqualTo(42));
            assertThat(first.arguments()).hasToString("{\"fdset-id\":1}");
            assertThat(first.isOutOfBand()).isFalse();
            assertThat(server.awaitCommand("add-fd", SOON).isOutOfBand()).isTrue();
        }
    }

    @Test
    void descriptors_belong_to_their_command_however_the_writes_are_read(@TempDir Path dir) throws Exception {
        CountDownLatch written = new CountDownLatch(1);
        try (ScriptedQmpServer server = ScriptedQmpServer.builder()
                        .noGreeting()
                        .whenConnected(connection -> awaitQuietly(written))
                        .start();
                AFUNIXSocket socket = AFUNIXSocket.connectTo(AFUNIXSocketAddress.of(server.socket()));
                RandomAccessFile file = new RandomAccessFile(dir.resolve("f").toFile(), "rw")) {
            for (String command : List.of("none", "one", "none", "long", "none", "one", "last")) {
                if (command.equals("one") || command.equals("long")) {
                    socket.setOutboundFileDescriptors(file.getFD());
                }
                String padding = "x".repeat(command.equals("long") ? 20_000 : 1);
                socket.getOutputStream()
                        .write("{\"execute\": \"%s\", \"padding\": \"%s\"}\n"
                                .formatted(command, padding)
                                .getBytes(StandardCharsets.UTF_8));
            }
            written.countDown();
            server.awaitCommand("last", SOON);

            assertThat(server.received())
                    .extracting(ReceivedCommand::name, ReceivedCommand::fdCount)
                    .containsExactly(
                            tuple("none", 0),
                            tuple("one", 1),
                            tuple("none", 0),
                            tuple("long", 1),
                            tuple("none", 0),
                            tuple("one", 1),
                            tuple("last", 0));
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertThat(latch.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void a_wait_for_what_does_not_come_tells_what_came() {
        try (ScriptedQmpServer server = ScriptedQmpServer.start();
                QmpClient qmp = QmpClient.connect(server.address())) {
            assertThat(qmp.greeting()).isNotNull();
            assertThatThrownBy(() -> server.awaitCommand("stop", BRIEFLY))
                    .isInstanceOf(ScriptException.class)
                    .hasMessageMatching(
                            "The client has not sent stop within 20 ms; received so far: \\[\\{\"execute\":\"qmp_capabilities\".*}]");
            server.awaitConnection(SOON);
            assertThatThrownBy(() -> server.awaitConnection(BRIEFLY)).hasMessageStartingWith("No client has connected");
        }
    }

    @Test
    void serves_one_client_after_the_other() {
        try (ScriptedQmpServer server = ScriptedQmpServer.start()) {
            assertThatThrownBy(server::connection).isInstanceOf(ScriptException.class);
            for (int i = 0; i < 3; i++) {
                try (QmpClient qmp = QmpClient.connect(server.address())) {
                    assertThat(qmp.greeting()).isNotNull();
                }
                server.awaitConnection(SOON).awaitEnd(SOON);
            }
        }
    }

    @Test
    void a_script_that_throws_ends_the_connection_and_is_reported_at_close() {
        ScriptedQmpServer server = ScriptedQmpServer.start();
        server.whenExecuted("x").does(command -> {
            throw new AssertionError("unexpected arguments");
        });
        try (QmpClient qmp = QmpClient.connect(server.address())) {
            assertThatThrownBy(() -> qmp.execute("x")).isInstanceOf(QmpDisconnectedException.class);
            assertThatThrownBy(() -> server.awaitCommand("y", SOON))
                    .hasMessageContaining("The client has not sent y, and will not")
                    .hasMessageContaining("unexpected arguments");
        }

        assertThatThrownBy(server::close)
                .isInstanceOf(ScriptException.class)
                .hasMessage("A script of the scripted server threw java.lang.AssertionError: unexpected arguments");
        server.close();
    }

    @Test
    void connects_to_a_listening_client(@TempDir Path dir) {
        QmpAddress address = QmpAddress.unix(dir.resolve("qmp"));
        try (QmpAcceptor acceptor = QmpAcceptor.bind(address);
                ScriptedQmpServer server =
                        ScriptedQmpServer.builder().connectTo(address).start();
                QmpClient qmp = acceptor.accept(SOON)) {
            server.whenExecuted("x").replies(1);

            assertThat(qmp.execute("x").asInt()).isEqualTo(1);
            assertThatThrownBy(server::socket).isInstanceOf(ScriptException.class);
        }
        assertThatThrownBy(() -> ScriptedQmpServer.builder().connectTo(address).start())
                .isInstanceOf(ScriptException.class)
                .hasMessageContaining("cannot connect to " + address);
    }

    @Test
    void its_socket_is_private_and_goes_with_it() throws IOException {
        Path socket;
        try (ScriptedQmpServer server = ScriptedQmpServer.start()) {
            socket = server.socket();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket.getParent())))
                    .isEqualTo("rwx------");
        }
        assertThat(socket.getParent()).doesNotExist();
    }

    @Test
    void closing_ends_the_connection_and_the_waits() throws IOException {
        ScriptedQmpServer server = ScriptedQmpServer.start();
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(server.socket()));
            ScriptedConnection connection = server.awaitConnection(SOON);
            BufferedReader reader =
                    new BufferedReader(new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.UTF_8));
            assertThat(reader.readLine()).startsWith("{\"QMP\"");
            server.close();

            connection.awaitEnd(SOON);
            assertThat(reader.readLine()).isNull();
            assertThat(connection.isOpen()).isFalse();
            assertThatThrownBy(() -> connection.sendEvent("LATE")).isInstanceOf(ScriptException.class);
            assertThatThrownBy(() -> server.awaitCommand("x", SOON)).hasMessageContaining("is closed");
        }
    }
}
