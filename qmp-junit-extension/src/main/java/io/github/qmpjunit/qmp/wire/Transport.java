package io.github.qmpjunit.qmp.wire;

import io.github.qmpjunit.qmp.transport.PeerCredentials;
import java.io.FileDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.List;
import java.util.Optional;
import org.apiguardian.api.API;

/** A connection that carries bytes both ways: only its kinds know what is beneath. */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public interface Transport extends AutoCloseable {

    /** Return the stream of the peer's bytes; reading blocks, ends when the transport is closed, and ignores interrupts. */
    InputStream input() throws IOException;

    /**
     * Write bytes, and the file descriptors with the first byte. Blocks while the peer does not read. Callers
     * take turns, see {@link MessageWriter}.
     */
    void write(byte[] bytes, List<FileDescriptor> fds) throws IOException;

    /**
     * Tell the peer, after the last byte, that nothing more comes. Blocks as a write does, and takes turns with it.
     */
    void endOutput() throws IOException;

    /**
     * Return how many unread bytes can be written without blocking; zero if unknown, so that
     * no user's thread may write.
     */
    int surelyBuffered();

    /** Return whether file descriptors can be written. */
    default boolean carriesFds() {
        return false;
    }

    /** Return the process at the other end, if the system knows it. */
    default Optional<PeerCredentials> peer() {
        return Optional.empty();
    }

    /** End the connection and any blocked read and, if the system allows it, any blocked write. Does not block. */
    @Override
    void close();

    /** A transport over a socket, which can carry another transport. */
    interface OverSocket extends Transport {

        /** In bytes: half of the smallest socket buffer of any system, 8 KiB for macOS' UNIX sockets. */
        int SURELY_BUFFERED = 4096;

        @Override
        default int surelyBuffered() {
            return SURELY_BUFFERED;
        }

        /** Return the socket. */
        Socket socket();

        @Override
        default InputStream input() throws IOException {
            return socket().getInputStream();
        }

        @Override
        default void endOutput() throws IOException {
            socket().shutdownOutput();
        }

        @Override
        default void close() {
            try {
                socket().close();
            } catch (IOException e) {
                // The connection is over in any case; everything that matters has been read and written.
            }
        }
    }

    /** Creates a transport on the reader's thread, which may block. */
    interface Source {

        /** Return a new connection; blocks until there is one. */
        Transport open() throws IOException;

        /** End an {@link #open} that blocks another thread; a returned transport is not affected. */
        void cancel();
    }
}
