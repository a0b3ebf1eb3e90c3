package io.github.qmpjunit.failures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.github.qmpjunit.junit.ConfigurationKeys;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Runs tests that fail, and writes what each of them says to {@code target/failures}, to be read side by side. */
@Timeout(value = 10, unit = TimeUnit.MINUTES) // on a machine that is busy; alone it takes ten seconds
class SeededFailuresTest {

    /** Failures before there is a machine to report on. */
    private static final List<String> WITHOUT_MACHINE = List.of("03", "25", "48", "49");

    private static final Path FOLDER = Path.of("target/failures");

    @Test
    void each_seeded_failure_leaves_its_text_to_be_read() throws IOException {
        Map<String, Throwable> failures = run(SeededFailures.class);

        assertThat(failures).hasSize(SeededFailures.in(SeededFailures.class).size());
        SoftAssertions softly = new SoftAssertions();
        failures.forEach((name, failure) -> {
            String number = name.substring(0, 2);
            softly.assertThat(failure.getMessage())
                    .as(name)
                    .contains(Causes.byNumber().get(number));
            if (!number.equals("25")) { // without the extension, stack traces are whole
                softly.assertThat(firstFrame(failure)).as(name).startsWith("SeededFailures$Seed" + number);
            }
            softly.assertThat(failure.getMessage())
                    .as(name)
                    .satisfiesAnyOf(
                            message -> assertThat(message).containsPattern("(?m)^Report: file:///[^ ()]+/index.html$"),
                            message -> assertThat(number).isIn(WITHOUT_MACHINE));
        });
        softly.assertAll();
    }

    @Test
    @EnabledIfSystemProperty(named = "qmpjunit.failures", matches = "all", disabledReason = "takes half a minute")
    void so_do_those_with_a_guest() throws IOException {
        assertThat(run(SeededGuestFailures.class)).hasSize(3);
    }

    private static String firstFrame(Throwable failure) {
        return failure.getStackTrace()[0].getClassName().replaceAll(".*\\.", "");
    }

    private static Map<String, Throwable> run(Class<?> seeds) throws IOException {
        Map<String, Throwable> failures = new TreeMap<>();
        LauncherFactory.create().execute(request(seeds), new TestExecutionListener() {
            @Override
            public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                result.getThrowable().ifPresent(failure -> {
                    synchronized (failures) {
                        failures.put(nameOf(test), failure);
                    }
                });
            }
        });
        Files.createDirectories(FOLDER);
        for (Map.Entry<String, Throwable> failure : failures.entrySet()) {
            Files.writeString(FOLDER.resolve(failure.getKey() + ".txt"), printed(failure.getValue()));
        }
        return failures;
    }

    private static LauncherDiscoveryRequest request(Class<?> seeds) {
        return LauncherDiscoveryRequestBuilder.request()
                .selectors(SeededFailures.in(seeds).stream()
                        .map(type -> selectClass(type))
                        .toList())
                .configurationParameter("junit.jupiter.execution.parallel.mode.default", "same_thread")
                .configurationParameter("junit.jupiter.execution.parallel.config.strategy", "fixed")
                .configurationParameter("junit.jupiter.execution.parallel.config.fixed.parallelism", "4")
                .configurationParameter(ConfigurationKeys.BUDGET_CORES, "16")
                .configurationParameter(ConfigurationKeys.BUDGET_MEMORY, "8000G")
                .build();
    }

    private static String nameOf(TestIdentifier test) {
        return test.getUniqueId().replaceAll(".*\\$Seed(\\d+)\\]", "$1").replaceAll("/\\[method:(\\w+).*", "-$1");
    }

    /** As JUnit and build tools print it. */
    private static String printed(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text, true));
        return text.toString();
    }
}
