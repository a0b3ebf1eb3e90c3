package io.github.qmpjunit.qmp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qmp.transport.PeerCredentials;
import io.github.qmpjunit.qmp.transport.QmpAddress;
import io.github.qmpjunit.qmp.transport.TcpAddress;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A QEMU that connects to us, whatever the kind of address. */
class QmpAcceptorTest {

    private static final Duration SOON = Duration.ofSeconds(10);

    private static QemuMachine connecting(String to) {
        return QemuMachine.builder()
                .args("-chardev", "socket,id=second,server=off," + to, "-mon", "chardev=second,mode=control")
                .start();
    }

    @Test
    void QEMU_connects_by_TCP_to_a_port_that_the_system_chose() {
        try (QmpAcceptor acceptor = QmpAcceptor.bind(QmpAddress.tcp("127.0.0.1", 0))) {
            TcpAddress address = (TcpAddress) acceptor.address();
            assertThat(address.port()).isPositive();

            try (QemuMachine machine = connecting("host=127.0.0.1,port=" + address.port());
                    QmpClient qmp = acceptor.accept(SOON)) {
                assertThat(qmp.execute("query-version")).isEqualTo(machine.qmp().execute("query-version"));
                assertThat(qmp.peer()).isEmpty();
            }
            assertThatThrownBy(() -> QmpClient.connect(address))
                    .as("the port is closed after one peer")
                    .isInstanceOf(QmpConnectException.class)
                    .hasMessageContaining(address.toString())
                    .hasMessageContaining("refused");
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void QEMU_connects_to_an_abstract_name() {
        String name = "qmp-junit-acceptor-" + ProcessHandle.current().pid();
        try (QmpAcceptor acceptor = QmpAcceptor.bind(QmpAddress.unixAbstract(name));
                QemuMachine machine = connecting("abstract=on,path=" + name);
                QmpClient qmp = acceptor.accept(SOON)) {
            assertThat(qmp.execute("query-version")).isEqualTo(machine.qmp().execute("query-version"));
            assertThat(qmp.peer()).map(PeerCredentials::pid).contains(machine.pid());
        }
    }

    @Test
    void the_file_of_a_UNIX_socket_goes_after_one_peer(@TempDir Path dir) {
        Path path = dir.resolve("qmp");
        try (QmpAcceptor acceptor = QmpAcceptor.bind(QmpAddress.unix(path))) {
            assertThat(path).exists();
            assertThat(acceptor.address()).isEqualTo(QmpAddress.unix(path));

            try (QemuMachine machine = connecting("path=" + path);
                    QmpClient qmp = acceptor.accept(SOON)) {
                assertThat(path).doesNotExist();
                assertThat(qmp.peer()).map(PeerCredentials::pid).contains(machine.pid());
            }
        }
    }

    @Test
    void a_socket_file_that_nobody_listens_at_is_replaced(@TempDir Path dir) throws Exception {
        Path path = dir.resolve("qmp");
        ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(path))
                .close(); // leaves its file, as a killed process does
        assertThat(path).exists();

        try (QmpAcceptor acceptor = QmpAcceptor.bind(QmpAddress.unix(path));
                QemuMachine machine = connecting("path=" + path);
                QmpClient qmp = acceptor.accept(SOON)) {
            assertThat(qmp.peer()).map(PeerCredentials::pid).contains(machine.pid());
        }
    }

    @Test
    void a_socket_that_somebody_listens_at_stays_his(@TempDir Path dir) {
        Path path = dir.resolve("qmp");
        try (QmpAcceptor first = QmpAcceptor.bind(QmpAddress.unix(path))) {
            assertThatThrownBy(() -> QmpAcceptor.bind(QmpAddress.unix(path)))
                    .isInstanceOf(QmpConnectException.class)
                    .hasMessage(
                            "Cannot listen at unix:%s: another process listens there already; close that socket, or choose another path",
                            path);

            try (QemuMachine machine = connecting("path=" + path);
                    QmpClient qmp = first.accept(SOON)) {
                assertThat(qmp.peer())
                        .as("the question used up no connection")
                        .map(PeerCredentials::pid)
                        .contains(machine.pid());
            }
        }
    }

    @Test
    void a_file_that_is_not_a_socket_stays(@TempDir Path dir) throws Exception {
        Path path = Files.writeString(dir.resolve("precious"), "data");
        Path link = Files.createSymbolicLink(dir.resolve("link"), path);

        for (Path taken : new Path[] {path, link}) {
            assertThatThrownBy(() -> QmpAcceptor.bind(QmpAddress.unix(taken)))
                    .isInstanceOf(QmpConnectException.class)
                    .hasMessageContaining("a file that is not a socket is in the way");
        }
        assertThat(path).hasContent("data");
        assertThat(link).isSymbolicLink();
    }

    @Test
    void a_port_in_use_is_an_error() {
        try (QmpAcceptor first = QmpAcceptor.bind(QmpAddress.tcp("127.0.0.1", 0))) {
            assertThatThrownBy(() -> QmpAcceptor.bind(first.address()))
                    .isInstanceOf(QmpConnectException.class)
                    .hasMessageContaining("Cannot listen at " + first.address())
                    .hasMessageContaining("in use");
        }
    }

    @Test
    void a_wait_for_nobody_ends_in_time_and_closes_the_acceptor() {
        try (QmpAcceptor acceptor = QmpAcceptor.bind(QmpAddress.tcp("127.0.0.1", 0))) {
            assertThatThrownBy(() -> acceptor.accept(Duration.ofMillis(50)))
                    .isInstanceOf(QmpConnectException.class)
                    .hasMessageContaining("No connection within 50 ms");
            assertThatThrownBy(() -> QmpClient.connect(acceptor.address())).isInstanceOf(QmpConnectException.class);
        }
    }

    @Test
    @Timeout(20)
    void of_two_peers_the_first_is_taken_and_the_other_one_closed(@TempDir Path dir) throws Exception {
        Path path = dir.resolve("qmp");
        try (QmpAcceptor acceptor = QmpAcceptor.bind(QmpAddress.unix(path));
                QemuMachine machine = connecting("path=" + path);
                SocketChannel late = SocketChannel.open(UnixDomainSocketAddress.of(path));
                QmpClient qmp = acceptor.accept(SOON)) {
            assertThat(qmp.peer()).map(PeerCredentials::pid).contains(machine.pid());
            int read;
            try {
                read = late.read(ByteBuffer.allocate(1));
            } catch (IOException e) {
                read = -1; // reset, to the same effect
            }
            assertThat(read).isEqualTo(-1);
        }
    }

    @Test
    void closing_ends_a_wait_at_once() {
        QmpAcceptor acceptor = QmpAcceptor.bind(QmpAddress.tcp("127.0.0.1", 0));
        acceptor.close();

        assertThatThrownBy(() -> acceptor.accept(Duration.ofMinutes(1)))
                .isInstanceOf(QmpConnectException.class)
                .hasMessageContaining("no peer had connected when the acceptor was closed");
    }
}
