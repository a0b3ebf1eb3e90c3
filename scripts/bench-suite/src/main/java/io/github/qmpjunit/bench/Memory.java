package io.github.qmpjunit.bench;

import java.util.List;
import java.util.Locale;

/** What clients hold in memory, and whether they go on to hold more. */
final class Memory implements Measurement {

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public List<Row> measure() throws Exception {
        List<String> told = NewJvm.run(List.of("-XX:+UseSerialGC", "-Xmx512m"), MemoryRun.class)
                .lines()
                .toList();
        long perClient = Long.parseLong(told.get(0));
        long perSocket = Long.parseLong(told.get(1));
        long growth = Long.parseLong(told.get(2));
        return List.of(
                Row.shown(
                        "memory per idle client",
                        String.format(Locale.ROOT, "%.0f kB of heap, 1 thread", perClient / 1e3),
                        String.format(
                                Locale.ROOT,
                                "both ends; the sockets alone, without a client, hold %.0f kB",
                                perSocket / 1e3)),
                Row.judged(
                        "growth over 1 M events with bounded history",
                        String.format(Locale.ROOT, "%.0f kB", growth / 1e3),
                        "none",
                        growth < 100_000,
                        "the heap after 1 M events less that after 100 k, both collected; less than 100 kB counts as none"));
    }
}
