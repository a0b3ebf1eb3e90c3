package io.github.qmpjunit.qemu;

import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;

/** Starts and stops machines while this JVM has hardly any descriptors, and prints what comes of it. */
final class Descriptorless {

    private Descriptorless() {}

    /**
     * Run.
     *
     * @param args "first": no machine has been started before; "later": one has been started, and lives on. Then how many descriptors
     *     are free, from where to where, each of them a round. A "nested" one has folders of a user in its directory when it is closed
     *     without any
     */
    public static void main(String[] args) throws Exception {
        if (Descriptorless.class.getResource("/no/such/resource") != null) { // opens all the jars
            throw new AssertionError("there is no such resource");
        }
        QemuMachine survivor = null;
        List<String> before = List.of();
        if (!args[0].equals("first")) {
            start();
            before = Descriptors.ofSocketsAndPipes(); // some are made once
            survivor = QemuMachine.builder().start();
        }
        if (survivor != null && args[0].equals("nested")) {
            Files.createFile(
                    Files.createDirectories(survivor.directory().resolve("a/b")).resolve("file"));
        }
        List<String> said = new ArrayList<>();
        for (int free = Integer.parseInt(args[1]); free <= Integer.parseInt(args[2]); free++) {
            Deque<FileInputStream> hoard = takeAll();
            for (int i = 0; i < free; i++) {
                hoard.removeLast().close();
            }
            String outcome = start();
            if (survivor != null) {
                survivor.qmp().execute("query-status");
            }
            while (!hoard.isEmpty()) {
                hoard.removeLast().close();
            }
            said.add("%s free: %s, machines %s".formatted(free, outcome, machines()));
        }
        Deque<FileInputStream> hoard = takeAll();
        if (survivor != null) {
            survivor.close();
        }
        while (!hoard.isEmpty()) {
            hoard.removeLast().close();
        }
        said.add("closed, machines " + machines());
        if (survivor != null) {
            List<String> after = Descriptors.ofSocketsAndPipes();
            after.removeAll(before);
            said.add("more descriptors " + after);
        }
        said.add("at last: %s, machines %s".formatted(start(), machines()));
        said.forEach(System.out::println);
        System.exit(0);
    }

    private static String start() {
        try {
            QemuMachine.builder().start().close();
            return "started";
        } catch (Throwable e) {
            return e.getClass().getSimpleName() + ": "
                    + String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        }
    }

    private static Deque<FileInputStream> takeAll() throws IOException {
        Deque<FileInputStream> hoard = new ArrayDeque<>();
        while (true) {
            try {
                hoard.add(new FileInputStream("/dev/null"));
            } catch (FileNotFoundException e) {
                return hoard;
            }
        }
    }

    private static long machines() throws IOException {
        try (Stream<Path> tree = Files.walk(Path.of(System.getProperty("java.io.tmpdir")), 3)) {
            return tree.filter(path -> path.getFileName().toString().matches("\\d+"))
                    .count();
        }
    }
}
