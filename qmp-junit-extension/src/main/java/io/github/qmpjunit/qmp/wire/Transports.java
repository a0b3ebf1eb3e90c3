package io.github.qmpjunit.qmp.wire;

import io.github.qmpjunit.qmp.transport.QmpAddress;
import io.github.qmpjunit.qmp.transport.StreamsAddress;
import io.github.qmpjunit.qmp.transport.TcpAddress;
import io.github.qmpjunit.qmp.transport.TlsAddress;
import io.github.qmpjunit.qmp.transport.UnixAbstractAddress;
import io.github.qmpjunit.qmp.transport.UnixAddress;
import java.io.IOException;
import org.apiguardian.api.API;

/** Knows which transport belongs to which kind of address: the only place that does. */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public final class Transports {

    private Transports() {}

    /**
     * Return a source that connects to an address.
     *
     * @throws IllegalArgumentException if it is not an address to connect to
     */
    public static Transport.Source connectingTo(QmpAddress address) {
        if (address instanceof UnixAddress unix) {
            return UnixTransport.connectingTo(unix);
        } else if (address instanceof UnixAbstractAddress unix) {
            return UnixTransport.connectingTo(unix);
        } else if (address instanceof TcpAddress tcp) {
            return TcpTransport.connectingTo(tcp);
        } else if (address instanceof TlsAddress tls) {
            return TlsTransport.connectingTo(tls);
        } else if (address instanceof StreamsAddress streams) {
            return StreamsTransport.between(streams);
        }
        throw new AssertionError(address);
    }

    /**
     * Begin to listen at an address.
     *
     * @throws IllegalArgumentException if it is not an address to listen at
     */
    public static Listener listeningAt(QmpAddress address) throws IOException {
        if (address instanceof UnixAddress unix) {
            return UnixTransport.listeningAt(unix);
        } else if (address instanceof UnixAbstractAddress unix) {
            return UnixTransport.listeningAt(unix);
        } else if (address instanceof TcpAddress tcp) {
            return TcpTransport.listeningAt(tcp);
        } else if (address instanceof TlsAddress tls) {
            return TlsTransport.listeningAt(tls);
        } else if (address instanceof StreamsAddress) {
            throw new IllegalArgumentException(
                    "An acceptor cannot listen at a pair of streams, since their peer exists already; use QmpClient.connect");
        }
        throw new AssertionError(address);
    }
}
