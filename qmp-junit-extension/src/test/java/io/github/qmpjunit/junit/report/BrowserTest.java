package io.github.qmpjunit.junit.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.internal.CallSite;
import io.github.qmpjunit.internal.Journal;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pages in a real Chromium, where there is one: their policy lets their own script run, and it finds its way. */
class BrowserTest {

    private static final List<String> NAMES = List.of("chromium", "chromium-browser", "google-chrome");

    @TempDir
    Path dir;

    private static Optional<Path> chromium() {
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
                .filter(folder -> !folder.isEmpty())
                .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Return the page as it is after its script has run. */
    private String rendered(Path page) throws Exception {
        Path program = chromium().orElse(null);
        Assumptions.assumeTrue(program != null, "there is no Chromium on the PATH");
        Path dom = dir.resolve("dom.html");
        ProcessBuilder browser = new ProcessBuilder(
                String.valueOf(program),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--window-size=1600,1000",
                "--user-data-dir=" + dir.resolve("profile"),
                "--dump-dom",
                page.toUri().toString());
        browser.environment().put("HOME", dir.toString());
        Process process = browser.redirectOutput(dom.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        boolean ended = process.waitFor(120, TimeUnit.SECONDS);
        if (!ended) {
            Stream.concat(process.descendants(), Stream.of(process.toHandle())).forEach(ProcessHandle::destroyForcibly);
            process.waitFor(10, TimeUnit.SECONDS);
        }
        Assumptions.assumeTrue(ended && process.exitValue() == 0, "Chromium does not run here");
        return Files.readString(dom);
    }

    @Test
    void the_page_of_a_failed_test_becomes_comfortable() throws Exception {
        Journal.Step step = new Journal.Step(
                Journal.Kind.AWAIT,
                "<img src=x onerror=alert(1)>",
                System.nanoTime(),
                System.nanoTime(),
                Journal.Outcome.FAILED,
                "all of it",
                CallSite.UNKNOWN,
                new Object());
        ReportedTest test = new ReportedTest(
                new ReportedTest.Names("<script>alert(1)</script>", BrowserTest.class.getName(), "works"),
                "the test",
                new AssertionError("no luck"),
                Instant.now().minusSeconds(1),
                List.of(),
                List.of(step));

        String page = rendered(FailureReport.write(dir.resolve("report"), test, List.of()));

        assertThat(page)
                .contains("<html lang=\"en\" class=\"js\">")
                .containsPattern("class=\"row marker failure selected\"")
                .contains("<h3>The test, BrowserTest.java:") // beside the row
                .contains("<h1>&lt;script&gt;alert(1)&lt;/script&gt;</h1>")
                .contains("&lt;img src=x onerror=alert(1)&gt;");
    }

    @Test
    void the_table_of_a_run_can_be_sorted() throws Exception {
        RunFolder folder = new RunFolder(dir.resolve("run"), RunId.current(), "");
        RunPage.add(folder, new RunTest("id", "<b>name", RunTest.Outcome.FAILED, "why", "", 1, 2, 3, 4, 5, List.of()));
        RunPage.write(folder, false);

        assertThat(rendered(dir.resolve("run/index.html")))
                .contains("class=\"js\"")
                .contains("<th scope=\"col\" data-sort=\"outcome\"><button type=\"button\">outcome</button></th>")
                .contains("&lt;b&gt;name");
    }
}
