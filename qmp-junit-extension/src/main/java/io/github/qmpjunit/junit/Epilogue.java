package io.github.qmpjunit.junit;

import io.github.qmpjunit.qmp.QmpCommand;
import io.github.qmpjunit.qmp.QmpException;
import io.github.qmpjunit.qmp.QmpState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** Looks at a machine when its test has passed. */
final class Epilogue {

    /** Where a job that is not one of these is, something is still going on (QEMU's qapi/job.json). */
    private static final Set<String> AT_REST = Set.of("concluded", "null", "undefined");

    private static final Duration AT_ONCE = Duration.ofSeconds(5);

    /** How QEMU begins the lines in which it warns and complains; traces and a guest's output do not look like that. */
    private static final Pattern COMPLAINT = Pattern.compile("^\\S*qemu[\\w.+-]*: (?!terminating on signal)");

    private Epilogue() {}

    /** Return what a passed test should have failed for, a sentence each. */
    static List<String> complaints(TestMachine test, Configuration configuration) {
        List<Check> off = configuration.choices(ConfigurationKeys.WITHOUT, Check.class);
        List<String> complaints = new ArrayList<>();
        if (isOn(Check.JOBS, test, off)) {
            jobs(test, complaints);
        }
        if (isOn(Check.STDERR, test, off)) {
            stderr(test, configuration, complaints);
        }
        return complaints;
    }

    static boolean isOn(Check check, TestMachine test, List<Check> off) {
        return !off.contains(check) && !test.definition().without().contains(check);
    }

    private static void jobs(TestMachine test, List<String> complaints) {
        if (test.machine().qmp().state() != QmpState.RUNNING || !test.machine().isRunning()) {
            return;
        }
        try {
            JsonNode jobs =
                    test.machine().qmp().execute(QmpCommand.of("query-jobs").withTimeout(AT_ONCE));
            for (JsonNode job : jobs) {
                String status = job.path("status").asString("");
                if (!AT_REST.contains(status)) {
                    complaints.add(
                            "job \"%s\" (%s) is still %s: await its end, with assertThat(qmp).job(\"%s\").succeeds(), say, or cancel it"
                                    .formatted(
                                            job.path("id").asString(""),
                                            job.path("type").asString(""),
                                            status,
                                            job.path("id").asString("")));
                }
            }
        } catch (QmpException e) {
            complaints.add("it does not say whether jobs still run: " + e.getMessage());
        }
    }

    private static void stderr(TestMachine test, Configuration configuration, List<String> complaints) {
        List<Pattern> allowed = Stream.concat(
                        test.definition().allowedStderr().stream(),
                        configuration.patterns(ConfigurationKeys.ALLOWED_STDERR).stream())
                .toList();
        String lines = test.stderr()
                .lines()
                .filter(line -> COMPLAINT.matcher(line).find())
                .filter(line -> allowed.stream()
                        .noneMatch(pattern -> pattern.matcher(line).find()))
                .map(line -> "\n    " + line)
                .collect(Collectors.joining());
        if (!lines.isEmpty()) {
            complaints.add(
                    "it has written to its standard error (allow it with @Vm(allowedStderr = ...), if it is to be expected):"
                            + lines);
        }
    }
}
