package io.github.qmpjunit.qmp.transport;

import org.apiguardian.api.API;

/**
 * The address of a TCP port; made by {@link QmpAddress#tcp}.
 *
 * @param host a host name or an IP address, without brackets
 * @param port the port; 0 lets the system choose one
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public record TcpAddress(String host, int port) implements QmpAddress {

    /**
     * Create an address.
     *
     * @param host a host name or an IP address; the brackets around an IPv6 address are removed
     * @param port the port
     */
    public TcpAddress {
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        if (host.isBlank()) {
            throw new IllegalArgumentException(
                    "A TCP address needs a host; use \"127.0.0.1\" for this machine, \"0.0.0.0\" to listen everywhere");
        }
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("%s is not a TCP port; ports go from 0 to 65535".formatted(port));
        }
    }

    @Override
    public String toString() {
        return "tcp:" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
