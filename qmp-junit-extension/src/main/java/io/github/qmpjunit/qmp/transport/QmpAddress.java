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
     * Return the address of a UNIX socket in Linux's abstract namespace: it has a name but no file. QEMU's option for
     * it is {@code path=NAME,abstract=on}.
     *
     * @param name the name, without the zero byte that precedes it; at most 107 bytes
     * @return the address
     * @throws IllegalArgumentException if the name is empty or too long, or the system is not Linux
     */
    static QmpAddress unixAbstract(String name) {
        return new UnixAbstractAddress(name);
    }

    /**
     * Return the address of a TCP port. A monitor has no password: anyone who reaches the port controls the QEMU, and with
     * it the files of the user who runs it.
     *
     * @param host a host name or an IP address; an IPv6 address with or without brackets
     * @param port the port; 0 lets the system choose one for {@link io.github.qmpjunit.qmp.QmpAcceptor#bind}
     * @return the address
     * @throws IllegalArgumentException if the host is empty or the port is out of range
     */
    static QmpAddress tcp(String host, int port) {
        return new TcpAddress(host, port);
    }

    /**
     * Return the address of a TCP port that speaks TLS. The server's certificate must be for the host.
     *
     * @param host a host name or an IP address
     * @param port the port
     * @param context holds the trusted authorities and, for a peer that asks, the client's certificate
     * @return the address
     * @throws IllegalArgumentException if the host is empty or the port is out of range
     */
    static QmpAddress tls(String host, int port, SSLContext context) {
        return tls(tcp(host, port), TlsOptions.of(context));
    }

    /**
     * Return the address of a TCP port or a UNIX socket that speaks TLS.
     *
     * @param inner the address of the port or the socket
     * @param options which certificates to trust and what to check
     * @return the address
     * @throws IllegalArgumentException if the inner address is not that of a port or a socket
     */
    static QmpAddress tls(QmpAddress inner, TlsOptions options) {
        return new TlsAddress(inner, options);
    }

    /**
     * Return the address of an existing peer behind a pair of streams: for example, the standard output and input
     * of a process, as with {@code qemu-system-x86_64 -qmp stdio}, directly or through {@code ssh}.
     *
     * <p>The client finally closes both streams. If closing a stream does not end a blocked read, as with
     * a process's output, a daemon thread stays until the process ends.
     *
     * @param fromPeer the stream that the peer writes to
     * @param toPeer the stream that the peer reads from
     * @return the address, for one connection only
     */
    static QmpAddress streams(InputStream fromPeer, OutputStream toPeer) {
        return new StreamsAddress(fromPeer, toPeer);
    }
}
