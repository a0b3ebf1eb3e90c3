package io.github.qmpjunit.bench;

import io.github.qmpjunit.qemu.QemuMachine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The table, for a terminal and for the documents. */
final class Report {

    private static final List<String> HEAD = List.of("what", "figure", "floor", "ratio", "target", "verdict");

    private final List<Row> rows;
    private final long seconds;
    private final double loadBefore;

    Report(List<Row> rows, long seconds, double loadBefore) {
        this.rows = rows;
        this.seconds = seconds;
        this.loadBefore = loadBefore;
    }

    /** Return the table with its columns aligned, then the notes. */
    String text() {
        List<List<String>> lines = new ArrayList<>(List.of(HEAD));
        rows.forEach(row -> lines.add(cells(row)));
        StringBuilder text = new StringBuilder();
        for (List<String> line : lines) {
            for (int column = 0; column < line.size(); column++) {
                int place = column;
                int width = lines.stream()
                        .mapToInt(other -> other.get(place).length())
                        .max()
                        .orElse(1);
                text.append(("%-" + width + "s  ").formatted(line.get(column)));
            }
            text.append('\n');
        }
        rows.stream()
                .filter(row -> !row.note().isEmpty())
                .forEach(row -> text.append("\n%s: %s".formatted(row.what(), row.note())));
        return text.append("\n\n%s\nTaken in %s s.%n".formatted(machine(), seconds))
                .toString();
    }

    /** Return the table for the documents, with the machine on which it was taken. */
    String markdown() {
        StringBuilder text = new StringBuilder("""
                # What it costs

                Written by `scripts/measure/bench --write`. A ratio compares with the floor, the same work done bare: one thread, one socket, prepared
                bytes, no parsing beyond the end of a message; for a start: spawn, accept, handshake. Both are taken in the same run, in pairs.
                A figure is a median; a ratio is the median of the pairs' ratios, with the bounds of its middle half.

                Taken on %s in %s s. %s

                """.formatted(LocalDate.now(ZoneOffset.UTC), seconds, machine()));
        text.append(line(Stream.concat(HEAD.stream(), Stream.of("note")).toList()));
        text.append(line(Stream.generate(() -> "---").limit(HEAD.size() + 1L).toList()));
        rows.forEach(row -> text.append(
                line(Stream.concat(cells(row).stream(), Stream.of(row.note())).toList())));
        return text.toString();
    }

    private static List<String> cells(Row row) {
        return List.of(row.what(), row.figure(), row.floor(), row.ratio(), row.target(), row.verdict());
    }

    private static String line(List<String> cells) {
        return "| %s |\n".formatted(String.join(" | ", cells));
    }

    private String machine() {
        return String.format(
                Locale.ROOT,
                "%s, %s cores; %s %s; JDK %s (%s); QEMU %s; load average before it began: %.1f.",
                processor(),
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.name"),
                System.getProperty("os.version").replaceAll("[^0-9.].*", ""),
                System.getProperty("java.version"),
                System.getProperty("java.vendor"),
                qemuVersion(),
                loadBefore);
    }

    private static String processor() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(System.getProperty("os.arch"));
        } catch (IOException e) { // not Linux
            return System.getProperty("os.arch");
        }
    }

    private static String qemuVersion() {
        try (QemuMachine machine = QemuMachine.builder().start()) {
            return machine.qmp().greeting().version().toString();
        }
    }
}
