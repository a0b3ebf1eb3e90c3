package io.github.qmpjunit.qmp;

import java.io.IOException;
import java.net.ServerSocket;

/**
 * A socket that peers can connect to.
 *
 * @param address where it listens; a port that the system chose stands there
 * @param accepting makes the transport to the first peer, and closes the socket
 * @param socket the socket
 */
record Listener(QmpAddress address, Transport.Source accepting, ServerSocket socket) implements AutoCloseable {

    /** Stop listening; an accept that is under way ends. Idempotent. */
    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // Nobody can connect any more, which is all that was asked.
        }
    }
}
