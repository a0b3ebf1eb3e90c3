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

    /** Return the stream of what the peer sends; reading blocks, ends when the transport is closed, and ignores interrupts. */
    InputStream input() throws IOException;

    /**
     * Write bytes, and with their first one the file descriptors. Blocks while the peer does not read. Callers take turns; {@link
     * MessageWriter} sees to it.
     */
    void write(byte[] bytes, List<FileDescriptor> fds) throws IOException;

    /**
     * Tell the peer that nothing more will come, after all that was written. Blocks as a write does, and takes turns with it.
     */
    void endOutput() throws IOException;

    /**
     * Return how many bytes can be written that the peer has not read yet without blocking; zero where nothing is known, so that
     * no thread of a user may write.
     */
    int surelyBuffered();

    /** Return whether file descriptors can be written. */
    boolean carriesFds();

    /** Return who is at the other end, where the system tells it. */
    Optional<PeerCredentials> peer();

    /** End the connection and any read that is under way, and where the system allows it any write. Does not block. */
    @Override
    void close();

    /** A transport over a socket, over which another one can be laid. */
    interface OverSocket extends Transport {

        /** In bytes: half of the smallest buffer that a system gives to a socket, 8 KiB for macOS' UNIX sockets. */
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
                // The connection is over either way; what matters has been read and written by now.
            }
        }
    }

    /** Makes a transport, on the reader's thread: this may block. */
    interface Source {

        /** Return a new connection; blocks until there is one. */
        Transport open() throws IOException;

        /** End an {@link #open} that is under way on another thread; leave alone what it has returned. */
        void cancel();
    }
}
