package io.github.qmpjunit.examples;

import java.io.PrintStream;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Tells on the console what happens in the examples; {@code scripts/demo} switches it on.
 *
 * <p>What it tells of the machines and the awaited events is what the library logs at level DEBUG: any logging set-up shows the
 * same for your own tests.
 */
public final class DemoNarrator implements TestExecutionListener {

    private static final boolean ENABLED = Boolean.getBoolean("qmpjunit.demo");
    private static final Logger LIBRARY = Logger.getLogger("io.github.qmpjunit");

    private final PrintStream console = System.out;
    private final Map<String, Long> startedNanos = new ConcurrentHashMap<>();

    @Override
    public void testPlanExecutionStarted(TestPlan plan) {
        if (ENABLED) {
            LIBRARY.setLevel(Level.FINE);
            LIBRARY.setUseParentHandlers(false);
            LIBRARY.addHandler(new Teller());
        }
    }

    @Override
    public void executionStarted(TestIdentifier test) {
        if (ENABLED && test.isTest()) {
            startedNanos.put(test.getUniqueId(), System.nanoTime());
            console.println("\n" + name(test));
        }
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        Long started = startedNanos.remove(test.getUniqueId());
        if (started != null) {
            String how = result.getStatus() == TestExecutionResult.Status.SUCCESSFUL ? "passed" : "FAILED";
            console.println("  %s in %s ms".formatted(how, (System.nanoTime() - started) / 1_000_000));
            result.getThrowable().ifPresent(failure -> console.println(failure.getMessage()));
        }
    }

    private static String name(TestIdentifier test) {
        String type = test.getParentId().orElse("").replaceAll(".*\\.(\\w+)]$", "$1");
        return type + " > " + test.getDisplayName().replaceAll("\\(.*", "").replace('_', ' ');
    }

    private final class Teller extends Handler {

        private final Formatter formatter = new SimpleFormatter();

        @Override
        public void publish(LogRecord message) {
            console.println("    " + formatter.formatMessage(message));
        }

        @Override
        public void flush() {
            console.flush();
        }

        @Override
        public void close() {}
    }
}
