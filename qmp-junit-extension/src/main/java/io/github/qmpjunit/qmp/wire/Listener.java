package io.github.qmpjunit.qmp.wire;

import io.github.qmpjunit.qmp.transport.QmpAddress;
import org.apiguardian.api.API;

/**
 * A socket that peers can connect to.
 *
 * @param address where it listens, with the port that the system chose
 * @param accepting makes the transport to the first peer, and closes the socket
 * @param stop ends the listening; a wait for a peer ends, a connection made before stays
 */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public record Listener(QmpAddress address, Transport.Source accepting, Runnable stop) implements AutoCloseable {

    /** Stop listening; a blocked accept ends. Idempotent. */
    @Override
    public void close() {
        stop.run();
    }
}
