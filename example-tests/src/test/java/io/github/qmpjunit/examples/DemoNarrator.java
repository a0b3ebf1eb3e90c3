package io.github.qmpjunit.examples;

import java.io.PrintStream;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Prints one line for each example, and the message of the one that is meant to fail; {@code scripts/demo} switches it on with the
 * system property {@code qmpjunit.demo}. With the value {@code verbose} it also prints what happens in each test.
 *
 * <p>What it prints of the machines and the awaited events is what the library logs at level DEBUG: any logging set-up shows the same
 * for your own tests. The script looks for the marks at the beginning of the lines.
 */
public final class DemoNarrator implements TestExecutionListener {

    private static final String MODE = System.getProperty("qmpjunit.demo", "");
    private static final boolean ENABLED = !MODE.isEmpty();
    private static final String SHOWN = "demo| ";
    private static final String RESULT = "demo# ";
    private static final int WIDTH = 150;

    private static final Logger LIBRARY = Logger.getLogger("io.github.qmpjunit");
    private static final AtomicInteger MACHINES = new AtomicInteger();

    private final PrintStream console = System.out;
    private final Map<String, Long> startedNanos = new ConcurrentHashMap<>();

    @Override
    public void testPlanExecutionStarted(TestPlan plan) {
        if (ENABLED) {
            LIBRARY.setLevel(Level.FINE);
            LIBRARY.setUseParentHandlers(false);
            for (Handler before : LIBRARY.getHandlers()) { // build tools execute several plans in one JVM
                LIBRARY.removeHandler(before);
            }
            LIBRARY.addHandler(new Teller());
        }
    }

    @Override
    public void executionStarted(TestIdentifier test) {
        if (ENABLED && test.isTest()) {
            startedNanos.put(test.getUniqueId(), System.nanoTime());
            MACHINES.set(0);
            if (MODE.equals("verbose")) {
                show("");
            }
        }
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        if (ENABLED) {
            show("skipped           %s: %s".formatted(test.getDisplayName(), reason));
        }
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        Long started = startedNanos.remove(test.getUniqueId());
        if (started == null) {
            return;
        }
        boolean staged = type(test).equals("StagedFailure");
        boolean passed = result.getStatus() == Status.SUCCESSFUL;
        String how = passed ? "passed" : staged ? "failed, as staged" : "FAILED";
        long millis = (System.nanoTime() - started) / 1_000_000;
        show("%s%s ms  %s".formatted(padded(how, 18), padded(String.valueOf(millis), -6), name(test)));
        String verdict = passed ? "passed" : staged ? "failed-staged" : "failed";
        console.println("%s%s %s %s %s"
                .formatted(
                        RESULT,
                        verdict,
                        MACHINES.get(),
                        millis,
                        ProcessHandle.current().pid()));
        result.getThrowable().ifPresent(this::showMessage);
    }

    private static String padded(String text, int width) {
        String blanks = " ".repeat(Math.max(0, Math.abs(width) - text.length()));
        return width < 0 ? blanks + text : text + blanks;
    }

    private void showMessage(Throwable failure) {
        show("");
        String.valueOf(failure.getMessage()).strip().lines().forEach(line -> show("    " + line));
        show("    at " + failure.getStackTrace()[0]);
        show("");
    }

    private void show(String line) {
        boolean isLink = line.contains("file:/");
        console.println(SHOWN + (line.length() > WIDTH && !isLink ? line.substring(0, WIDTH - 3) + "..." : line));
    }

    private static String type(TestIdentifier test) {
        return test.getSource()
                .filter(MethodSource.class::isInstance)
                .map(source -> ((MethodSource) source).getClassName().replaceAll(".*[.$]", ""))
                .orElse("");
    }

    private static String name(TestIdentifier test) {
        return type(test) + ": " + test.getDisplayName().replaceAll("\\(.*", "").replace('_', ' ');
    }

    private final class Teller extends Handler {

        private final Formatter formatter = new SimpleFormatter();

        @Override
        public void publish(LogRecord message) {
            String text = formatter.formatMessage(message);
            if (text.startsWith("started QEMU") || text.startsWith("started storage daemon")) {
                MACHINES.incrementAndGet();
            }
            if (MODE.equals("verbose")) {
                show("    " + text);
            }
        }

        @Override
        public void flush() {
            console.flush();
        }

        @Override
        public void close() {}
    }
}
