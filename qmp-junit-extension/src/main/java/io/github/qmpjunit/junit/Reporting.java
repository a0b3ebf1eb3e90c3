package io.github.qmpjunit.junit;

import io.github.qmpjunit.internal.Journal;
import io.github.qmpjunit.internal.TerminalText;
import io.github.qmpjunit.junit.report.FailureReport;
import io.github.qmpjunit.junit.report.ReportedMachine;
import io.github.qmpjunit.junit.report.ReportedTest;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.opentest4j.TestAbortedException;

/** Writes a report on a test if one is wanted, and names it in the failure. */
final class Reporting {

    /** The failures on which there is a report. Weakly: JUnit keeps the relevant ones. */
    private static final Set<Throwable> REPORTED =
            Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

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

    /** Return the folder of all reports, and of the pages over them. */
    static Path base(ExtensionContext context) {
        return Configuration.of(context)
                .text(ConfigurationKeys.REPORT_DIRECTORY)
                .map(Path::of)
                .orElseGet(ReportFolders::byDefault)
                .toAbsolutePath();
    }

    /** Return the folder of a test's report. The same in the whole launch. */
    static Path directory(ExtensionContext context) {
        return ReportFolders.of(context, base(context));
    }

    /** Return where a test's report will lie, if the configuration names a directory for all of them. */
    static Optional<Path> configuredDirectory(ExtensionContext context) {
        return Configuration.of(context)
                .text(ConfigurationKeys.REPORT_DIRECTORY)
                .map(configured -> directory(context));
    }

    private static boolean isToBeReported(ExtensionContext context, Throwable failure, List<ReportedMachine> machines) {
        return !machines.isEmpty() && !(failure instanceof TestAbortedException) && isWanted(Configuration.of(context));
    }

    /** Return whether a report on a failure has been written. */
    static boolean isReported(Throwable failure) {
        return REPORTED.contains(failure);
    }

    /**
     * Return the failure as it is to be thrown: with the address of its report, and without the library's own stack frames.
     *
     * @param notes what else a reader should know, sentence by sentence
     */
    static Throwable explained(
            ExtensionContext context, Throwable failure, List<String> notes, List<ReportedMachine> machines) {
        List<String> all = new ArrayList<>(notes);
        String said = "";
        if (isToBeReported(context, failure, machines)) {
            Path directory = directory(context);
            all.add(address(FailureReport.pageIn(directory)));
            said = "\nArtefacts: " + directory; // by assertions, which do not know that there is a report
        }
        TestClasses.methodOrClass(context).getTestClass().ifPresent(type -> StackTraces.trim(failure, type));
        return ExplainedFailure.of(failure, said, String.join("\n", all));
    }

    /**
     * Write a report on what a test, or a class, has failed with. Does nothing for a test that is skipped.
     *
     * @param phase where it failed, in words that follow "failed in"
     * @param waitingAt where its thread was when a timeout struck
     * @param steps what it has waited for
     */
    static void report(
            ExtensionContext context,
            String phase,
            Throwable failure,
            Instant startedAt,
            List<StackTraceElement> waitingAt,
            List<Journal.Step> steps,
            List<ReportedMachine> machines) {
        report(Place.of(context), phase, failure, startedAt, waitingAt, steps, machines);
    }

    /** Write a report to a place, as {@link #report(ExtensionContext, String, Throwable, Instant, List, List, List)} does. */
    static void report(
            Place place,
            String phase,
            Throwable failure,
            Instant startedAt,
            List<StackTraceElement> waitingAt,
            List<Journal.Step> steps,
            List<ReportedMachine> machines) {
        ExtensionContext context = place.context();
        if (!isToBeReported(context, failure, machines)) {
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
                waitingAt,
                steps);
        ReportFolders.taken(context, place.directory());
        REPORTED.add(failure);
        Path page = FailureReport.write(place.directory(), test, machines);
        RunLog.of(context).reported(context, page, failure);
        addAddress(failure, address(page));
    }

    /** Most failures have it in their message already; for the others it is too late. */
    private static void addAddress(Throwable failure, String address) {
        if (!StackTraces.hasTold(failure, address) && !(failure instanceof Note)) {
            failure.addSuppressed(new Note(address));
        }
    }

    private static String address(Path page) {
        return "Report: " + page.toUri();
    }

    /**
     * Where a report lies.
     *
     * @param context whom JUnit is told that it belongs to; it is not over yet
     * @param displayName what it is about, which may be an invocation inside of the context that is over
     * @param directory its folder
     */
    record Place(ExtensionContext context, String displayName, Path directory) {

        static Place of(ExtensionContext context) {
            return new Place(context, Progress.nameOf(context), Reporting.directory(context));
        }

        /** Return the place of an invocation's report, which can still be written when the invocation is over. */
        static Place ofInvocation(ExtensionContext invocation) {
            return new Place(
                    invocation.getParent().orElseThrow(),
                    Progress.nameOf(invocation) + " " + invocation.getDisplayName(),
                    Reporting.directory(invocation));
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
