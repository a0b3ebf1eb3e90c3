package io.github.qmpjunit.qemu.launch;

import io.github.qmpjunit.internal.Timeouts;
import io.github.qmpjunit.qemu.process.CommandLine;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;
import org.newsclub.net.unix.AFUNIXServerSocket;
import org.newsclub.net.unix.AFUNIXSocket;
import org.newsclub.net.unix.AFUNIXSocketAddress;

/**
 * A socket beside the monitor's that a process connects to: a console, or qtest. Bound before the process starts, like the
 * monitor's; and as QEMU connects its sockets before it greets, a channel is connected when the monitor is.
 */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public final class Channel implements AutoCloseable {

    private static final Duration ACCEPT_TIMEOUT = Duration.ofSeconds(5);

    private final String name;
    private final List<String> frontEnd;
    private @Nullable AFUNIXServerSocket server;
    private @Nullable AFUNIXSocket socket;

    /**
     * @param name the socket's file name, and the chardev's id
     */
    public Channel(String name) {
        this(name, List.of());
    }

    /**
     * @param name the socket's file name, and the chardev's id
     * @param frontEnd QEMU's arguments for what uses the chardev
     */
    public Channel(String name, List<String> frontEnd) {
        this.name = name;
        this.frontEnd = List.copyOf(frontEnd);
    }

    public String name() {
        return name;
    }

    /** Return the argument of QEMU's {@code -chardev} that connects to this channel. */
    public String chardev(Path directory) {
        return "socket,id=%s,server=off,path=%s".formatted(name, CommandLine.optionValue(directory.resolve(name)));
    }

    /** Return QEMU's arguments for the chardev and for what uses it. */
    public List<String> arguments(Path directory) {
        List<String> line = new ArrayList<>(List.of("-chardev", chardev(directory)));
        line.addAll(frontEnd);
        return line;
    }

    void bind(Path directory) throws IOException {
        AFUNIXServerSocket bound = AFUNIXServerSocket.newInstance();
        server = bound;
        bound.bind(AFUNIXSocketAddress.of(directory.resolve(name)), 1);
        bound.setSoTimeout((int) Timeouts.current().really(ACCEPT_TIMEOUT).toMillis());
    }

    /** Take the connection that the process has made by now. */
    void accept() throws IOException {
        AFUNIXServerSocket bound = server;
        if (bound == null) {
            throw new IOException("channel " + name + " is not bound");
        }
        try (bound) {
            socket = bound.accept();
        }
    }

    public AFUNIXSocket socket() {
        AFUNIXSocket accepted = socket;
        if (accepted == null) {
            throw new IllegalStateException("channel " + name + " is not connected");
        }
        return accepted;
    }

    @Override
    public void close() {
        close(server);
        close(socket);
    }

    private static void close(@Nullable Closeable end) {
        try {
            if (end != null) {
                end.close();
            }
        } catch (IOException e) {
            // It is over either way.
        }
    }
}
