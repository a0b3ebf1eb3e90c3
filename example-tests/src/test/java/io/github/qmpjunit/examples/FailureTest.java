package io.github.qmpjunit.examples;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.qmp.QmpEvents.JOB_STATUS_CHANGE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.github.qmpjunit.junit.ConfigurationKeys;
import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.qmp.QmpClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/** What a failure looks like: a test that fails is run, and must say what the README shows. */
class FailureTest {

    @QemuTest
    static class MirrorTest {

        @Test
        void mirrors_a_disk(QmpClient qmp) {
            qmp.execute("blockdev-add", Map.of("driver", "null-co", "node-name", "from"));
            qmp.execute("blockdev-add", Map.of("driver", "null-co", "node-name", "to"));
            qmp.execute(
                    "blockdev-mirror", Map.of("job-id", "mirror0", "device", "from", "target", "to", "sync", "top"));

            assertThat(qmp)
                    .awaitEvent(JOB_STATUS_CHANGE)
                    .withData("id", "mirror0")
                    .withData("status", "concluded");
        }
    }

    @Test
    void a_failure_says_what_the_README_shows(@TempDir Path dir) throws IOException {
        SummaryGeneratingListener summary = new SummaryGeneratingListener();
        LauncherFactory.create().execute(mirrorTest(dir), summary);

        assertThat(summary.getSummary().getFailures())
                .singleElement()
                .satisfies(failure ->
                        assertThat(brief(failure.getException().getMessage())).isEqualTo(brief(failureInReadme())));
        try (Stream<Path> files = Files.walk(dir)) {
            assertThat(files).anyMatch(file -> file.endsWith("index.html"));
        }
    }

    private static LauncherDiscoveryRequest mirrorTest(Path reports) {
        return LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(MirrorTest.class))
                .configurationParameter(ConfigurationKeys.REPORT_DIRECTORY, reports.toString())
                .build();
    }

    private static String failureInReadme() throws IOException {
        return Pattern.compile("```\n(Expecting .*?)\n```", Pattern.DOTALL)
                .matcher(Files.readString(Path.of("../README.md")))
                .results()
                .map(block -> block.group(1))
                .findFirst()
                .orElseThrow();
    }

    /** Leave out what differs from run to run. */
    private static String brief(String message) {
        return message.strip()
                .replaceAll("[\\d.]+ \\w+ before the wait", "N ms before the wait")
                .replaceAll("pid \\d+", "pid N")
                .replaceAll("(?m)^Report: file:///\\S+/mirrors_a_disk/index.html$", "Report: there");
    }
}
