package io.github.qmpjunit.bench;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/** The floor of talking to a monitor: one thread, one socket, prepared bytes, and of what comes only the ends of messages. */
final class BareConnection implements AutoCloseable {

    private final SocketChannel channel;
    private final ByteBuffer input = ByteBuffer.allocateDirect(64 * 1024).limit(0);

    BareConnection(SocketChannel channel) {
        this.channel = channel;
    }

    /** Return a text as it is sent. */
    static ByteBuffer prepared(String text) {
        byte[] bytes = (text + "\n").getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }

    /** Do what a session begins with. */
    BareConnection shakeHands() throws IOException {
        awaitMessages(1);
        send(prepared("{\"execute\":\"qmp_capabilities\"}"));
        awaitMessages(1);
        return this;
    }

    void send(ByteBuffer message) throws IOException {
        ByteBuffer bytes = message.duplicate();
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** Wait until so many messages have come. QEMU ends each with the only line feed in it. */
    void awaitMessages(int count) throws IOException {
        int missing = count;
        while (missing > 0) {
            if (!input.hasRemaining()) {
                fill();
            }
            while (missing > 0 && input.hasRemaining()) {
                if (input.get() == '\n') {
                    missing--;
                }
            }
        }
    }

    private void fill() throws IOException {
        input.clear();
        int read = channel.read(input);
        input.flip();
        if (read < 0) {
            throw new EOFException("the peer closed the connection");
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
