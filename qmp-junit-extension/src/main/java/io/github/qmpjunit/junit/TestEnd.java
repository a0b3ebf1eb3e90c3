package io.github.qmpjunit.junit;

import java.util.Optional;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

/** The end of a test: its machines are looked at if it has passed, held if that is wanted, and stopped or given back. */
final class TestEnd {

    private TestEnd() {}

    static void of(TestFixture fixture, ExtensionContext context) {
        Optional<Throwable> failure = context.getExecutionException();
        try {
            if (failure.isPresent()) {
                fixture.report("what follows the test", failure.get());
                holdIfWanted(fixture, context, failure.get());
            } else if (fixture.failedDynamicTest().isPresent()) {
                holdIfWanted(fixture, context, fixture.failedDynamicTest().get());
            } else {
                requireOrder(fixture, context);
            }
        } finally {
            fixture.close();
        }
    }

    private static void requireOrder(TestFixture fixture, ExtensionContext context) {
        try {
            throwIfPresent(PassedTestChecks.complaint(fixture.machines()));
            if (Reporting.isWantedAlways(Configuration.of(context))) {
                fixture.report("", Reporting.passed());
            }
            fixture.close();
            throwIfPresent(PassedTestChecks.lateComplaint(fixture.machines()));
        } catch (RuntimeException | AssertionFailedError e) {
            fixture.report("the checks after the test", e);
            holdIfWanted(fixture, context, e);
            closeAfter(e, fixture);
            throw e;
        }
    }

    private static void throwIfPresent(Optional<AssertionFailedError> complaint) {
        if (complaint.isPresent()) {
            throw complaint.get();
        }
    }

    private static void closeAfter(Throwable failure, TestFixture fixture) {
        try {
            fixture.close();
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    private static void holdIfWanted(TestFixture fixture, ExtensionContext context, Throwable failure) {
        Configuration configuration = Configuration.of(context);
        if (!(failure instanceof TestAbortedException) && Hold.isWanted(configuration)) {
            Hold.hold(
                    Progress.nameOf(context),
                    fixture.machines().stream().map(TestMachine::machine).toList(),
                    configuration);
        }
    }
}
