package io.github.qmpjunit.bench;

import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** From the start of a JVM to the body of its first test, and what it is spent on. */
final class ColdStart implements Measurement {

    private static final int ROUNDS = 15;
    private static final double TARGET = 400;

    @Override
    public String name() {
        return "cold";
    }

    @Override
    public List<Row> measure() throws Exception {
        Map<String, List<Double>> millis = new HashMap<>();
        try (Scratch scratch = new Scratch()) {
            List<String> commandLine = BareQemu.commandLine(scratch.folder());
            for (int round = 0; round < ROUNDS; round++) {
                runInNewJvm("plain").forEach((what, value) -> keep(millis, "plain " + what, value));
                runInNewJvm("qemu").forEach((what, value) -> keep(millis, "qemu " + what, value));
                runInNewJvm("shares").forEach((what, value) -> keep(millis, what, value));
                long begin = System.nanoTime();
                BareQemu.start(commandLine, scratch.folder()).close();
                keep(millis, "bare", (System.nanoTime() - begin) / 1e6);
            }
        }
        double jvm = median(millis, "plain main");
        double junit = median(millis, "plain test") - jvm;
        double qemu = median(millis, "bare");
        double whole = median(millis, "qemu test");
        double ours = whole - jvm - junit - qemu;
        double natives = median(millis, "natives");
        double jackson = median(millis, "jackson");
        return List.of(
                Row.shown(
                        "cold: JVM's start to the first test's body",
                        ms(whole),
                        "the JVM itself %s, JUnit %s, QEMU's life %s, ours %s"
                                .formatted(ms(jvm), ms(junit), ms(qemu), ms(ours))),
                Row.judged(
                        "cold: ours beyond QEMU's and JUnit's",
                        ms(ours),
                        "at most " + ms(TARGET),
                        ours <= TARGET,
                        "junixsocket's natives %s, Jackson's first tree %s, the rest %s. %s"
                                .formatted(ms(natives), ms(jackson), ms(ours - natives - jackson), Notes.COLD)));
    }

    private static void keep(Map<String, List<Double>> millis, String what, double value) {
        millis.computeIfAbsent(what, key -> new ArrayList<>()).add(value);
    }

    private static double median(Map<String, List<Double>> millis, String what) {
        return Pairs.quantile(millis.getOrDefault(what, List.of()), 0.5);
    }

    private static String ms(double value) {
        return String.format(Locale.ROOT, "%.0f ms", value);
    }

    /** Return what the new JVM tells, in milliseconds. */
    private static Map<String, Double> runInNewJvm(String mode) throws IOException, InterruptedException {
        Instant begin = Instant.now();
        String told = NewJvm.run(List.of(), ColdRun.class, mode);
        Map<String, Double> millis = new HashMap<>();
        for (String line : told.lines().toList()) {
            String[] words = line.split(" ", 2);
            boolean isPoint = words[1].contains("T");
            double value = isPoint
                    ? begin.until(Instant.parse(words[1]), ChronoUnit.MICROS) / 1e3
                    : Double.parseDouble(words[1]);
            millis.put(words[0], value);
        }
        return millis;
    }
}
