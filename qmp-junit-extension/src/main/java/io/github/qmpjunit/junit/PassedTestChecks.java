package io.github.qmpjunit.junit;

import io.github.qmpjunit.internal.ClientView;
import io.github.qmpjunit.internal.TerminalText;
import io.github.qmpjunit.qmp.QmpCommand;
import io.github.qmpjunit.qmp.QmpException;
import io.github.qmpjunit.qmp.QmpState;
import io.github.qmpjunit.qmp.QmpTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.opentest4j.AssertionFailedError;
import tools.jackson.databind.JsonNode;

/** Looks at a machine when its test has passed. */
final class PassedTestChecks {

    /** Where a job that is not one of these is, something is still going on (QEMU's qapi/job.json). */
    private static final Set<String> AT_REST = Set.of("concluded", "null", "undefined");

    private static final Duration AT_ONCE = Duration.ofSeconds(5);

    /**
     * How QEMU begins the lines in which it warns and complains, perhaps after a time stamp; traces and a guest's output do not look
     * like that. Of what it warns about while it executes a QMP command, it leaves out its name.
     */
    private static final Pattern COMPLAINT =
            Pattern.compile("^(?:\\d{4}-\\d\\d-\\d\\dT\\S+ )?(?:\\S*qemu[\\w.+-]*: |warning: )");

    /** Depends on the host, so that it is best allowed for all machines. */
    private static final Pattern UNSUPPORTED_FEATURE = Pattern.compile("support requested feature");

    private PassedTestChecks() {}

    /** Return what a test that has passed should have failed for, while its machines are still there. */
    static Optional<AssertionFailedError> complaint(Collection<TestMachine> machines) {
        return complaint(machines, test -> {
            List<String> complaints = new ArrayList<>();
            ClientView.of(test.machine().qmp())
                    .takeCallbackFailure()
                    .ifPresent(failure -> complaints.add(failure.getMessage()));
            if (test.definition().checks(Check.JOBS)) {
                jobs(test, complaints);
            }
            stderr(test, complaints);
            return complaints;
        });
    }

    /** Return what has come to light since: by now all that the test's own machines have written has arrived. */
    static Optional<AssertionFailedError> lateComplaint(Collection<TestMachine> machines) {
        return complaint(machines, test -> {
            List<String> complaints = new ArrayList<>();
            if (!test.definition().isShared()) {
                stderr(test, complaints);
            }
            return complaints;
        });
    }

    private static Optional<AssertionFailedError> complaint(
            Collection<TestMachine> machines, Function<TestMachine, List<String>> check) {
        String complaints = machines.stream()
                .map(test -> sentence(test, check.apply(test)))
                .filter(sentence -> !sentence.isEmpty())
                .collect(Collectors.joining("\n"));
        return complaints.isEmpty()
                ? Optional.empty()
                : Optional.of(new AssertionFailedError(TerminalText.message(
                        "The test itself has passed, but its QEMU has a problem:\n" + complaints)));
    }

    private static String sentence(TestMachine test, List<String> complaints) {
        return complaints.isEmpty() ? "" : "%s:\n  %s".formatted(test.machine(), String.join("\n  ", complaints));
    }

    private static void jobs(TestMachine test, List<String> complaints) {
        if (test.machine().isEndExpected()
                || test.machine().qmp().state() != QmpState.RUNNING
                || !test.machine().isRunning()) {
            return;
        }
        try {
            JsonNode jobs =
                    test.machine().qmp().execute(QmpCommand.of("query-jobs").withTimeout(AT_ONCE));
            for (JsonNode job : jobs) {
                String status = job.path("status").asString("");
                if (!AT_REST.contains(status)) {
                    complaints.add(
                            "job \"%s\" (%s) is still %s. Wait for its end, for example with assertThat(qmp).job(\"%s\").succeeds(), or cancel it"
                                    .formatted(
                                            job.path("id").asString(""),
                                            job.path("type").asString(""),
                                            status,
                                            job.path("id").asString("")));
                }
            }
        } catch (QmpTimeoutException e) {
            complaints.add("it does not answer whether jobs still run: " + e.getMessage());
        } catch (QmpException e) {
            // It has ended under the question: that is for the exit's check, or the test's own doing.
        }
    }

    private static void stderr(TestMachine test, List<String> complaints) {
        if (!test.definition().checks(Check.STDERR)) {
            return;
        }
        List<Pattern> allowed = test.definition().leniency().allowedStderr();
        String lines = test.stderr()
                .lines()
                .filter(line -> COMPLAINT.matcher(line).find())
                .filter(line -> allowed.stream()
                        .noneMatch(pattern -> pattern.matcher(line).find()))
                .map(line -> "\n    " + test.machine().qmp().secrets().mask(line))
                .collect(Collectors.joining());
        if (!lines.isEmpty()) {
            complaints.add(
                    "it has written to its standard error:%s\n  If that is expected, allow it: %s, or for all machines %s = %s"
                            .formatted(
                                    lines,
                                    test.definition().origin().isBuilder()
                                            ? "allowedStderr(\"...\") of the extension's builder"
                                            : "@Vm(allowedStderr = \"...\")",
                                    ConfigurationKeys.ALLOWED_STDERR,
                                    UNSUPPORTED_FEATURE.matcher(lines).find() ? "support requested feature" : "..."));
        }
    }
}
