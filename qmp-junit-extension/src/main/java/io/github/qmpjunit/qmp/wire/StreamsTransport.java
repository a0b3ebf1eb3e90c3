package io.github.qmpjunit.qmp.wire;

import io.github.qmpjunit.qmp.transport.StreamsAddress;
import java.io.Closeable;
import java.io.FileDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** A pair of streams of any type, about which nothing is known: neither how much they buffer nor what close does. */
final class StreamsTransport implements Transport {

    private final InputStream fromPeer;
    private final OutputStream toPeer;
    private final InputPump pump;
    private final AtomicBoolean closed = new AtomicBoolean();

    private StreamsTransport(StreamsAddress address) {
        this.fromPeer = address.fromPeer();
        this.toPeer = address.toPeer();
        this.pump = new InputPump(fromPeer);
    }

    static Source between(StreamsAddress address) {
        return new Source() {
            @Override
            public Transport open() {
                StreamsTransport transport = new StreamsTransport(address);
                transport.pump.start();
                return transport;
            }

            @Override
            public void cancel() {
                // open() does not block.
            }
        };
    }

    @Override
    public InputStream input() {
        return pump;
    }

    @Override
    public void write(byte[] bytes, List<FileDescriptor> fds) throws IOException {
        try {
            toPeer.write(bytes);
            toPeer.flush();
        } catch (IOException e) {
            pump.end(e); // the reader would wait for a reply that cannot come
            throw e;
        }
    }

    @Override
    public void endOutput() throws IOException {
        try {
            toPeer.close();
        } finally {
            pump.end(null); // the peer may live on without sending anything
        }
    }

    @Override
    public int surelyBuffered() {
        return 0;
    }

    @Override
    public void close() {
        pump.end(null);
        if (closed.compareAndSet(false, true)) {
            Thread closer = new Thread(
                    () -> {
                        close(fromPeer);
                        close(toPeer);
                    },
                    "qmp-streams-closer"); // closing a buffered stream waits for a blocked write
            closer.setDaemon(true);
            closer.start();
        }
    }

    private static void close(Closeable stream) {
        try {
            stream.close();
        } catch (IOException e) {
            // The connection is over in any case.
        }
    }
}
