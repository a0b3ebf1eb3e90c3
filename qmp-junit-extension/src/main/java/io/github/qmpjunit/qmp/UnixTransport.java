package io.github.qmpjunit.qmp;

import java.io.FileDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.newsclub.net.unix.AFUNIXSocket;
import org.newsclub.net.unix.AFUNIXSocketAddress;
import org.newsclub.net.unix.AFUNIXSocketCredentials;

/** A UNIX socket. Blocking streams, since an interrupt of a test's thread would close an NIO channel. */
final class UnixTransport implements Transport {

    private final AFUNIXSocket socket;
    private final OutputStream output;

    UnixTransport(AFUNIXSocket socket) throws IOException {
        this.socket = socket;
        this.output = socket.getOutputStream();
    }

    /** Return a source that connects to the address. */
    static Source connectingTo(UnixAddress address) {
        return new Connecting(address);
    }

    @Override
    public InputStream input() throws IOException {
        return socket.getInputStream();
    }

    @Override
    public void write(byte[] bytes, List<FileDescriptor> fds) throws IOException {
        if (!fds.isEmpty()) {
            socket.setOutboundFileDescriptors(fds.toArray(FileDescriptor[]::new));
        }
        try {
            output.write(bytes);
        } catch (IOException e) {
            socket.setOutboundFileDescriptors(); // whatever was to go along must not go with the next message
            throw e;
        }
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

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // The connection is over either way; what matters has been read and written by now.
        }
    }

    private static final class Connecting implements Source {

        private final UnixAddress address;
        private volatile @Nullable AFUNIXSocket socket;
        private volatile boolean cancelled;

        Connecting(UnixAddress address) {
            this.address = address;
        }

        @Override
        public Transport open() throws IOException {
            AFUNIXSocket opened = AFUNIXSocket.newInstance();
            socket = opened;
            try {
                if (cancelled) {
                    throw new IOException("The attempt to connect was given up");
                }
                opened.connect(AFUNIXSocketAddress.of(address.path()));
                return new UnixTransport(opened);
            } catch (IOException e) {
                opened.close();
                throw e;
            }
        }

        @Override
        public void cancel() {
            cancelled = true;
            AFUNIXSocket opened = socket;
            if (opened != null) {
                try {
                    opened.close();
                } catch (IOException e) {
                    // open() fails with the reason.
                }
            }
        }
    }
}
