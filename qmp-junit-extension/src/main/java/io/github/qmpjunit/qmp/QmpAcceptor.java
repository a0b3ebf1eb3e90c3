package io.github.qmpjunit.qmp;

import java.io.IOException;
import java.time.Duration;
import org.newsclub.net.unix.AFUNIXServerSocket;
import org.newsclub.net.unix.AFUNIXSocket;
import org.newsclub.net.unix.AFUNIXSocketAddress;

/**
 * Listens for one QMP server that connects to us, as QEMU does with {@code -chardev socket,...,server=off}.
 *
 * <p>Thread-safe.
 */
public final class QmpAcceptor implements AutoCloseable {

    private final QmpAddress address;
    private final AFUNIXServerSocket server;
    private boolean accepting;
    private boolean closed;

    private QmpAcceptor(QmpAddress address, AFUNIXServerSocket server) {
        this.address = address;
        this.server = server;
    }

    /**
     * Begin to listen; a peer can connect from here on, even before {@link #accept(Duration)}.
     *
     * @param address where to listen
     * @return the acceptor
     * @throws QmpConnectException if that is not possible
     */
    public static QmpAcceptor bind(QmpAddress address) {
        UnixAddress unix = (UnixAddress) address;
        try {
            AFUNIXServerSocket server = AFUNIXServerSocket.newInstance();
            try {
                server.bind(AFUNIXSocketAddress.of(unix.path()), 1);
                return new QmpAcceptor(address, server);
            } catch (IOException e) {
                server.close();
                throw e;
            }
        } catch (IOException e) {
            throw new QmpConnectException("Cannot listen at %s: %s".formatted(address, e.getMessage()), e);
        }
    }

    /**
     * Wait for a peer and connect a client with it. The acceptor is closed afterwards, whatever happened.
     *
     * @param timeout covers the wait for the peer, its greeting and the negotiation
     * @return the connected client
     * @throws QmpConnectException if no session comes about
     */
    public QmpClient accept(Duration timeout) {
        QmpClient client = QmpClient.builder().build();
        accept(client, timeout);
        return client;
    }

    /**
     * Wait for a peer and connect an idle client with it. The acceptor is closed afterwards, whatever happened.
     *
     * @param client the client
     * @param timeout covers the wait for the peer, its greeting and the negotiation
     * @throws QmpConnectException if no session comes about
     * @throws QmpStateException if the client is not idle
     */
    public void accept(QmpClient client, Duration timeout) {
        client.open(new Accepting(), "whoever connects to " + address, timeout);
    }

    /** Stop listening and remove the socket. A wait for a peer ends at once; a connection made before stays. Idempotent. */
    @Override
    public void close() {
        if (!askAccepterToClose()) {
            closeServer();
        }
    }

    /** Whoever accepts is woken by a connection: junixsocket loses a file descriptor for each wait that a close ends. */
    private boolean askAccepterToClose() {
        synchronized (server) {
            closed = true;
            if (!accepting) {
                return false;
            }
        }
        try (AFUNIXSocket caller = AFUNIXSocket.connectTo(AFUNIXSocketAddress.of(((UnixAddress) address).path()))) {
            return caller.isConnected();
        } catch (IOException e) {
            return false; // its file has gone, or it has stopped listening meanwhile
        }
    }

    private void closeServer() {
        try {
            server.close();
        } catch (IOException e) {
            // Nobody can connect any more, which is all that was asked.
        }
    }

    private boolean isClosed() {
        synchronized (server) {
            return closed;
        }
    }

    private final class Accepting implements Transport.Source {

        @Override
        public Transport open() throws IOException {
            begin();
            try {
                AFUNIXSocket socket = server.accept();
                if (isClosed()) {
                    socket.close();
                    throw new IOException("nobody had connected when the acceptor was closed");
                }
                return new UnixTransport(socket);
            } finally {
                end();
            }
        }

        private void begin() throws IOException {
            synchronized (server) {
                if (closed) {
                    throw new IOException("the acceptor is closed");
                }
                accepting = true;
            }
        }

        private void end() {
            synchronized (server) {
                accepting = false;
                closed = true;
            }
            closeServer();
        }

        @Override
        public void cancel() {
            close();
        }
    }
}
