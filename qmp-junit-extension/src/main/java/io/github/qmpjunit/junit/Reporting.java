package io.github.qmpjunit.junit;

import io.github.qmpjunit.internal.TerminalText;
import io.github.qmpjunit.junit.report.FailureReport;
import io.github.qmpjunit.junit.report.ReportedMachine;
import io.github.qmpjunit.junit.report.ReportedTest;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.JUnitException;
import org.opentest4j.TestAbortedException;

/** Has a report written on a test, where it is wanted, and names it in the failure. */
final class Reporting {

    private static final Logger LOGGER = System.getLogger(Reporting.class.getName());

    private static final String NAME = "qmp-junit";

    /** What keeps a test's report. */
    enum When {
        ON_FAILURE,
        ALWAYS,
        NEVER
    }

    private Reporting() {}

    static boolean isWanted(Configuration configuration) {
        return when(configuration) != When.NEVER;
    }

    static boolean isWantedAlways(Configuration configuration) {
        return when(configuration) == When.ALWAYS;
    }

    private static When when(Configuration configuration) {
        return configuration.choice(ConfigurationKeys.REPORT, When.ON_FAILURE);
    }

    /** Return where a test's report will lie, if that is configured; JUnit tells where its own output lies only when it is made. */
    static Optional<Path> directory(ExtensionContext context) {
        return Configuration.of(context)
                .text(ConfigurationKeys.REPORT_DIRECTORY)
                .map(directory -> ReportFolders.of(context, Path.of(directory).toAbsolutePath()));
    }

    /** Return whether a report on a failure has been written. */
    static boolean isReported(Throwable failure) {
        return Stream.of(failure.getSuppressed()).anyMatch(Address.class::isInstance);
    }

    /**
     * Write a report on what a test, or a class, has failed with, and name it in the failure. Does nothing for a test that is skipped.
     *
     * @param phase where it failed, in words that follow "failed in"
     * @param waitingAt where its thread was when a time-out struck
     */
    static void report(
            ExtensionContext context,
            String phase,
            Throwable failure,
            Instant startedAt,
            List<StackTraceElement> waitingAt,
            List<ReportedMachine> machines) {
        report(Place.of(context), phase, failure, startedAt, waitingAt, machines);
    }

    /** Write a report to a place, as {@link #report(ExtensionContext, String, Throwable, Instant, List, List)} does. */
    static void report(
            Place place,
            String phase,
            Throwable failure,
            Instant startedAt,
            List<StackTraceElement> waitingAt,
            List<ReportedMachine> machines) {
        ExtensionContext context = place.context();
        if (machines.isEmpty() || failure instanceof TestAbortedException || !isWanted(Configuration.of(context))) {
            return;
        }
        ExtensionContext ofMethod = TestClasses.methodOrClass(context);
        ReportedTest test = new ReportedTest(
                new ReportedTest.Names(
                        place.displayName(),
                        ofMethod.getTestClass().map(Class::getName).orElse(""),
                        ofMethod.getTestMethod().map(Method::getName).orElse("")),
                phase,
                failure,
                startedAt,
                waitingAt);
        write(place, test, machines)
                .ifPresent(page -> failure.addSuppressed(
                        new Address("Report on the test's machines: %s".formatted(page.toUri()))));
    }

    /**
     * Where a report lies.
     *
     * @param context whom JUnit is told that it belongs to; it is not over yet
     * @param displayName what it is about, which may be an invocation inside of the context that is over
     * @param directory the configured folder, empty if none is
     * @param name the name of the folder that JUnit makes otherwise
     */
    record Place(ExtensionContext context, String displayName, Optional<Path> directory, String name) {

        static Place of(ExtensionContext context) {
            return new Place(context, Progress.nameOf(context), Reporting.directory(context), NAME);
        }

        /** Return the place of an invocation's report, which can still be written when the invocation is over. */
        static Place ofInvocation(ExtensionContext invocation) {
            return new Place(
                    invocation.getParent().orElseThrow(),
                    Progress.nameOf(invocation) + " " + invocation.getDisplayName(),
                    Reporting.directory(invocation),
                    NAME + "-" + Integer.toHexString(invocation.getUniqueId().hashCode()));
        }
    }

    private static Optional<Path> write(Place place, ReportedTest test, List<ReportedMachine> machines) {
        Optional<Path> configured = place.directory();
        if (configured.isPresent()) {
            ReportFolders.taken(place.context(), configured.get());
            return Optional.of(FailureReport.write(configured.get(), test, machines));
        }
        Path[] page = new Path[1];
        try {
            place.context()
                    .publishDirectory(
                            place.name(), directory -> page[0] = FailureReport.write(directory, test, machines));
            return Optional.ofNullable(page[0]);
        } catch (JUnitException e) {
            LOGGER.log(
                    Level.WARNING,
                    TerminalText.message("No report on %s: JUnit has no place for it. Name one with %s"
                            .formatted(test.names().shown(), ConfigurationKeys.REPORT_DIRECTORY)),
                    e);
            return Optional.empty();
        }
    }

    /** A sentence that goes along with a failure; it has no stack trace, since it is no failure. */
    static class Note extends RuntimeException {

        private static final long serialVersionUID = 1L;

        Note(String message) {
            super(TerminalText.message(message), null, false, false);
        }

        @Override
        @SuppressWarnings("OverrideThrowableToString") // the name of the class would say that it is a failure
        public String toString() {
            return String.valueOf(getMessage());
        }
    }

    /** Where the report on a failure lies. */
    private static final class Address extends Note {

        private static final long serialVersionUID = 1L;

        Address(String message) {
            super(message);
        }
    }

    /** What a report on a test that has passed says instead of a failure. */
    static Throwable passed() {
        return new Note(
                "The test has passed; its report is kept since %s = always".formatted(ConfigurationKeys.REPORT));
    }
}
