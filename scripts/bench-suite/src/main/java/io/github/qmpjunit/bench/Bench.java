package io.github.qmpjunit.bench;

import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs the measurements and prints the table. */
public final class Bench {

    private static final List<Measurement> ALL = List.of(
            new RoundTrips(),
            new Lives(),
            new WholeLives(),
            new ColdStart(),
            new Events(),
            new WakeUps(),
            new Memory(),
            new SideBySide(),
            new Rewinds());

    private Bench() {}

    /**
     * Measure.
     *
     * @param arguments {@code --write FILE} to write the table to a file too, and names of measurements; all, if none is named
     * @throws Exception if something cannot be measured
     */
    public static void main(String[] arguments) throws Exception {
        List<String> wanted = new ArrayList<>(Arrays.asList(arguments));
        Path target = targetIn(wanted);
        for (String name : wanted) {
            if (ALL.stream().noneMatch(measurement -> measurement.name().equals(name))) {
                throw new IllegalArgumentException("There is no measurement \"%s\"; there are %s"
                        .formatted(name, ALL.stream().map(Measurement::name).toList()));
            }
        }
        double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        long begin = System.nanoTime();
        List<Row> rows = new ArrayList<>();
        for (Measurement measurement : ALL) {
            if (wanted.isEmpty() || wanted.contains(measurement.name())) {
                System.err.println("measuring " + measurement.name());
                rows.addAll(measurement.measure());
            }
        }
        Report report = new Report(rows, (System.nanoTime() - begin) / 1_000_000_000, load);
        System.out.print(report.text());
        if (target != null) {
            Files.writeString(target, report.markdown());
        }
    }

    private static @Nullable Path targetIn(List<String> arguments) {
        int place = arguments.indexOf("--write");
        if (place < 0) {
            return null;
        }
        arguments.remove(place);
        return Path.of(arguments.remove(place));
    }
}
