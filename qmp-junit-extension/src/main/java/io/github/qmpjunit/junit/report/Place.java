package io.github.qmpjunit.junit.report;

import io.github.qmpjunit.internal.CallSite;
import io.github.qmpjunit.qmp.QmpTranscriptLine;
import java.util.List;

/**
 * Where something on the page comes from.
 *
 * @param frames the frames of the test's own code, the innermost first; empty where they are not known, or there are none
 * @param through the method of ours that it has called; empty where it is not known
 */
record Place(List<StackTraceElement> frames, String through) {

    static final Place UNKNOWN = new Place(List.of(), "");

    /** What executes just what the test says. */
    private static final List<String> DIRECT = List.of("QmpClient.", "CommandAssert.", "AbstractQmpAssert.executing");

    static Place of(QmpTranscriptLine line) {
        return line.calledMethod().isEmpty() && line.caller().isEmpty()
                ? UNKNOWN
                : new Place(line.caller(), line.calledMethod());
    }

    static Place of(CallSite site) {
        return site == CallSite.UNKNOWN ? UNKNOWN : new Place(site.frames(), site.through());
    }

    boolean isKnown() {
        return !frames.isEmpty() || !through.isEmpty();
    }

    /** Return whether a command is one of the harness's own: no line of the test says it. */
    boolean isOfTheHarness() {
        return !through.isEmpty() && (frames.isEmpty() || DIRECT.stream().noneMatch(through::startsWith));
    }

    /** Return whether the test has expected whatever came of it. */
    boolean isExpectant() {
        return through.startsWith("CommandAssert.");
    }
}
