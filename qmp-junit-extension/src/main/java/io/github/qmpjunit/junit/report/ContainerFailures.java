package io.github.qmpjunit.junit.report;

import org.apiguardian.api.API;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;

/**
 * Passes on the failures that JUnit reports to no extension: those of the methods around an invocation of a parameterized class.
 *
 * <p>A project that wants reports on them names this class in its own {@code META-INF/services}. It cannot be named in this artefact's: on the
 * module path JUnit's launcher is in no module, so the JVM would refuse to load this class, and with it the whole run. Thread-safe.
 */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public final class ContainerFailures implements TestExecutionListener {

    /** Create the listener; JUnit's launcher does. */
    public ContainerFailures() {}

    @Override
    public void executionFinished(TestIdentifier container, TestExecutionResult result) {
        result.getThrowable().ifPresent(AwaitedFailures.take(container.getUniqueId()));
    }
}
