package io.github.qmpjunit.qmp.scripted;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.newsclub.net.unix.AFUNIXServerSocket;
import org.newsclub.net.unix.AFUNIXSocketAddress;

/** A private directory with one listening socket in it. */
final class SocketDirectory implements AutoCloseable {

    /** {@code scripts/lib/traces.sh} looks for it. */
    private static final String PREFIX = "qmp-scripted-";

    private final Path directory;
    private final Path socket;
    private final AFUNIXServerSocket server;

    SocketDirectory() {
        try {
            directory = Files.createTempDirectory(PREFIX); // only for its owner
            socket = directory.resolve("qmp");
            directory.toFile().deleteOnExit();
            socket.toFile().deleteOnExit(); // runs before the directory's deletion
            server = AFUNIXServerSocket.newInstance();
            server.bind(AFUNIXSocketAddress.of(socket));
        } catch (IOException e) {
            throw new ScriptException("The scripted server cannot listen: " + e, e);
        }
    }

    Path socket() {
        return socket;
    }

    AFUNIXServerSocket server() {
        return server;
    }

    @Override
    public void close() {
        try {
            server.close();
            Files.deleteIfExists(socket);
            Files.deleteIfExists(directory);
        } catch (IOException e) {
            // Tried again when the JVM ends.
        }
    }
}
