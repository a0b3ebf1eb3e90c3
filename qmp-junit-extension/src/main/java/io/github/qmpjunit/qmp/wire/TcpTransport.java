package io.github.qmpjunit.qmp.wire;

import io.github.qmpjunit.qmp.transport.TcpAddress;
import java.io.FileDescriptor;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.util.List;

/** A TCP connection. */
final class TcpTransport implements Transport.OverSocket {

    private static final int BACKLOG = 1;

    private final Socket socket;
    private final OutputStream output;

    private TcpTransport(Socket socket) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true); // a command is one small write, and a thread waits for its reply
        this.output = socket.getOutputStream();
    }

    static Source connectingTo(TcpAddress address) {
        if (address.port() == 0) {
            throw new IllegalArgumentException(
                    "Cannot connect to %s: port 0 lets the system choose one for a QmpAcceptor; name the server's port"
                            .formatted(address));
        }
        return new Connecting(address);
    }

    static Listener listeningAt(TcpAddress address) throws IOException {
        InetSocketAddress place = new InetSocketAddress(address.host(), address.port());
        if (place.isUnresolved()) {
            throw HostLookup.unknown(address.host());
        }
        ServerSocket server = new ServerSocket();
        try {
            server.bind(place, BACKLOG);
        } catch (IOException e) {
            server.close();
            throw e;
        }
        Accepting accepting = new Accepting(server, TcpTransport::new, Accepting.Waker.NONE, () -> {});
        return new Listener(new TcpAddress(address.host(), server.getLocalPort()), accepting, accepting::stop);
    }

    @Override
    public Socket socket() {
        return socket;
    }

    @Override
    public void write(byte[] bytes, List<FileDescriptor> fds) throws IOException {
        output.write(bytes);
    }

    private static final class Connecting implements Source {

        private final TcpAddress address;
        private final Attempt attempt = new Attempt();

        Connecting(TcpAddress address) {
            this.address = address;
        }

        /** Connect to the first of the host's addresses that answers: "localhost" has two, and the server may have only one. */
        @Override
        public Transport open() throws IOException {
            IOException failure = new UnknownHostException(address.host());
            for (InetAddress candidate : HostLookup.addressesOf(address.host(), attempt)) {
                try {
                    return connect(candidate);
                } catch (IOException e) {
                    failure = e;
                    if (attempt.isCancelled()) {
                        break;
                    }
                }
            }
            throw failure;
        }

        private Transport connect(InetAddress candidate) throws IOException {
            Socket socket = new Socket();
            try {
                attempt.dependsOn(socket);
                socket.connect(new InetSocketAddress(candidate, address.port()));
                TcpTransport transport = new TcpTransport(socket);
                attempt.succeeded();
                return transport;
            } catch (IOException e) {
                socket.close();
                throw e;
            }
        }

        @Override
        public void cancel() {
            attempt.cancel();
        }
    }
}
