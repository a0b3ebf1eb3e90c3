package io.github.qmpjunit.qmp.wire;

import io.github.qmpjunit.qmp.transport.PeerCredentials;
import io.github.qmpjunit.qmp.transport.QmpAddress;
import io.github.qmpjunit.qmp.transport.UnixAbstractAddress;
import io.github.qmpjunit.qmp.transport.UnixAddress;
import java.io.FileDescriptor;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.Optional;
import org.newsclub.net.unix.AFUNIXServerSocket;
import org.newsclub.net.unix.AFUNIXSocket;
import org.newsclub.net.unix.AFUNIXSocketAddress;
import org.newsclub.net.unix.AFUNIXSocketCredentials;

/** A UNIX socket. Blocking streams, since an interrupt of a test's thread would close an NIO channel. */
final class UnixTransport implements Transport.OverSocket {

    /** QEMU needs no more: it serves one client at a time. */
    private static final int BACKLOG = 1;

    /** How often an accept checks whether it is still wanted, if it cannot be woken because its socket file has gone. */
    private static final int LOOK_AGAIN_MILLIS = 250;

    private final AFUNIXSocket socket;
    private final OutputStream output;

    private UnixTransport(AFUNIXSocket socket) throws IOException {
        this.socket = socket;
        this.output = socket.getOutputStream();
    }

    static Source connectingTo(UnixAddress address) {
        return new Connecting(() -> AFUNIXSocketAddress.of(address.path()));
    }

    static Source connectingTo(UnixAbstractAddress address) {
        return new Connecting(() -> AFUNIXSocketAddress.inAbstractNamespace(address.name()));
    }

    static Listener listeningAt(UnixAddress address) throws IOException {
        SocketFile.makeRoom(address.path());
        return listeningAt(address, AFUNIXSocketAddress.of(address.path()), () -> SocketFile.remove(address.path()));
    }

    static Listener listeningAt(UnixAbstractAddress address) throws IOException {
        return listeningAt(address, AFUNIXSocketAddress.inAbstractNamespace(address.name()), () -> {});
    }

    private static Listener listeningAt(QmpAddress address, AFUNIXSocketAddress place, Runnable removal)
            throws IOException {
        AFUNIXServerSocket server = AFUNIXServerSocket.newInstance();
        server.setDeleteOnClose(false); // it would delete by name, and late: perhaps the next server's file
        try {
            server.bind(place, BACKLOG);
            server.setSoTimeout(LOOK_AGAIN_MILLIS);
        } catch (IOException e) {
            server.close();
            throw e;
        }
        Accepting accepting = new Accepting(
                server, socket -> new UnixTransport((AFUNIXSocket) socket), () -> connectOnce(place), removal);
        return new Listener(address, accepting, accepting::stop);
    }

    /** Wake the accepting thread: junixsocket leaks a file descriptor for each accept that is ended by closing its socket. */
    private static boolean connectOnce(AFUNIXSocketAddress place) {
        try (AFUNIXSocket caller = AFUNIXSocket.newInstance()) { // not connectTo(), which leaves it open if it fails
            caller.connect(place);
            return true;
        } catch (IOException e) {
            return true; // its file has gone, so the accepting thread notices at its next check
        }
    }

    @Override
    public Socket socket() {
        return socket;
    }

    @Override
    public void write(byte[] bytes, List<FileDescriptor> fds) throws IOException {
        if (!fds.isEmpty()) {
            socket.setOutboundFileDescriptors(fds.toArray(FileDescriptor[]::new));
        }
        try {
            output.write(bytes);
        } catch (IOException e) {
            socket.setOutboundFileDescriptors(); // descriptors of a failed write must not go with the next message
            throw e;
        }
    }

    @Override
    public boolean carriesFds() {
        return true;
    }

    @Override
    public Optional<PeerCredentials> peer() {
        try {
            AFUNIXSocketCredentials credentials = socket.getPeerCredentials();
            return credentials == null || credentials.getPid() <= 0
                    ? Optional.empty()
                    : Optional.of(new PeerCredentials(credentials.getPid(), credentials.getUid()));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static final class Connecting implements Source {

        /**
         * How often to check whether the attempt was cancelled. On Linux, connect(2) blocks while the server's backlog is full, as
         * with a busy monitor, and closing the socket does not end it.
         */
        private static final int PATIENCE_MILLIS = 100;

        private final Place place;
        private final Attempt attempt = new Attempt();

        Connecting(Place place) {
            this.place = place;
        }

        @Override
        public Transport open() throws IOException {
            AFUNIXSocket socket = AFUNIXSocket.newInstance();
            try {
                attempt.dependsOn(socket);
                socket.setSoTimeout(PATIENCE_MILLIS); // junixsocket also sets SO_SNDTIMEO, which limits connect(2)
                AFUNIXSocketAddress address = place.find();
                boolean connected = false;
                while (!connected) { // or until cancel() closes the socket, which the next try meets
                    connected = tryToConnect(socket, address);
                }
                socket.setSoTimeout(0);
                UnixTransport transport = new UnixTransport(socket);
                attempt.succeeded();
                return transport;
            } catch (IOException e) {
                socket.close();
                throw e;
            }
        }

        private static boolean tryToConnect(AFUNIXSocket socket, AFUNIXSocketAddress address) throws IOException {
            try {
                socket.connect(address);
                return true;
            } catch (SocketTimeoutException e) {
                return false;
            }
        }

        @Override
        public void cancel() {
            attempt.cancel();
        }
    }

    /** Creates an address; throws if the system does not support its type. */
    private interface Place {

        AFUNIXSocketAddress find() throws IOException;
    }
}
