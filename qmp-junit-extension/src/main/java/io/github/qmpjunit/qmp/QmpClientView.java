package io.github.qmpjunit.qmp;

import io.github.qmpjunit.internal.ClientView;
import io.github.qmpjunit.internal.Deadline;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The part of a {@link QmpClient} that assertions and the extension see. */
final class QmpClientView extends ClientView {

    /** How long the end of a test waits for callbacks that still run. */
    private static final Duration CALLBACKS_END = Duration.ofSeconds(2);

    private final EventRouter router;
    private final Set<String> ownEvents;
    private final QmpPeer peer;
    private final CallbackFailures callbackFailures;
    private final BooleanSupplier everConnected;

    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable QmpEventListener assertionEvents;

    QmpClientView(
            EventRouter router,
            Set<String> ownEvents,
            QmpPeer peer,
            CallbackFailures callbackFailures,
            BooleanSupplier everConnected) {
        this.router = router;
        this.ownEvents = ownEvents;
        this.peer = peer;
        this.callbackFailures = callbackFailures;
        this.everConnected = everConnected;
    }

    @Override
    public <L> L assertionEvents(Class<L> listener) {
        return listener.cast(assertionEvents());
    }

    private QmpEventListener assertionEvents() {
        lock.lock();
        try {
            if (assertionEvents == null) {
                QmpEventListener created = new QmpEventListener().keepAsMuchAs(router.all());
                router.registerWithHistory(created); // made for those who assert only: nobody else pays for it
                assertionEvents = created;
            }
            return assertionEvents;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void forgetEvents() {
        lock.lock();
        try {
            router.all().forget();
            if (assertionEvents != null) {
                assertionEvents.forget();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void beginAnew() {
        lock.lock();
        try {
            router.beginAnew();
            if (assertionEvents != null) {
                assertionEvents.forget();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long begunAfter() {
        return router.begunAt().sequence();
    }

    @Override
    public boolean hasEverConnected() {
        return everConnected.getAsBoolean();
    }

    @Override
    public boolean isOwnEvent(String event) {
        return ownEvents.contains(event);
    }

    @Override
    public String describePeer() {
        return peer.describe();
    }

    @Override
    public Optional<Path> artefacts() {
        return peer.artefacts();
    }

    @Override
    public Optional<AssertionError> takeCallbackFailure() {
        return callbackFailures.take(Deadline.in(CALLBACKS_END));
    }
}
