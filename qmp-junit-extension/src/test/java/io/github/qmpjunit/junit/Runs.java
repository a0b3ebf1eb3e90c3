package io.github.qmpjunit.junit;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.process.QemuBinary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.ClassSelector;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;
import org.junit.platform.testkit.engine.Events;

/** Runs classes as JUnit does, and keeps what they have seen. */
final class Runs {

    private static final Map<String, List<Object>> SEEN = new ConcurrentHashMap<>();

    private Runs() {}

    static EngineExecutionResults run(Map<String, String> configuration, Class<?>... testCases) {
        EngineTestKit.Builder kit = EngineTestKit.engine("junit-jupiter")
                .selectors(Stream.of(testCases)
                        .map(DiscoverySelectors::selectClass)
                        .toArray(ClassSelector[]::new))
                .configurationParameter(ConfigurationKeys.REPORT, "never") // the test kit has no place for reports
                .configurationParameters(configuration);
        return apart(kit::execute);
    }

    /**
     * Run JUnit within a test, on a plain thread. A thread of JUnit's pool that waits for another pool runs other tests meanwhile: this test's
     * timeout would then count their time, and interrupt one of them.
     */
    static <T> T apart(Supplier<T> run) {
        AtomicReference<T> result = new AtomicReference<>();
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        result.set(run.get());
                    } catch (Throwable e) { // the test's own failure
                        thrown.set(e);
                    }
                },
                "run-within-a-test");
        thread.start();
        try {
            thread.join();
        } catch (InterruptedException e) {
            thread.interrupt();
            throw new IllegalStateException("The test was interrupted while it ran others", e);
        }
        if (thrown.get() != null) {
            throw new IllegalStateException(thrown.get());
        }
        return result.get();
    }

    static EngineExecutionResults run(Class<?>... testCases) {
        return run(Map.of(), testCases);
    }

    /** Run them, and require that all that was started, classes included, has ended well. */
    static EngineExecutionResults runWell(Map<String, String> configuration, Class<?>... testCases) {
        EngineExecutionResults results = run(configuration, testCases);
        List<Throwable> failures = failuresOf(results.allEvents());
        if (!failures.isEmpty()) {
            AssertionError error = new AssertionError("%s have failed".formatted(failures.size()), failures.get(0));
            failures.stream().skip(1).forEach(error::addSuppressed);
            throw error;
        }
        results.testEvents()
                .assertStatistics(statistics -> statistics.aborted(0).skipped(0));
        return results;
    }

    static EngineExecutionResults runWell(Class<?>... testCases) {
        return runWell(Map.of(), testCases);
    }

    static List<Throwable> failuresOf(Events events) {
        return events.failed().stream().map(Runs::throwableOf).toList();
    }

    private static Throwable throwableOf(Event event) {
        return event.getRequiredPayload(TestExecutionResult.class)
                .getThrowable()
                .orElseThrow();
    }

    /** Run it, and return the only failure, of a test or of a class. */
    static Throwable onlyFailureOf(Map<String, String> configuration, Class<?> testCase) {
        List<Throwable> failures = failuresOf(run(configuration, testCase).allEvents());
        if (failures.size() != 1) {
            throw new AssertionError("%s have failed: %s".formatted(failures.size(), failures));
        }
        return failures.get(0);
    }

    static Throwable onlyFailureOf(Class<?> testCase) {
        return onlyFailureOf(Map.of(), testCase);
    }

    /** Return the names of the tests that have failed. */
    static List<String> failed(EngineExecutionResults results) {
        return results.testEvents().failed().stream()
                .map(event -> event.getTestDescriptor().getDisplayName())
                .toList();
    }

    static void see(String where, Object what) {
        SEEN.computeIfAbsent(where, key -> new CopyOnWriteArrayList<>()).add(what);
    }

    static List<Object> seen(String where) {
        return SEEN.getOrDefault(where, List.of());
    }

    static List<QemuMachine> machines(String where) {
        return seen(where).stream().map(QemuMachine.class::cast).toList();
    }

    static String typeOf(QemuMachine vm) {
        return argument(vm, "-machine");
    }

    static String argument(QemuMachine vm, String option) {
        return vm.commandLine().get(vm.commandLine().indexOf(option) + 1);
    }

    /** Write a script that stands in for a QEMU; in its body, {@code $QEMU} is the real one. */
    static Path script(Path folder, String name, String body) throws IOException {
        Path script = folder.resolve(name);
        Files.writeString(script, "#!/bin/sh\nQEMU='%s'\n%s\n".formatted(QemuBinary.find(null), body));
        if (!script.toFile().setExecutable(true)) {
            throw new IOException("cannot make " + script + " executable");
        }
        return script;
    }
}
