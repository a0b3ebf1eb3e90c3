package io.github.qmpjunit.junit.report;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * What the page shows, secrets masked.
 *
 * @param span from the test's start to its failure
 * @param timeline all machines' entries
 * @param remarks what could not be taken, in sentences
 * @param source the test's code
 * @param failing the line of the test at which it failed, where that is known
 */
record ReportContent(
        Test test,
        List<Machine> machines,
        Span span,
        Timeline timeline,
        Map<String, String> versions,
        List<String> remarks,
        SourceCode source,
        Optional<StackTraceElement> failing) {

    /**
     * @param place the class and the method
     * @param className the class
     * @param waitingAt the stack of the waiting thread; empty where no time-out struck
     */
    record Test(
            String displayName,
            String place,
            String className,
            String phase,
            Failure failure,
            String waitingAt,
            Instant startedAt) {}

    /** What the test failed with. */
    record Failure(String type, String message, String stackTrace) {}

    /**
     * @param state the replies to what it was asked after the failure
     * @param running whether it ran then
     * @param runState the guest's state in a word, or empty
     * @param files the names of the files in its folder
     * @param screen the picture of its screen, where there is one
     */
    record Machine(
            MachineRecord taken,
            JsonNode state,
            boolean running,
            String runState,
            List<String> files,
            Optional<byte[]> screen) {}

    List<String> machineNames() {
        return machines.stream().map(machine -> machine.taken().name()).toList();
    }

    /** Return the frame to show of several: that of the test's class, or the innermost one. */
    Optional<StackTraceElement> frameOf(List<StackTraceElement> frames) {
        return ofTest(frames, test.className());
    }

    /** Return the frame of a test's class, or else the innermost one. */
    static Optional<StackTraceElement> ofTest(List<StackTraceElement> frames, String className) {
        return frames.stream()
                .filter(frame -> frame.getClassName().equals(className)
                        || frame.getClassName().startsWith(className + "$"))
                .findFirst()
                .or(() -> frames.stream().findFirst());
    }

    /** Return the time from the test's start to the last thing that is shown. */
    long spanNanos() {
        long end = failedNanos();
        for (Timeline.Row row : timeline.rows()) {
            end = Math.max(end, row.endNanos());
        }
        return end - originNanos();
    }

    long originNanos() {
        return span.originNanos();
    }

    long failedNanos() {
        return span.failedNanos();
    }

    long failedAfterNanos() {
        return span.nanos();
    }

    /** From the test's start to its failure, both in terms of {@link System#nanoTime()}. */
    record Span(long originNanos, long failedNanos) {

        long nanos() {
            return failedNanos - originNanos;
        }
    }
}
