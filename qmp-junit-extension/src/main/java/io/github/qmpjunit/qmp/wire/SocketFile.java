package io.github.qmpjunit.qmp.wire;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.newsclub.net.unix.AFUNIXDatagramSocket;
import org.newsclub.net.unix.AFUNIXSocketAddress;
import org.newsclub.net.unix.ConnectionRefusedSocketException;

/** What lies where a UNIX socket is to be bound. */
final class SocketFile {

    /** S_IFMT and S_IFSOCK: inode(7). */
    private static final int TYPE_MASK = 0170000;

    private static final int SOCKET_TYPE = 0140000;

    private SocketFile() {}

    /**
     * Remove the file of a socket at which nobody listens any more: who was killed leaves it behind, and his successor should
     * not need a person's help. Anything else stays; junixsocket would replace it, whatever it is.
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
            throw new IOException("somebody listens there already; close that socket, or choose another path");
        }
        Files.deleteIfExists(path);
    }

    private static boolean isSocket(Path path) throws IOException {
        try {
            Object mode = Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
            return mode instanceof Integer bits && (bits & TYPE_MASK) == SOCKET_TYPE;
        } catch (UnsupportedOperationException e) {
            return false; // not a UNIX, and so no way to know
        }
    }

    /**
     * Ask with a socket of the wrong type: the kernel refuses it either way, with another error where there is a listener, who
     * does not notice. A connection, made just to see, would use up the one that an acceptor waits for.
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
