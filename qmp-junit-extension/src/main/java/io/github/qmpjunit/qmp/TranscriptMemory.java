package io.github.qmpjunit.qmp;

import io.github.qmpjunit.internal.CallSite;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * The last lines of a transcript. A message's tree can be changed by its users, so it is copied; the copy is the cost of a line. Guarded by
 * the transcript's lock.
 */
final class TranscriptMemory {

    static final int MOST_LINES = 5_000;

    /** For all lines together: about ten MiB. A reply to query-qmp-schema takes about a quarter. */
    static final int MOST_VALUES = 200_000;

    private static final int CHARACTERS_LIKE_A_VALUE = 50;

    private final Deque<Kept> kept = new ArrayDeque<>();
    private long values;
    private long dropped;

    private record Kept(long nanoTime, JsonNode line, CallSite caller, long values) {}

    void add(long nanoTime, JsonNode line, CallSite caller) {
        Kept last = new Kept(nanoTime, line.deepCopy(), caller, valuesIn(line));
        kept.addLast(last);
        values += last.values();
        while (kept.size() > MOST_LINES || (values > MOST_VALUES && kept.size() > 1)) {
            values -= kept.removeFirst().values();
            dropped++;
        }
    }

    /** A message is at most {@link QmpLimits#nesting} deep. */
    private static long valuesIn(JsonNode tree) {
        if (tree.isString()) {
            return 1L + tree.asString().length() / CHARACTERS_LIKE_A_VALUE;
        }
        long count = 1;
        for (JsonNode inner : tree) {
            count += valuesIn(inner);
        }
        return count;
    }

    List<QmpTranscriptLine> lines() {
        return kept.stream()
                .map(kept -> new QmpTranscriptLine(
                        kept.nanoTime(),
                        kept.line(),
                        kept.caller().frames(),
                        kept.caller().through()))
                .toList();
    }

    long dropped() {
        return dropped;
    }
}
