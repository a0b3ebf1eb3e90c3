package io.github.qmpjunit.qemu;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.util.Arrays;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Runs test classes and methods in this JVM, and prints those that fail and how many passed. */
final class TestRun implements TestExecutionListener {

    private int passed;

    private TestRun() {}

    public static void main(String[] tests) {
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(Arrays.stream(tests)
                        .map(name -> name.contains("#") ? selectMethod(name) : selectClass(name))
                        .toList())
                .build();
        TestRun run = new TestRun();
        LauncherFactory.create().execute(request, run);
        System.out.println(run.passed + " passed");
        System.exit(0);
    }

    @Override
    public synchronized void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (result.getStatus() == TestExecutionResult.Status.SUCCESSFUL) {
            passed += test.isTest() ? 1 : 0;
        } else {
            System.out.println("FAILED " + test.getUniqueId());
            result.getThrowable().ifPresent(failure -> System.out.println("  " + failure));
        }
    }
}
