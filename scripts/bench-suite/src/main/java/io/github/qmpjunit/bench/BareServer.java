package io.github.qmpjunit.bench;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server that costs next to nothing: greets, agrees to what is said first, and then sends what it is told to. */
final class BareServer implements AutoCloseable {

    private static final ByteBuffer GREETING = BareConnection.prepared(
            "{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 22, \"minor\": 2, \"major\": 7}, \"package\": \"bare\"}, \"capabilities\": []}}\r");

    private final Path path;
    private final ServerSocketChannel server;
    private final List<SocketChannel> clients = new CopyOnWriteArrayList<>();

    BareServer(Path path) throws IOException {
        this.path = path;
        this.server = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(path), 64);
        Thread thread = new Thread(this::serve, "bench-server");
        thread.setDaemon(true);
        thread.start();
    }

    Path path() {
        return path;
    }

    /** Return a bare connection to this server. */
    BareConnection connect() throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(path));
        return new BareConnection(channel);
    }

    private void serve() {
        try {
            while (true) {
                SocketChannel client = server.accept();
                clients.add(client); // before it knows that it is connected, and counts on what is sent
                client.write(GREETING.duplicate());
                client.write(agreement(client));
            }
        } catch (IOException e) {
            // Closed: nobody comes any more.
        }
    }

    /** Return the reply to the only command that is ever answered: with its id, if it has one. */
    private static ByteBuffer agreement(SocketChannel client) throws IOException {
        ByteBuffer command = ByteBuffer.allocate(1024);
        while (command.position() == 0 || command.get(command.position() - 1) != '\n') {
            client.read(command);
        }
        String text = new String(command.array(), 0, command.position(), StandardCharsets.UTF_8);
        int id = text.indexOf("\"id\"");
        return BareConnection.prepared(
                id < 0
                        ? "{\"return\": {}}\r"
                        : "{\"return\": {}, " + text.substring(id).strip() + "\r");
    }

    /** Send to every client. */
    void send(ByteBuffer bytes) throws IOException {
        for (SocketChannel client : clients) {
            ByteBuffer rest = bytes.duplicate();
            while (rest.hasRemaining()) {
                client.write(rest);
            }
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (SocketChannel client : clients) {
            client.close();
        }
    }
}
