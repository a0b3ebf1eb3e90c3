package io.github.qmpjunit.junit;

import io.github.qmpjunit.internal.Exercise;
import io.github.qmpjunit.junit.report.Coverage;
import io.github.qmpjunit.junit.report.CoveragePage;
import io.github.qmpjunit.junit.report.RunFolder;
import io.github.qmpjunit.junit.report.RunMachine;
import io.github.qmpjunit.junit.report.RunPage;
import io.github.qmpjunit.junit.report.RunTest;
import io.github.qmpjunit.qemu.process.MonitoredProcess;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Takes down each test of a launch for the page over the run, and what was exercised for the coverage.
 *
 * <p>One for a launch, in its store, which writes the pages when it closes; a failure lets the page be written earlier, for a JVM may be
 * killed. Thread-safe.
 */
@SuppressWarnings("deprecation") // CloseableResource: before JUnit 5.13 nothing else is closed
final class RunLog implements ExtensionContext.Store.CloseableResource, AutoCloseable {

    private static final long BETWEEN_PAGES = Duration.ofSeconds(2).toNanos();

    private static final AtomicInteger LAUNCHES = new AtomicInteger();

    /** A launch that a test of another launch has begun, as tests of extensions do, is no part of the run. */
    private static final AtomicInteger OPEN = new AtomicInteger();

    private final RunFolder folder;
    private final Reporting.When when;
    private final @Nullable Coverage coverage;
    private final Map<String, RunEntry> open = new ConcurrentHashMap<>();
    private final AtomicLong lastPage = new AtomicLong(System.nanoTime() - BETWEEN_PAGES);

    private RunLog(Path directory, Reporting.When when, boolean coverage) {
        int launch = LAUNCHES.incrementAndGet();
        OPEN.incrementAndGet();
        this.folder = new RunFolder(directory, launch == 1 ? "" : "-" + launch);
        this.when = when;
        this.coverage = coverage ? new Coverage(folder) : null;
    }

    static RunLog of(ExtensionContext context) {
        return ExtensionStore.ofLaunch(context)
                .getOrComputeIfAbsent(RunLog.class, key -> configured(context), RunLog.class);
    }

    private static RunLog configured(ExtensionContext context) {
        Configuration configuration = Configuration.of(context);
        boolean wanted = Reporting.isWanted(configuration)
                && (OPEN.get() == 0
                        || configuration
                                .text(ConfigurationKeys.REPORT_DIRECTORY)
                                .isPresent());
        Reporting.When when = wanted
                ? configuration.choice(ConfigurationKeys.RUN_PAGE, Reporting.When.ON_FAILURE)
                : Reporting.When.NEVER;
        return new RunLog(Reporting.base(context), when, configuration.flag(ConfigurationKeys.COVERAGE));
    }

    /** Begin a test. */
    RunEntry begin(ExtensionContext context) {
        RunEntry entry = new RunEntry(context.getUniqueId(), Progress.nameOf(context));
        open.put(entry.id(), entry);
        return entry;
    }

    /** Return the entry of a test, or of the test or class around it; made where something fails outside of any test. */
    RunEntry entryOf(ExtensionContext context) {
        Optional<ExtensionContext> at = Optional.of(context);
        while (at.isPresent()) {
            RunEntry entry = open.get(at.get().getUniqueId());
            if (entry != null) {
                return entry;
            }
            at = at.get().getParent();
        }
        return begin(context);
    }

    /** Take note of where a report lies. */
    void reported(ExtensionContext context, Path page, Throwable failure) {
        RunEntry entry = entryOf(context);
        entry.reported(addressOf(page), failure);
    }

    private String addressOf(Path page) {
        Path absolute = page.toAbsolutePath();
        return absolute.startsWith(folder.directory())
                ? folder.directory()
                        .relativize(absolute)
                        .toString()
                        .replace("%", "%25")
                        .replace("#", "%23")
                        .replace("?", "%3F")
                : absolute.toUri().toString();
    }

    /** End a test with JUnit's own verdict. */
    void end(ExtensionContext context, RunTest.Outcome outcome, @Nullable Throwable cause) {
        RunEntry entry = open.remove(context.getUniqueId());
        if (entry == null && outcome == RunTest.Outcome.SKIPPED) {
            entry = new RunEntry(context.getUniqueId(), Progress.nameOf(context));
        }
        if (entry != null) {
            entry.ends(outcome, cause);
            write(entry.test());
        }
    }

    private void write(RunTest test) {
        if (when == Reporting.When.NEVER) {
            return;
        }
        RunPage.add(folder, test);
        long now = System.nanoTime();
        long last = lastPage.get();
        if (test.outcome() == RunTest.Outcome.FAILED
                && now - last >= BETWEEN_PAGES
                && lastPage.compareAndSet(last, now)) {
            RunPage.write(folder, false);
        }
    }

    /** Take down a machine that tests have shared, at its end. */
    void sharedMachine(String name, long began) {
        if (when != Reporting.When.NEVER) {
            RunPage.add(folder, new RunMachine(name, true, began, RunEntry.now()));
        }
    }

    /** Learn what a QEMU knows, if the coverage is wanted: later it may be too late to ask. */
    void started(MonitoredProcess process) {
        if (coverage != null) {
            try {
                coverage.know(nameOf(process), process.qmp().schema());
            } catch (QmpException e) {
                // A QEMU that does not tell its schema has no coverage.
            }
        }
    }

    /** Take down what a process was used for, before it ends. */
    void ending(MonitoredProcess process) {
        if (coverage != null) {
            process.transcript().map(Exercise::of).ifPresent(seen -> {
                try {
                    coverage.add(nameOf(process), seen);
                } catch (QmpException e) {
                    // It has never been connected.
                }
            });
        }
    }

    private static String nameOf(MonitoredProcess process) {
        QmpClient qmp = process.qmp();
        List<String> command = process.commandLine();
        String program = command.isEmpty() ? "QEMU" : command.get(0);
        return program.substring(program.lastIndexOf('/') + 1) + " "
                + qmp.greeting().version();
    }

    /** Write what is still open, since JUnit did not tell how it ended, and the pages. */
    @Override
    public void close() {
        OPEN.decrementAndGet();
        List.copyOf(open.keySet()).forEach(id -> {
            RunEntry entry = open.remove(id);
            if (entry != null) {
                write(entry.test());
            }
        });
        if (when != Reporting.When.NEVER) {
            RunPage.write(folder, when == Reporting.When.ALWAYS);
        }
        if (coverage != null) {
            CoveragePage.write(folder);
        }
    }
}
