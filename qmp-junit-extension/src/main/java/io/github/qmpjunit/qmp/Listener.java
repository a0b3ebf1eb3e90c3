package io.github.qmpjunit.qmp;

/**
 * A socket that peers can connect to.
 *
 * @param address where it listens; a port that the system chose stands there
 * @param accepting makes the transport to the first peer, and closes the socket
 * @param stop ends the listening; a wait for a peer ends, a connection made before stays
 */
record Listener(QmpAddress address, Transport.Source accepting, Runnable stop) implements AutoCloseable {

    /** Stop listening; an accept that is under way ends. Idempotent. */
    @Override
    public void close() {
        stop.run();
    }
}
