package io.github.qmpjunit.junit.report;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.apiguardian.api.API;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;

/**
 * Hears of the failures that JUnit tells no extension of: those of the methods around an invocation of a parameterized class.
 *
 * <p>JUnit's launcher finds this class through {@code META-INF/services}, so on the class path only. Thread-safe.
 */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public final class ContainerFailures implements TestExecutionListener {

    private static final Map<String, Consumer<Throwable>> AWAITED = new ConcurrentHashMap<>();

    /** Create the listener; JUnit's launcher does. */
    public ContainerFailures() {}

    /**
     * Let something be done if a container fails.
     *
     * @param uniqueId the container's unique id
     * @param action what is done with the failure, before others hear of it
     * @return forgets it
     */
    public static Runnable await(String uniqueId, Consumer<Throwable> action) {
        AWAITED.put(uniqueId, action);
        return () -> AWAITED.remove(uniqueId, action);
    }

    @Override
    public void executionFinished(TestIdentifier container, TestExecutionResult result) {
        Consumer<Throwable> action = AWAITED.remove(container.getUniqueId());
        if (action != null) {
            result.getThrowable().ifPresent(action);
        }
    }
}
