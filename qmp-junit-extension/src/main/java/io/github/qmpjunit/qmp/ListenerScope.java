package io.github.qmpjunit.qmp;

import java.util.ArrayList;
import java.util.List;
import org.apiguardian.api.API;

/** Some listeners that are registered until this is closed; made by {@link QmpClient#listen(QmpEventListener, QmpEventListener...)}. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public final class ListenerScope implements AutoCloseable {

    private final List<QmpEventListener> registered = new ArrayList<>();

    ListenerScope(QmpClient client, List<QmpEventListener> listeners) {
        try {
            for (QmpEventListener listener : listeners) {
                client.register(listener);
                registered.add(listener);
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** {@return the listeners, in the order in which they were given} */
    public List<QmpEventListener> listeners() {
        return List.copyOf(registered);
    }

    /** Remove the listeners that are still registered. Idempotent. */
    @Override
    public void close() {
        registered.forEach(QmpEventListener::close);
    }
}
