package io.github.qmpjunit.qmp;

import static java.util.Objects.requireNonNull;

import io.github.qmpjunit.qmp.transport.QmpAddress;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Collects a client's settings. Each has a default.
 *
 * <pre>{@code
 * QmpClient qmp = QmpClient.builder()
 *         .name("source")
 *         .timeout(Duration.ofSeconds(5))
 *         .connect(QmpAddress.unix(socket));
 * }</pre>
 *
 * <p>Not thread-safe. One builder can make several clients, as long as no transcript is set.
 */
@API(status = API.Status.MAINTAINED, since = "0.1.0")
public final class QmpClientBuilder {

    String name = "qmp";
    Duration connectTimeout = Duration.ofSeconds(10);
    Duration timeout = Duration.ofSeconds(30);
    QmpPeer peer = new QmpPeer() {};
    boolean expectGreeting = true;
    boolean negotiate = true;
    boolean outOfBand;
    int eventsKept; // zero: as many as fit into the byte limit
    QmpLimits limits = QmpLimits.defaults();

    @Nullable
    QmpTranscript transcript;

    @Nullable
    Executor executor;

    boolean waitForServer;
    final Set<String> ownEvents = new LinkedHashSet<>();

    QmpClientBuilder() {}

    /**
     * Set the name that messages show for this client. Default: {@code qmp}.
     *
     * @param name the name
     * @return this
     */
    public QmpClientBuilder name(String name) {
        this.name = name;
        return this;
    }

    /**
     * Set the timeout that covers connection, greeting and negotiation together. Default: 10 s.
     *
     * @param connectTimeout the timeout
     * @return this
     */
    public QmpClientBuilder connectTimeout(Duration connectTimeout) {
        this.connectTimeout = connectTimeout;
        return this;
    }

    /**
     * Set how long to wait for the reply to a command that does not have its own timeout. Default: 30 s.
     *
     * @param timeout the timeout
     * @return this
     */
    public QmpClientBuilder timeout(Duration timeout) {
        this.timeout = timeout;
        return this;
    }

    /**
     * Set the source of knowledge about the process at the other end. Default: nothing is known.
     *
     * @param peer the peer's owner
     * @return this
     */
    public QmpClientBuilder peer(QmpPeer peer) {
        this.peer = requireNonNull(peer, "peer must not be null");
        return this;
    }

    /**
     * Set the most that is accepted from the peer. Default: {@link QmpLimits#defaults()}.
     *
     * @param limits the limits
     * @return this
     */
    public QmpClientBuilder limits(QmpLimits limits) {
        this.limits = limits;
        return this;
    }

    /**
     * Set whether the peer greets. Default: {@code true}. A guest agent does not greet, and has nothing to negotiate.
     *
     * @param expectGreeting whether to wait for a greeting
     * @return this
     */
    public QmpClientBuilder expectGreeting(boolean expectGreeting) {
        this.expectGreeting = expectGreeting;
        this.negotiate &= expectGreeting;
        return this;
    }

    /**
     * Set whether to send {@code qmp_capabilities} after the greeting. Default: {@code true}. Without it, a QEMU accepts
     * no other command.
     *
     * @param negotiate whether to negotiate
     * @return this
     */
    public QmpClientBuilder negotiate(boolean negotiate) {
        this.negotiate = negotiate;
        return this;
    }

    /**
     * Enable commands out of band ({@link QmpCommand#outOfBand()}) if the server offers them. Default: not enabled. While
     * they are enabled, at most 8 other commands are in flight and further commands wait, so that there is always room.
     *
     * @return this
     */
    public QmpClientBuilder outOfBand() {
        this.outOfBand = true;
        return this;
    }

    /**
     * Bound the memory for events: the built-in listener and the assertions keep only the latest events. By default they keep as
     * many as fit into a sixteenth of the heap, at most 64 MiB. Messages and the failure report say how many were dropped.
     *
     * @param events how many to keep, at least 1
     * @return this
     * @throws IllegalArgumentException if it is less than 1
     */
    public QmpClientBuilder keepEvents(int events) {
        if (events < 1) {
            throw new IllegalArgumentException("A client keeps at least 1 event, but was told to keep " + events);
        }
        this.eventsKept = events;
        return this;
    }

    /**
     * Declare events that this server sends although its schema does not have them: for example a vendor's. Assertions wait for them as for any
     * other event. For an event that is neither in the schema nor declared, an assertion reports that it cannot arrive.
     *
     * @param names the events' names in QMP; they are added to the names declared before
     * @return this
     */
    public QmpClientBuilder ownEvents(String... names) {
        ownEvents.addAll(List.of(names));
        return this;
    }

    /**
     * Set a transcript that records every message in both directions. Default: none.
     *
     * @param transcript the transcript, for this client only
     * @return this
     */
    public QmpClientBuilder transcript(QmpTranscript transcript) {
        this.transcript = transcript;
        return this;
    }

    /**
     * Set the executor of callbacks and of the stages of futures. By default they run on daemon threads of the
     * client. With any executor, the callbacks of one registration run one at a time.
     *
     * <p>A timeout and the end of the connection always complete a future on a thread of the client, so that
     * a blocked executor cannot delay them.
     *
     * @param executor the executor; not shut down by the client
     * @return this
     */
    public QmpClientBuilder executor(Executor executor) {
        this.executor = requireNonNull(executor, "executor must not be null");
        return this;
    }

    /**
     * Wait until the server listens, up to the {@link #connectTimeout}; by default, connecting fails at once if nothing listens at the
     * address yet. Use it for a QEMU that another program starts. An error that waiting cannot mend still fails at once, for example
     * a path that is too long or an unknown host.
     *
     * @return this
     */
    public QmpClientBuilder waitForServer() {
        this.waitForServer = true;
        return this;
    }

    /** {@return an idle client} */
    public QmpClient build() {
        return QmpClient.of(this);
    }

    /**
     * Build a client and connect it.
     *
     * @param address where the server listens
     * @return the connected client
     * @throws QmpConnectException if there is no connection, no greeting or no negotiation
     */
    public QmpClient connect(QmpAddress address) {
        QmpClient client = build();
        client.open(address);
        return client;
    }

    /**
     * Build a client and connect it in the background.
     *
     * @param address where the server listens
     * @return the connected client, as for {@link QmpClient#openAsync}
     */
    public CompletableFuture<QmpClient> connectAsync(QmpAddress address) {
        return build().openAsync(address);
    }
}
