package io.github.qmpjunit.qmp.wire;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.newsclub.net.unix.AFUNIXDatagramSocket;
import org.newsclub.net.unix.AFUNIXSocketAddress;
import org.newsclub.net.unix.ConnectionRefusedSocketException;

/** The file at the path where a UNIX socket will be bound. */
final class SocketFile {

    /** S_IFMT and S_IFSOCK: inode(7). */
    private static final int TYPE_MASK = 0170000;

    private static final int SOCKET_TYPE = 0140000;

    private SocketFile() {}

    /**
     * Remove a socket file without a listener: a killed process leaves it behind, and the next one
     * should not need a person's help. Any other file stays; junixsocket would replace it.
     *
     * @throws IOException if something is in the way that must not be removed
     */
    static void makeRoom(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (!isSocket(path)) {
            throw new IOException("a file that is not a socket is in the way; remove it, or choose another path");
        }
        if (isBound(path)) {
            throw new IOException("another process listens there already; close that socket, or choose another path");
        }
        Files.deleteIfExists(path);
    }

    private static boolean isSocket(Path path) throws IOException {
        try {
            Object mode = Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
            return mode instanceof Integer bits && (bits & TYPE_MASK) == SOCKET_TYPE;
        } catch (UnsupportedOperationException e) {
            return false; // not a UNIX system, so there is no way to know
        }
    }

    /** Remove the file of a server that stops listening. A file that stays is replaced by the next server. */
    static void remove(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            // Its directory has gone, or may not be written to any more.
        }
    }

    /**
     * Connect with a socket of the wrong type: the kernel always refuses it, but with another error if there is a
     * listener, which does not notice. A real connection would use up the only one that an acceptor waits for.
     */
    private static boolean isBound(Path path) throws IOException {
        try (AFUNIXDatagramSocket probe = AFUNIXDatagramSocket.newInstance()) {
            probe.connect(AFUNIXSocketAddress.of(path));
            return true;
        } catch (ConnectionRefusedSocketException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }
}
