package io.github.qmpjunit.junit.report;

import io.github.qmpjunit.internal.Journal;
import java.time.Instant;
import java.util.List;
import org.apiguardian.api.API;

/**
 * The test that a report is about.
 *
 * @param names what it is called
 * @param phase where it failed, in words that follow "failed in", or empty if it has passed: {@code test}, {@code @BeforeEach}, {@code start of machine "vm"}
 * @param failure what it failed with
 * @param startedAt when it began; the report's times count from here
 * @param waitingAt where its thread was when a time-out struck, the innermost frame first; empty where none did
 * @param steps what it has waited for
 */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public record ReportedTest(
        Names names,
        String phase,
        Throwable failure,
        Instant startedAt,
        List<StackTraceElement> waitingAt,
        List<Journal.Step> steps) {

    /**
     * What a test is called.
     *
     * @param shown the name under which JUnit shows it
     * @param type the class's name, with its package
     * @param method the method's name; empty where it is a class that failed
     */
    public record Names(String shown, String type, String method) {

        String place() {
            return method.isEmpty() ? type : type + "." + method;
        }
    }

    /**
     * Create a description of a test.
     *
     * @param names what it is called
     * @param phase where it failed, in words that follow "failed in"; empty if it has passed
     * @param failure what it failed with
     * @param startedAt when it began
     * @param waitingAt where its thread was when a time-out struck; empty where none did
     * @param steps what it has waited for
     */
    public ReportedTest {
        waitingAt = List.copyOf(waitingAt);
        steps = List.copyOf(steps);
    }
}
