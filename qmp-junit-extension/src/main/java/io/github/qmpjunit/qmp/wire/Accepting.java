package io.github.qmpjunit.qmp.wire;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;

/** Accepts one peer, then stops listening. */
final class Accepting implements Transport.Source {

    private final ServerSocket server;
    private final Wrapper wrapper;
    private final Waker waker;
    private final Runnable removal;

    /* Guarded by the server's monitor, which is held while none of these blocks. */
    private boolean waiting;
    private boolean stopped;

    /**
     * @param waker ends a wait for a peer
     * @param removal removes the server's file; runs once, before {@link #stop} returns, since the next server may listen there
     */
    Accepting(ServerSocket server, Wrapper wrapper, Waker waker, Runnable removal) {
        this.server = server;
        this.wrapper = wrapper;
        this.waker = waker;
        this.removal = removal;
    }

    @Override
    public Transport open() throws IOException {
        begin();
        try {
            return wrap(accept());
        } finally {
            end();
        }
    }

    private void begin() throws IOException {
        synchronized (server) {
            requireNotStopped();
            waiting = true;
        }
    }

    private void end() throws IOException {
        boolean first;
        synchronized (server) {
            waiting = false;
            first = !stopped;
            stopped = true;
        }
        if (first) {
            removal.run();
        }
        server.close();
    }

    private Socket accept() throws IOException {
        try {
            Socket peer = acceptOrLookAgain();
            if (isStopped()) {
                peer.close(); // only the waker's
            }
            requireNotStopped();
            return peer;
        } catch (IOException e) {
            requireNotStopped();
            throw e;
        }
    }

    private Socket acceptOrLookAgain() throws IOException {
        while (true) {
            try {
                return server.accept();
            } catch (SocketTimeoutException e) {
                requireNotStopped();
            }
        }
    }

    private boolean isStopped() {
        synchronized (server) {
            return stopped;
        }
    }

    private void requireNotStopped() throws IOException {
        if (isStopped()) {
            throw new IOException("no peer had connected when the acceptor was closed");
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

    /** Stop listening; a wait for a peer ends, a connection made before stays. Idempotent. */
    void stop() {
        boolean mustWake;
        boolean first;
        synchronized (server) {
            if (stopped && waiting) {
                return; // an earlier call has done it
            }
            first = !stopped;
            stopped = true;
            mustWake = waiting;
        }
        try {
            if (!mustWake || !waker.wake()) {
                server.close();
            }
        } catch (IOException e) {
            // No peer can connect any more, which is all that was asked.
        } finally {
            if (first) {
                removal.run();
            }
        }
    }

    @Override
    public void cancel() {
        stop();
    }

    /** Makes the transport of an accepted socket. */
    interface Wrapper {

        Transport wrap(Socket socket) throws IOException;
    }

    /** Ends a wait for a peer in another way than by closing the server. */
    interface Waker {

        /** Closing the server is enough: ends no wait by itself. */
        Waker NONE = () -> false;

        /** Return whether this ends the wait; its owner then closes the server. */
        boolean wake() throws IOException;
    }
}
