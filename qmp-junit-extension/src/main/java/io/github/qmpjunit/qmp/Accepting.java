package io.github.qmpjunit.qmp;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;

/** Accepts one peer, then stops listening. */
final class Accepting implements Transport.Source {

    private final ServerSocket server;
    private final Wrapper wrapper;

    Accepting(ServerSocket server, Wrapper wrapper) {
        this.server = server;
        this.wrapper = wrapper;
    }

    @Override
    public Transport open() throws IOException {
        try (server) {
            return wrap(accept());
        }
    }

    private Socket accept() throws IOException {
        try {
            return server.accept();
        } catch (IOException e) {
            throw server.isClosed() ? new IOException("nobody had connected when the acceptor was closed", e) : e;
        }
    }

    private Transport wrap(Socket socket) throws IOException {
        try {
            return wrapper.wrap(socket);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    @Override
    public void cancel() {
        try {
            server.close();
        } catch (IOException e) {
            // Nobody can connect any more, which is all that was asked.
        }
    }

    /** Makes the transport of an accepted socket. */
    interface Wrapper {

        Transport wrap(Socket socket) throws IOException;
    }
}
