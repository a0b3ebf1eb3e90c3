package io.github.qmpjunit.qmp.wire;

import io.github.qmpjunit.qmp.transport.PeerCredentials;
import io.github.qmpjunit.qmp.transport.TcpAddress;
import io.github.qmpjunit.qmp.transport.TlsAddress;
import io.github.qmpjunit.qmp.transport.TlsOptions;
import java.io.FileDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** TLS over a socket's transport. */
final class TlsTransport implements Transport {

    /** The most that a record of one byte takes: header, explicit nonce or padding, type, tag. */
    private static final int RECORD_SIZE = 64;

    private final SSLSocket tls;
    private final OverSocket plain;
    private final OutputStream output;

    /**
     * Whether each byte gets its own record. A monitor takes one byte at a time from its channel and waits until the socket
     * has more. QEMU 7.2 does not know that its TLS library already holds the rest of the record, and waits for ever (10.0 knows). QEMU
     * speaks TLS over TCP only.
     */
    private final boolean byteByByte;

    private TlsTransport(SSLSocket tls, OverSocket plain) throws IOException {
        this.tls = tls;
        this.plain = plain;
        this.output = tls.getOutputStream();
        this.byteByByte = plain instanceof TcpTransport;
    }

    static Source connectingTo(TlsAddress address) {
        if (address.options().checksHostName() && address.serverName().isEmpty()) {
            throw new IllegalArgumentException(
                    "Cannot tell for whom the certificate of %s must be: a UNIX socket has no host name; name one by TlsOptions.withHostName, or do without by withoutHostNameCheck"
                            .formatted(address));
        }
        return new Handshaking(
                Transports.connectingTo(address.inner()),
                address.options(),
                true,
                address.serverName().orElse("localhost"),
                address.inner() instanceof TcpAddress tcp ? tcp.port() : -1);
    }

    static Listener listeningAt(TlsAddress address) throws IOException {
        address.options().parameters(false); // report a mistake in them before opening the socket
        Listener plain = Transports.listeningAt(address.inner());
        return new Listener(
                new TlsAddress(plain.address(), address.options()),
                new Handshaking(plain.accepting(), address.options(), false, "client", -1),
                plain.stop());
    }

    @Override
    public InputStream input() throws IOException {
        return tls.getInputStream();
    }

    @Override
    public void write(byte[] bytes, List<FileDescriptor> fds) throws IOException {
        if (byteByByte) {
            plain.socket().setTcpNoDelay(false); // one segment for all the records, not one for each
            for (byte one : bytes) {
                output.write(one);
            }
            plain.socket().setTcpNoDelay(true); // now send it
        } else {
            output.write(bytes);
        }
    }

    /** Send close_notify. Without it, the peer cannot distinguish the end from an attack. */
    @Override
    public void endOutput() throws IOException {
        tls.shutdownOutput();
    }

    @Override
    public int surelyBuffered() {
        return byteByByte ? OverSocket.SURELY_BUFFERED / RECORD_SIZE : OverSocket.SURELY_BUFFERED / 2;
    }

    @Override
    public Optional<PeerCredentials> peer() {
        return plain.peer();
    }

    /** Close the underlying transport: closing TLS itself waits for a blocked write, perhaps for ever. */
    @Override
    public void close() {
        plain.close();
    }

    private static final class Handshaking implements Source {

        private final Source inner;
        private final TlsOptions options;
        private final boolean asClient;
        private final String peerHost;
        private final int peerPort;
        private final SSLParameters parameters;
        private final Attempt attempt = new Attempt();

        Handshaking(Source inner, TlsOptions options, boolean asClient, String peerHost, int peerPort) {
            this.inner = inner;
            this.options = options;
            this.asClient = asClient;
            this.peerHost = peerHost;
            this.peerPort = peerPort;
            this.parameters = options.parameters(asClient);
        }

        @Override
        public Transport open() throws IOException {
            OverSocket plain = (OverSocket) inner.open();
            try {
                attempt.dependsOn(plain::close);
                SSLSocket tls = (SSLSocket)
                        options.context().getSocketFactory().createSocket(plain.socket(), peerHost, peerPort, true);
                tls.setUseClientMode(asClient);
                tls.setSSLParameters(parameters);
                handshake(tls);
                attempt.succeeded();
                return new TlsTransport(tls, plain);
            } catch (IOException | RuntimeException e) {
                plain.close();
                throw e;
            }
        }

        private static void handshake(SSLSocket tls) throws IOException {
            try {
                tls.startHandshake();
            } catch (IOException e) {
                throw new IOException("the TLS handshake failed: " + e.getMessage(), e);
            }
        }

        @Override
        public void cancel() {
            inner.cancel();
            attempt.cancel();
        }
    }
}
