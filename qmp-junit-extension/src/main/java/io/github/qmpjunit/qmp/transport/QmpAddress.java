package io.github.qmpjunit.qmp.transport;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import org.apiguardian.api.API;

/** Where a QMP server listens, or where a client is to listen for one. Immutable. */
@API(status = API.Status.MAINTAINED, since = "0.1.0")
public sealed interface QmpAddress permits UnixAddress, UnixAbstractAddress, TcpAddress, TlsAddress, StreamsAddress {

    /**
     * Return the address of a UNIX socket.
     *
     * @param path the socket's path; at most 107 bytes on Linux, 103 elsewhere
     * @return the address
     * @throws IllegalArgumentException if the path is longer than the system allows
     */
    static QmpAddress unix(Path path) {
        return new UnixAddress(path);
    }

    /**
     * Return the address of a UNIX socket in Linux's abstract namespace: it has a name but no file. QEMU knows it as {@code
     * path=NAME,abstract=on}.
     *
     * @param name the name, without the zero byte that precedes it; at most 107 bytes
     * @return the address
     * @throws IllegalArgumentException if the name is empty or too long, or the system is not Linux
     */
    static QmpAddress unixAbstract(String name) {
        return new UnixAbstractAddress(name);
    }

    /**
     * Return the address of a TCP port. A monitor asks nobody for a password: whoever reaches the port commands the QEMU, and
     * with it the files of the user who runs it.
     *
     * @param host a host name or an IP address; an IPv6 address with or without brackets
     * @param port the port; 0 lets the system choose one for {@link io.github.qmpjunit.qmp.QmpAcceptor#bind}
     * @return the address
     * @throws IllegalArgumentException if the host is empty or the port is none
     */
    static QmpAddress tcp(String host, int port) {
        return new TcpAddress(host, port);
    }

    /**
     * Return the address of a TCP port where TLS is spoken. The server's certificate must be for the host.
     *
     * @param host a host name or an IP address
     * @param port the port
     * @param context knows whom to trust and, if the peer asks, who we are
     * @return the address
     * @throws IllegalArgumentException if the host is empty or the port is none
     */
    static QmpAddress tls(String host, int port, SSLContext context) {
        return tls(tcp(host, port), TlsOptions.of(context));
    }

    /**
     * Return the address of a TCP port or a UNIX socket where TLS is spoken.
     *
     * @param inner the address of the port or the socket
     * @param options whom to trust and what to check
     * @return the address
     * @throws IllegalArgumentException if the inner address is not that of a port or a socket
     */
    static QmpAddress tls(QmpAddress inner, TlsOptions options) {
        return new TlsAddress(inner, options);
    }

    /**
     * Return the address of a peer that is there already, behind a pair of streams: a process, say, whose standard output and
     * input they are, as with {@code qemu-system-x86_64 -qmp stdio}, directly or through {@code ssh}.
     *
     * <p>The client closes both streams in the end. Where closing a stream does not end a read that is under way, as with a
     * process's output, a daemon thread stays until the process ends.
     *
     * @param fromPeer what the peer writes
     * @param toPeer what the peer reads
     * @return the address, which serves for one connection
     */
    static QmpAddress streams(InputStream fromPeer, OutputStream toPeer) {
        return new StreamsAddress(fromPeer, toPeer);
    }
}
