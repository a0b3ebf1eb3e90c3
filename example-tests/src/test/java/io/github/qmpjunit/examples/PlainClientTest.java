package io.github.qmpjunit.examples;

import static io.github.qmpjunit.qmp.QmpEvents.STOP;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qmp.QmpAcceptor;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpCommand;
import io.github.qmpjunit.qmp.QmpErrorException;
import io.github.qmpjunit.qmp.QmpEventListener;
import io.github.qmpjunit.qmp.QmpState;
import io.github.qmpjunit.qmp.transport.QmpAddress;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The machine and the client on their own, without the JUnit extension: as in any other Java program. */
class PlainClientTest {

    private static final Duration SOON = Duration.ofSeconds(10);

    @Test
    void starts_a_machine_and_stops_it() {
        QemuMachine stopped;
        try (QemuMachine vm =
                QemuMachine.builder().machine("q35").args("-m", "64").start()) {
            stopped = vm;
            JsonNode status = vm.qmp().execute("query-status");
            assertThat(status.path("status").asString()).isEqualTo("running");
        }

        assertThat(stopped.isRunning()).isFalse();
        assertThat(stopped.exitStatus())
                .hasValueSatisfying(status -> assertThat(status.isSuccess()).isTrue());
    }

    @Test
    void connects_to_a_machine_that_listens(@TempDir Path dir) {
        Path socket = dir.resolve("qmp");
        try (QemuMachine vm = machineListeningAt(socket);
                QmpClient qmp = QmpClient.connect(QmpAddress.unix(socket))) {
            assertThat(qmp.greeting().version()).isEqualTo(vm.qmp().greeting().version());

            qmp.execute("stop");
            assertThat(vm.qmp().events().next(SOON).name()).isEqualTo("STOP");
        }
    }

    @Test
    void has_settings(@TempDir Path dir) {
        Path socket = dir.resolve("qmp");
        QemuMachine vm = machineListeningAt(socket);
        QmpClient qmp = QmpClient.builder()
                .name("source")
                .timeout(Duration.ofSeconds(5))
                .connect(QmpAddress.unix(socket));

        try (vm;
                qmp) {
            assertThat(qmp.name()).isEqualTo("source");
        }
    }

    @Test
    void lets_the_machine_connect(@TempDir Path dir) {
        Path socket = dir.resolve("qmp");
        try (QmpAcceptor acceptor = QmpAcceptor.bind(QmpAddress.unix(socket));
                QemuMachine vm =
                        QemuMachine.builder().args("-qmp", "unix:" + socket).start();
                QmpClient qmp = acceptor.accept(SOON)) {
            assertThat(qmp.peer())
                    .hasValueSatisfying(peer -> assertThat(peer.pid()).isEqualTo(vm.pid()));
            assertThat(qmp.execute("query-status").path("running").asBoolean()).isTrue();
        }
    }

    @Test
    void connects_again_with_all_its_listeners(@TempDir Path dir) {
        QmpAddress address = QmpAddress.unix(dir.resolve("qmp"));
        QmpClient qmp = QmpClient.builder().build();
        QmpEventListener stops = qmp.listen(STOP);
        try (QemuMachine vm = machineListeningAt(dir.resolve("qmp"))) {
            qmp.open(address);
            qmp.close();
            assertThat(qmp.state()).isEqualTo(QmpState.IDLE);

            qmp.open(address);
            vm.qmp().execute("stop");
            assertThat(stops.next(SOON).name()).isEqualTo("STOP");
            qmp.close();
        }
    }

    record StatusInfo(String status, boolean running) {}

    @Test
    void reads_a_reply_as_a_tree_or_a_type() {
        try (QemuMachine vm = QemuMachine.builder().start()) {
            QmpClient qmp = vm.qmp();
            qmp.execute("stop");

            JsonNode reply = qmp.execute("query-status");
            StatusInfo typed = qmp.execute("query-status", Map.of(), StatusInfo.class);

            assertThat(reply.path("status").asString()).isEqualTo("paused");
            assertThat(typed).isEqualTo(new StatusInfo("paused", false));
        }
    }

    @Test
    void overtakes_a_command_that_hangs(@TempDir Path dir) throws Exception {
        Path socket = dir.resolve("qmp");
        BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
        try (ServerSocket mute = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                QemuMachine vm = machineListeningAt(socket);
                QmpClient qmp = QmpClient.builder().outOfBand().connect(QmpAddress.unix(socket))) {
            CompletableFuture<JsonNode> hanging =
                    qmp.executeAsync(addDiskServedAt(mute)).whenComplete((reply, failure) -> failures.add(failure));
            mute.setSoTimeout(10_000);
            Socket silence = mute.accept();

            JsonNode yankable = qmp.execute(QmpCommand.of("query-yank").outOfBand());
            assertThat(yankable)
                    .anyMatch(each -> each.path("node-name").asString("").equals("remote"));
            assertThat(hanging.isDone()).isFalse();

            silence.close();
            assertThat(failures.poll(10, TimeUnit.SECONDS)).isInstanceOf(QmpErrorException.class);
            assertThat(vm.isRunning()).isTrue();
        }
    }

    private static QmpCommand addDiskServedAt(ServerSocket server) {
        Map<String, String> address = Map.of(
                "type",
                "inet",
                "host",
                server.getInetAddress().getHostAddress(),
                "port",
                Integer.toString(server.getLocalPort()));
        return QmpCommand.of("blockdev-add", Map.of("driver", "nbd", "node-name", "remote", "server", address));
    }

    @Test
    void passes_an_open_file(@TempDir Path dir) throws IOException {
        try (QemuMachine vm = QemuMachine.builder().start();
                RandomAccessFile file =
                        new RandomAccessFile(dir.resolve("disk.raw").toFile(), "rw")) {
            QmpClient qmp = vm.qmp();
            file.setLength(1 << 20);
            qmp.execute(QmpCommand.of("add-fd", Map.of("fdset-id", 1)).withFds(file.getFD()));

            qmp.execute("blockdev-add", Map.of("driver", "file", "node-name", "disk", "filename", "/dev/fdset/1"));

            assertThat(qmp.execute("query-named-block-nodes")
                            .at("/0/image/virtual-size")
                            .asInt())
                    .isEqualTo(1 << 20);
        }
    }

    @Test
    void executes_what_is_pasted_from_the_documentation_of_qemu() {
        try (QemuMachine vm = QemuMachine.builder().start()) {
            vm.qmp().execute(QmpCommand.parse("""
                            { "execute": "object-add", "arguments": { "qom-type": "iothread", "id": "io0" } }"""));

            assertThat(vm.qmp().execute("query-iothreads").at("/0/id").asString())
                    .isEqualTo("io0");
        }
    }

    @Test
    void goes_on_while_a_command_is_under_way() throws InterruptedException {
        BlockingQueue<String> replies = new LinkedBlockingQueue<>();
        try (QemuMachine vm = QemuMachine.builder().args("-name", "twin").start()) {
            vm.qmp()
                    .executeAsync(QmpCommand.of("query-name"))
                    .thenAccept(reply -> replies.add(reply.path("name").asString()));
            JsonNode meanwhile = vm.qmp().execute("query-status");

            assertThat(meanwhile.path("running").asBoolean()).isTrue();
            assertThat(replies.poll(10, TimeUnit.SECONDS)).isEqualTo("twin");
        }
    }

    private static QemuMachine machineListeningAt(Path socket) {
        return QemuMachine.builder()
                .args("-qmp", "unix:" + socket + ",server=on,wait=off")
                .start();
    }
}
