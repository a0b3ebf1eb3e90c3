package io.github.qmpjunit.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A folder for a measurement's sockets, with a short name. It goes with the JVM at the latest: JMH closes nothing after a failure. */
final class Scratch implements AutoCloseable {

    private final Path folder;

    Scratch() throws IOException {
        folder = Files.createTempDirectory("qmp-bench-");
        Runtime.getRuntime().addShutdownHook(new Thread(this::closeAtLast, "bench-scratch"));
    }

    @SuppressWarnings("CatchAndPrintStackTrace") // in a shutdown hook, nobody else can be told
    private void closeAtLast() {
        try {
            close();
        } catch (IOException e) {
            e.printStackTrace();
        }
    }

    Path folder() {
        return folder;
    }

    @Override
    public void close() throws IOException {
        if (Files.notExists(folder)) {
            return;
        }
        List<Path> content;
        try (Stream<Path> tree = Files.walk(folder)) {
            content = tree.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : content) {
            Files.deleteIfExists(path);
        }
    }
}
