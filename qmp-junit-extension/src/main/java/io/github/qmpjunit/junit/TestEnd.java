package io.github.qmpjunit.junit;

import io.github.qmpjunit.qemu.process.QemuExitException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

/** The end of a test: its machines are looked at if it has passed, held if that is wanted, and stopped or given back. */
final class TestEnd {

    /** How messages tell the end of a process, which has happened only once. */
    private static final Pattern END = Pattern.compile("\\(pid \\d+\\) \\S[^\n]* after ");

    private TestEnd() {}

    static void of(TestFixture fixture, ExtensionContext context) {
        fixture.isOver();
        Optional<Throwable> failure = context.getExecutionException();
        try {
            if (failure.isPresent()) {
                fixture.report("what follows the test", failure.get());
                afterFailure(fixture, context, failure.get());
            } else if (fixture.failedDynamicTest().isPresent()) {
                afterFailure(fixture, context, fixture.failedDynamicTest().get());
            } else {
                requireOrder(fixture, context);
            }
        } finally {
            fixture.close();
        }
    }

    /** The failure may have told already how its QEMU has ended; then it is not told a second time. */
    private static void afterFailure(TestFixture fixture, ExtensionContext context, Throwable failure) {
        holdIfWanted(fixture, context, failure);
        try {
            fixture.close();
        } catch (QemuExitException e) {
            Matcher end = END.matcher(String.valueOf(e.getMessage()));
            if (!end.find() || !StackTraces.hasTold(failure, end.group())) {
                throw fixture.pointAtTest(e);
            }
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
            Throwable failure = fixture.reported("the checks after the test", fixture.pointAtTest(e));
            holdIfWanted(fixture, context, failure);
            closeAfter(failure, fixture);
            if (failure instanceof RuntimeException better) {
                throw better;
            }
            throw (Error) failure;
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
