package io.github.qmpjunit.qmp.transport;

import java.util.Optional;
import org.apiguardian.api.API;

/**
 * The address of a TCP port or a UNIX socket that speaks TLS; made by {@link QmpAddress#tls(QmpAddress, TlsOptions)}.
 *
 * @param inner the address of the port or the socket
 * @param options whom to trust and what to check
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public record TlsAddress(QmpAddress inner, TlsOptions options) implements QmpAddress {

    /**
     * Create an address.
     *
     * @param inner the address of the port or the socket
     * @param options whom to trust and what to check
     */
    public TlsAddress {
        if (inner instanceof TlsAddress || inner instanceof StreamsAddress) {
            throw new IllegalArgumentException(
                    "TLS runs over a TCP port or a UNIX socket, not over %s".formatted(inner));
        }
    }

    /** {@return the name that the server's certificate must have; empty if the transport has none} */
    public Optional<String> serverName() {
        return options.hostName()
                .or(() -> inner instanceof TcpAddress tcp ? Optional.of(tcp.host()) : Optional.empty());
    }

    @Override
    public String toString() {
        return "tls:" + inner;
    }
}
