package io.github.qmpjunit.internal;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * The part of a client that our own packages see and users do not.
 *
 * <pre>{@code
 * ClientView.of(client).forgetEvents();
 * }</pre>
 *
 * <p>The client's class registers the way to its view when it is loaded, as classes of the JDK do with {@code SharedSecrets}. This room
 * lies below the client and must not name it: hence the {@code Object} and the {@code Class} in the signatures. Thread-safe.
 */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public abstract class ClientView {

    private static volatile @Nullable Function<Object, ClientView> way;

    /**
     * Register the way from a client to its view.
     *
     * @param toView returns the view of a client
     */
    public static void register(Function<Object, ClientView> toView) {
        way = toView;
    }

    /**
     * Return the view of a client.
     *
     * @param client a {@code QmpClient}
     * @return its view
     */
    public static ClientView of(Object client) {
        return requireNonNull(way, "an object that is no client").apply(client);
    }

    /**
     * Return the listener through which assertions look. It holds each event, from before the greeting on, that no assertion has consumed
     * yet. Taking from it takes nothing from the client's built-in listener.
     *
     * @param <L> the class
     * @param listener the class of the client's listeners
     * @return the same listener for each call; it cannot be removed
     */
    public abstract <L> L assertionEvents(Class<L> listener);

    /**
     * Forget the events that have arrived so far, in the built-in listener and for assertions, before the next test uses the same peer.
     * Listeners that users have registered keep theirs. The reply to a command proves that each event sent before it has arrived.
     */
    public abstract void forgetEvents();

    /**
     * Let assertions, and those who register with the history, look only at events from here on: for a server that was restarted. The
     * built-in listener and those of users keep what they have, unlike after {@link #forgetEvents()}.
     */
    public abstract void beginAnew();

    /** {@return the sequence number of the last event before {@link #beginAnew()}; 0 if there was none} */
    public abstract long begunAfter();

    /** {@return whether the client has been connected at any time; if not, no event can have arrived} */
    public abstract boolean hasEverConnected();

    /**
     * Return whether an event was declared as the server's own.
     *
     * @param event the event's name
     * @return whether the client's definition names it, although QEMU's schema does not have it
     */
    public abstract boolean isOwnEvent(String event);

    /** {@return some lines in which the peer's owner describes its process; an empty string if nothing is known} */
    public abstract String describePeer();

    /** {@return the directory that holds this run's logs and transcripts, which failures name; empty if there is none} */
    public abstract Optional<Path> artefacts();

    /**
     * Return the error that a callback has thrown, and forget it. Wait up to 2 s for callbacks that are under way.
     *
     * @return the error, with further ones suppressed in it; empty if there is none
     */
    public abstract Optional<AssertionError> takeCallbackFailure();
}
