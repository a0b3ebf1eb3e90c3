package io.github.qmpjunit.bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/** A flood of events, by JMH: forks take turns, so that each round compares what ran within a minute. */
final class Events implements Measurement {

    private static final int ROUNDS = 3;
    private static final String EVENT =
            "{\"timestamp\": {\"seconds\": 1795300000, \"microseconds\": 123456}, \"event\": \"JOB_STATUS_CHANGE\", \"data\": {\"status\": \"running\", \"id\": \"job0\"}}\r\n";

    /** Return so many events as they are sent. */
    static ByteBuffer block(int events) {
        byte[] bytes = EVENT.repeat(events).getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }

    @Override
    public String name() {
        return "events";
    }

    @Override
    public List<Row> measure() throws Exception {
        Map<String, Pairs> byListeners = new HashMap<>();
        for (int round = 0; round < ROUNDS; round++) {
            Map<String, Double> rates = new HashMap<>();
            for (RunResult result : new Runner(new OptionsBuilder()
                            .include(EventFlood.class.getName())
                            .verbosity(VerboseMode.SILENT)
                            .shouldFailOnError(true)
                            .jvmArgsAppend("-Djmh.ignoreLock=true")
                            .build())
                    .run()) {
                rates.put(
                        result.getParams().getParam("receiver"),
                        result.getPrimaryResult().getScore());
            }
            double bare = rates.getOrDefault(EventFlood.BARE, Double.NaN);
            rates.forEach((receiver, rate) ->
                    byListeners.computeIfAbsent(receiver, key -> new Pairs()).add(rate, bare));
        }
        Pairs one = byListeners.getOrDefault("1", new Pairs());
        Pairs hundred = byListeners.getOrDefault("100", new Pairs());
        double perListener = (1e9 / hundred.ours() - 1e9 / one.ours()) / 99;
        List<Row> rows = new ArrayList<>();
        rows.add(Row.rate(
                "events through parse, route and 1 listener",
                one,
                Row.Unit.PER_SECOND,
                0.70,
                "the floor is bare Jackson, reading trees from the same kind of socket"));
        rows.add(Row.shown(
                "the same with 10 listeners", byListeners.getOrDefault("10", new Pairs()), Row.Unit.PER_SECOND, ""));
        rows.add(Row.shown(
                "the same with 100 listeners",
                hundred,
                Row.Unit.PER_SECOND,
                String.format(Locale.ROOT, "each further listener costs %.0f ns per event", perListener)));
        return rows;
    }
}
