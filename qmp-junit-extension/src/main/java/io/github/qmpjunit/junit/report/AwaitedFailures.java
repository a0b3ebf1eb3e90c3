package io.github.qmpjunit.junit.report;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.apiguardian.api.API;

/**
 * Failures of containers that only a listener of JUnit's launcher learns of: those of the methods around an invocation of a parameterized
 * class. Apart from {@link ContainerFailures}, which cannot be loaded without a launcher or on the module path. Thread-safe.
 */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public final class AwaitedFailures {

    private static final Map<String, Consumer<Throwable>> AWAITED = new ConcurrentHashMap<>();

    private AwaitedFailures() {}

    /**
     * Run an action if a container fails.
     *
     * @param uniqueId the container's unique id
     * @param action receives the failure before other listeners do
     * @return an action that ends the wait
     */
    public static Runnable await(String uniqueId, Consumer<Throwable> action) {
        AWAITED.put(uniqueId, action);
        return () -> AWAITED.remove(uniqueId, action);
    }

    /** Return the action for a container that has ended; this also ends the wait. */
    static Consumer<Throwable> take(String uniqueId) {
        Consumer<Throwable> action = AWAITED.remove(uniqueId);
        return action == null ? failure -> {} : action;
    }
}
