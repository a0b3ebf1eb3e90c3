package io.github.qmpjunit.qmp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qmp.transport.PeerCredentials;
import io.github.qmpjunit.qmp.transport.QmpAddress;
import java.io.FileDescriptor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.newsclub.net.unix.AFUNIXServerSocket;
import org.newsclub.net.unix.AFUNIXSocket;
import org.newsclub.net.unix.AFUNIXSocketAddress;
import tools.jackson.databind.JsonNode;

/** Connecting to a QEMU that listens, and giving up on what does not answer. */
class ConnectingTest {

    private static final Pattern PORT = Pattern.compile("tcp:(.*):(\\d+),server=on");
    private static final Duration BRIEF = Duration.ofMillis(300);

    /** Return the port of the machine's other monitor. */
    static int portOf(QemuMachine machine) {
        for (JsonNode chardev : machine.qmp().execute("query-chardev")) {
            Matcher matcher = PORT.matcher(chardev.path("filename").asString());
            if (matcher.find()) {
                return Integer.parseInt(matcher.group(2));
            }
        }
        throw new AssertionError("no TCP chardev in " + machine.qmp().execute("query-chardev"));
    }

    @Test
    void by_TCP_to_a_QEMU_that_listens() {
        try (QemuMachine machine = QemuMachine.builder()
                        .args("-qmp", "tcp:127.0.0.1:0,server=on,wait=off")
                        .start();
                QmpClient qmp = QmpClient.connect(QmpAddress.tcp("127.0.0.1", portOf(machine)))) {
            assertThat(qmp.execute("query-version")).isEqualTo(machine.qmp().execute("query-version"));
            assertThat(qmp.execute("query-qmp-schema").size()).isGreaterThan(900);
            assertThat(qmp.peer()).isEmpty();
        }
    }

    @Test
    void by_a_host_name_with_several_addresses() {
        try (QemuMachine machine = QemuMachine.builder()
                        .args("-qmp", "tcp:127.0.0.1:0,server=on,wait=off")
                        .start();
                QmpClient qmp = QmpClient.connect(QmpAddress.tcp("localhost", portOf(machine)))) {
            assertThat(qmp.state()).isEqualTo(QmpState.RUNNING);
        }
    }

    @Test
    void by_an_IPv6_address() throws SocketException {
        Assumptions.assumeTrue(
                NetworkInterface.networkInterfaces()
                        .flatMap(NetworkInterface::inetAddresses)
                        .map(InetAddress::getHostAddress)
                        .anyMatch(address -> address.startsWith("0:0:0:0:0:0:0:1")),
                "this system has no IPv6");
        try (QemuMachine machine = QemuMachine.builder()
                        .args("-chardev", "socket,id=v6,host=::1,port=0,server=on,wait=off")
                        .args("-mon", "chardev=v6,mode=control")
                        .start();
                QmpClient qmp = QmpClient.connect(QmpAddress.tcp("[::1]", portOf(machine)))) {
            assertThat(qmp.state()).isEqualTo(QmpState.RUNNING);
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void by_an_abstract_name_with_file_descriptors() {
        String name = "qmp-junit-connecting-" + ProcessHandle.current().pid();
        try (QemuMachine machine = QemuMachine.builder()
                        .args("-chardev", "socket,id=a,server=on,wait=off,abstract=on,path=" + name)
                        .args("-mon", "chardev=a,mode=control")
                        .start();
                QmpClient qmp = QmpClient.connect(QmpAddress.unixAbstract(name))) {
            assertThat(qmp.peer()).map(PeerCredentials::pid).contains(machine.pid());
            JsonNode added = qmp.execute(QmpCommand.of("add-fd").withFds(FileDescriptor.in));
            assertThat(added.path("fd").isInt()).isTrue();
        }
    }

    @Test
    void file_descriptors_need_a_UNIX_socket() {
        try (QemuMachine machine = QemuMachine.builder()
                        .args("-qmp", "tcp:127.0.0.1:0,server=on,wait=off")
                        .start();
                QmpClient qmp = QmpClient.connect(QmpAddress.tcp("127.0.0.1", portOf(machine)))) {
            assertThatThrownBy(() -> qmp.execute(QmpCommand.of("add-fd").withFds(FileDescriptor.in)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("add-fd")
                    .hasMessageContaining("UNIX socket");
            assertThat(qmp.execute("query-fdsets")).isEmpty();
        }
    }

    @Test
    void an_unknown_host_is_named() {
        assertThatThrownBy(() -> QmpClient.connect(QmpAddress.tcp("no-such-host.invalid", 4444)))
                .isInstanceOf(QmpConnectException.class)
                .hasMessageContaining("the host \"no-such-host.invalid\" is not known");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void a_TCP_server_with_a_full_backlog_is_given_up_in_time() throws IOException {
        List<Socket> queued = new ArrayList<>();
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            fillBacklog(server, queued);

            assertGivesUp("tcp-backlog", QmpAddress.tcp("127.0.0.1", server.getLocalPort()));
        } finally {
            for (Socket socket : queued) {
                socket.close();
            }
        }
    }

    private static void fillBacklog(ServerSocket server, List<Socket> queued) throws IOException {
        try {
            while (queued.size() < 20) {
                Socket socket = new Socket();
                queued.add(socket);
                socket.connect(server.getLocalSocketAddress(), 200);
            }
        } catch (SocketTimeoutException e) {
            return;
        }
        throw new AssertionError("the backlog is never full");
    }

    /** As a QEMU's is whose monitor is in use: two more are queued, the next one blocks in connect(2). */
    @Test
    @EnabledOnOs(OS.LINUX)
    void a_UNIX_server_with_a_full_backlog_is_given_up_in_time(@TempDir Path dir) throws IOException {
        AFUNIXSocketAddress place = AFUNIXSocketAddress.of(dir.resolve("busy"));
        try (AFUNIXServerSocket server = AFUNIXServerSocket.newInstance();
                AFUNIXSocket first = AFUNIXSocket.newInstance();
                AFUNIXSocket second = AFUNIXSocket.newInstance()) {
            server.bind(place, 1);
            first.connect(place);
            second.connect(place);

            assertGivesUp("unix-backlog", QmpAddress.unix(dir.resolve("busy")));
        }
    }

    @Test
    void a_UNIX_server_whose_backlog_gets_room_in_time_is_reached(@TempDir Path dir) throws IOException {
        Path path = dir.resolve("busy");
        try (ScriptedPeer peer = ScriptedPeer.overUnix(path, ScriptedPeer.Layer.NONE);
                QmpClient qmp = QmpClient.connect(QmpAddress.unix(path))) {
            peer.answerAll();
            assertThat(qmp.execute("anything")).isEmpty();
        }
    }

    @Test
    void a_TLS_handshake_that_does_not_end_is_given_up_in_time() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertGivesUp("silent-tls", QmpAddress.tls("127.0.0.1", silent.getLocalPort(), SSLContext.getDefault()));
        }
    }

    private static void assertGivesUp(String name, QmpAddress address) {
        QmpClient qmp = QmpClient.builder().name(name).connectTimeout(BRIEF).build();
        long start = System.nanoTime();

        assertThatThrownBy(() -> qmp.open(address))
                .isInstanceOf(QmpConnectException.class)
                .hasMessageContaining("No connection within 300 ms");

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(4));
        assertThat(qmp.state()).isEqualTo(QmpState.IDLE);
        assertThreadEnds("qmp-reader-" + name);
    }

    private static void assertThreadEnds(String name) {
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().equals(name)) {
                assertThatCode(() -> thread.join(2000)).doesNotThrowAnyException();
                assertThat(thread.isAlive()).as(name).isFalse();
            }
        }
    }

    static List<String> threadNames() {
        return Thread.getAllStackTraces().keySet().stream().map(Thread::getName).toList();
    }

    @Test
    @Timeout(20)
    void an_interrupted_thread_gives_up_cleanly() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            QmpAddress address = QmpAddress.tls("127.0.0.1", silent.getLocalPort(), SSLContext.getDefault());
            QmpClient qmp = QmpClient.builder()
                    .name("interrupted")
                    .connectTimeout(Duration.ofMinutes(1))
                    .build();
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            Thread thread = new Thread(() -> {
                try {
                    qmp.open(address);
                } catch (QmpException e) {
                    thrown.set(e);
                }
            });
            thread.start();
            try (Socket accepted = silent.accept()) {
                accepted.getInputStream().read(); // the handshake has begun
                thread.interrupt();
                thread.join();
            }

            assertThat(thrown.get()).isInstanceOf(QmpInterruptedException.class);
            assertThat(qmp.state()).isEqualTo(QmpState.IDLE);
            assertThreadEnds("qmp-reader-interrupted");
        }
    }

    @Test
    void a_server_that_does_not_speak_TLS_is_told() throws Exception {
        try (ServerSocket plain = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread thread = new Thread(() -> {
                try (Socket accepted = plain.accept()) {
                    accepted.getOutputStream().write("{\"QMP\": {}}\r\n".getBytes(UTF_8));
                    accepted.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
                } catch (IOException e) {
                    // The client has gone.
                }
            });
            thread.setDaemon(true);
            thread.start();

            assertThatThrownBy(() -> QmpClient.connect(
                            QmpAddress.tls("127.0.0.1", plain.getLocalPort(), SSLContext.getDefault())))
                    .isInstanceOf(QmpConnectException.class)
                    .hasMessageContaining("the TLS handshake failed");
        }
    }
}
