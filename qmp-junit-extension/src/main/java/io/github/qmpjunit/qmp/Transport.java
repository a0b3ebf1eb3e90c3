package io.github.qmpjunit.qmp;

import java.io.FileDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/** A connection that carries bytes both ways: the only thing in this package that knows what kind of socket it is. */
interface Transport extends AutoCloseable {

    /** Return the stream of what the peer sends; reading blocks, ends when the transport is closed, and ignores interrupts. */
    InputStream input() throws IOException;

    /** Write bytes, and with their first one the file descriptors. Callers take turns. */
    void write(byte[] bytes, List<FileDescriptor> fds) throws IOException;

    /** Return who is at the other end, where the system tells it. */
    Optional<PeerCredentials> peer();

    /** End the connection, and any read that is under way. */
    @Override
    void close();

    /** Makes a transport, on the reader's thread: this may block. */
    interface Source {

        /** Return a new connection; blocks until there is one. */
        Transport open() throws IOException;

        /** End an {@link #open} that is under way on another thread. */
        void cancel();
    }
}
