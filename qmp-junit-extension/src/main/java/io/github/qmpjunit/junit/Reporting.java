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
        if (machines.isEmpty() || failure instanceof TestAbortedException || !isWanted(Configuration.of(context))) {
            return;
        }
        ExtensionContext ofMethod = TestClasses.methodOrClass(context);
        ReportedTest test = new ReportedTest(
                new ReportedTest.Names(
                        Progress.nameOf(context),
                        ofMethod.getTestClass().map(Class::getName).orElse(""),
                        ofMethod.getTestMethod().map(Method::getName).orElse("")),
                phase,
                failure,
                startedAt,
                waitingAt);
        write(context, test, machines)
                .ifPresent(page ->
                        failure.addSuppressed(new Note("Report on the test's machines: %s".formatted(page.toUri()))));
    }

    private static Optional<Path> write(ExtensionContext context, ReportedTest test, List<ReportedMachine> machines) {
        Optional<Path> configured = directory(context);
        if (configured.isPresent()) {
            ReportFolders.taken(context, configured.get());
            return Optional.of(FailureReport.write(configured.get(), test, machines));
        }
        Path[] page = new Path[1];
        try {
            context.publishDirectory(NAME, directory -> page[0] = FailureReport.write(directory, test, machines));
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
    static final class Note extends RuntimeException {

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

    /** What a report on a test that has passed says instead of a failure. */
    static Throwable passed() {
        return new Note(
                "The test has passed; its report is kept since %s = always".formatted(ConfigurationKeys.REPORT));
    }
}
