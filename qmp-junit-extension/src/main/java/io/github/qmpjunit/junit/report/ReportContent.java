package io.github.qmpjunit.junit.report;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * What the page shows, secrets masked.
 *
 * @param span from the test's start to its failure
 * @param timeline all machines' entries
 * @param remarks what could not be taken, in sentences
 */
record ReportContent(
        Test test,
        List<Machine> machines,
        Span span,
        Timeline timeline,
        Map<String, String> versions,
        List<String> remarks) {

    /**
     * @param place the class and the method
     * @param waitingAt the stack of the waiting thread; empty where no time-out struck
     */
    record Test(String displayName, String place, String phase, Failure failure, String waitingAt, Instant startedAt) {}

    /** What the test failed with. */
    record Failure(String type, String message, String stackTrace) {}

    /**
     * @param state the replies to what it was asked after the failure
     * @param running whether it ran then
     * @param runState the guest's state in a word, or empty
     * @param files the names of the files in its folder
     */
    record Machine(MachineRecord taken, JsonNode state, boolean running, String runState, List<String> files) {}

    /** From the test's start to its failure, both in terms of {@link System#nanoTime()}. */
    record Span(long originNanos, long failedNanos) {

        long nanos() {
            return failedNanos - originNanos;
        }
    }
}
