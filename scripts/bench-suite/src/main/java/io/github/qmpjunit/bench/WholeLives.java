package io.github.qmpjunit.bench;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.junit.Scope;
import io.github.qmpjunit.junit.Vm;
import io.github.qmpjunit.qmp.QmpClient;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** Empty tests in JUnit: what a machine of its own costs each of them, and what a shared one does. */
final class WholeLives implements Measurement {

    private static final int ROUNDS = 10;
    static final int TESTS = 20;

    @Override
    public String name() {
        return "whole-lives";
    }

    @Override
    public List<Row> measure() throws Exception {
        try (Scratch scratch = new Scratch()) {
            List<String> commandLine = BareQemu.commandLine(scratch.folder());
            Pairs fresh = new Pairs();
            Pairs shared = new Pairs();
            for (int round = 0; round <= ROUNDS; round++) {
                double own = round % 2 == 0 ? run(FreshMachines.class) : 0;
                double bare = bare(commandLine, scratch.folder());
                own = own == 0 ? run(FreshMachines.class) : own;
                double common = run(SharedMachine.class);
                if (round > 0) { // the first warms up
                    fresh.add(own, bare);
                    shared.add(common, bare);
                }
            }
            return List.of(
                    Row.cost(
                            "whole life of an empty test, a fresh machine for each, %s tests".formatted(ROUNDS * TESTS),
                            fresh,
                            Row.Unit.MILLISECONDS,
                            1.20,
                            Notes.WHOLE_LIFE),
                    Row.shown(
                            "the same with one machine for %s tests, shared as it is".formatted(TESTS),
                            shared,
                            Row.Unit.MILLISECONDS,
                            "the machine's own start and stop are shared out among its tests"));
        }
    }

    /** Measure a class of tests against as many bare lives. */
    static Pairs againstBareOnes(Class<?> tests) throws Exception {
        try (Scratch scratch = new Scratch()) {
            List<String> commandLine = BareQemu.commandLine(scratch.folder());
            Pairs pairs = new Pairs();
            for (int round = 0; round <= ROUNDS / 2; round++) {
                double ours = run(tests);
                double bare = bare(commandLine, scratch.folder());
                if (round > 0) { // the first warms up
                    pairs.add(ours, bare);
                }
            }
            return pairs;
        }
    }

    /** Return the nanoseconds that each test of a class takes. */
    private static double run(Class<?> tests) {
        Launcher launcher = LauncherFactory.create();
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        long begin = System.nanoTime();
        launcher.execute(
                LauncherDiscoveryRequestBuilder.request()
                        .selectors(selectClass(tests))
                        .build(),
                listener);
        long nanos = System.nanoTime() - begin;
        TestExecutionSummary summary = listener.getSummary();
        if (summary.getTestsSucceededCount() != TESTS) {
            throw new IllegalStateException("Expected %s tests of %s to succeed, but %s did: %s"
                    .formatted(TESTS, tests, summary.getTestsSucceededCount(), summary.getFailures()));
        }
        return (double) nanos / TESTS;
    }

    private static double bare(List<String> commandLine, Path folder) throws Exception {
        long begin = System.nanoTime();
        for (int i = 0; i < TESTS; i++) {
            BareQemu.start(commandLine, folder).close();
        }
        return (System.nanoTime() - begin) / (double) TESTS;
    }

    /** Each test has its own. */
    @QemuTest
    static final class FreshMachines {

        @RepeatedTest(TESTS)
        void does_nothing(QmpClient qmp) {}
    }

    /** All have one. */
    @QemuTest
    @Vm(scope = Scope.CLASS)
    static final class SharedMachine {

        @RepeatedTest(TESTS)
        void does_nothing(QmpClient qmp) {}
    }
}
