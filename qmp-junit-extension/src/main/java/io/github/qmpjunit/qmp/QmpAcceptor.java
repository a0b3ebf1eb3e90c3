package io.github.qmpjunit.qmp;

import io.github.qmpjunit.qmp.transport.QmpAddress;
import io.github.qmpjunit.qmp.wire.Listener;
import io.github.qmpjunit.qmp.wire.Transports;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.apiguardian.api.API;

/**
 * Listens for one QMP server that connects to this JVM, as QEMU does with {@code -chardev socket,...,server=off}.
 *
 * <pre>{@code
 * try (QmpAcceptor acceptor = QmpAcceptor.bind(QmpAddress.unix(socket));
 *         QemuMachine vm =
 *                 QemuMachine.builder().args("-qmp", "unix:" + socket).start();
 *         QmpClient qmp = acceptor.accept(SOON)) {
 *     assertThat(qmp.peer())
 *             .hasValueSatisfying(peer -> assertThat(peer.pid()).isEqualTo(vm.pid()));
 *     assertThat(qmp.execute("query-status").path("running").asBoolean()).isTrue();
 * }
 * }</pre>
 *
 * <p>Thread-safe.
 */
@API(status = API.Status.MAINTAINED, since = "0.1.0")
public final class QmpAcceptor implements AutoCloseable {

    private final Listener listener;

    private QmpAcceptor(Listener listener) {
        this.listener = listener;
    }

    /**
     * Begin to listen; a peer can connect from here on, even before {@link #accept(Duration)}.
     *
     * <p>A UNIX socket file on which no process listens any more is replaced. Any other file in its place is an error.
     *
     * @param address where to listen; with TLS, this side is the TLS server
     * @return the acceptor
     * @throws QmpConnectException if that is not possible
     * @throws IllegalArgumentException if the address is of a type that cannot be listened on
     */
    public static QmpAcceptor bind(QmpAddress address) {
        JsonHeadStart.begin();
        try {
            return new QmpAcceptor(Transports.listeningAt(address));
        } catch (LinkageError e) {
            throw new QmpConnectException(
                    "Cannot listen at %s: junixsocket's native library cannot be loaded (%s); is the temp folder %s full, or mounted noexec?"
                            .formatted(address, e.getMessage(), System.getProperty("java.io.tmpdir")),
                    e);
        } catch (IOException e) {
            throw new QmpConnectException("Cannot listen at %s: %s".formatted(address, e.getMessage()), e);
        }
    }

    /** {@return the address on which the acceptor listens, with the port that the system chose} */
    public QmpAddress address() {
        return listener.address();
    }

    /**
     * Wait for a peer and connect a client with it. The acceptor is closed afterwards, whatever happened.
     *
     * @param timeout covers the wait for the peer, its greeting and the negotiation
     * @return the connected client
     * @throws QmpConnectException if no session comes about
     */
    public QmpClient accept(Duration timeout) {
        QmpClient client = QmpClient.builder().build();
        accept(client, timeout);
        return client;
    }

    /**
     * Wait for a peer and connect an idle client with it. The acceptor is closed afterwards, whatever happened.
     *
     * @param client the client
     * @param timeout covers the wait for the peer, its greeting and the negotiation
     * @throws QmpConnectException if no session comes about
     * @throws QmpStateException if the client is not idle
     */
    public void accept(QmpClient client, Duration timeout) {
        try {
            client.open(listener.accepting(), "any peer that connects to " + address(), timeout);
        } finally {
            close();
        }
    }

    /**
     * Accept a peer as {@link #accept(Duration)} does, in the background.
     *
     * @param timeout covers the wait for the peer, its greeting and the negotiation
     * @return the connected client; fails with what {@link #accept(Duration)} throws. Cancelling it closes the acceptor
     */
    public CompletableFuture<QmpClient> acceptAsync(Duration timeout) {
        return acceptAsync(QmpClient.builder().build(), timeout);
    }

    /**
     * Accept a peer as {@link #accept(QmpClient, Duration)} does, in the background.
     *
     * @param client the client
     * @param timeout covers the wait for the peer, its greeting and the negotiation
     * @return the client, connected; fails with what {@link #accept(QmpClient, Duration)} throws. Cancelling it closes the acceptor
     */
    public CompletableFuture<QmpClient> acceptAsync(QmpClient client, Duration timeout) {
        return client.openingAsync(() -> accept(client, timeout));
    }

    /** Stop listening and remove the socket. A wait for a peer ends at once; a connection made before stays. Idempotent. */
    @Override
    public void close() {
        listener.close();
    }
}
