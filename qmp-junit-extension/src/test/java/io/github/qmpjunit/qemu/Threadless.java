package io.github.qmpjunit.qemu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

/** Starts and stops machines while the system makes no further thread for this JVM, and prints what comes of it. */
final class Threadless {

    private Threadless() {}

    /** With "first", no machine has been started before the threads are gone; else one has, and is stopped without any. */
    public static void main(String[] args) throws Exception {
        boolean first = args[0].equals("first");
        QemuMachine survivor = null;
        List<String> before = List.of();
        if (!first) {
            QemuMachine.builder().start().close();
            before = Descriptors.ofSocketsAndPipes(); // some are made once
            survivor = QemuMachine.builder().start();
        }
        CountDownLatch go = new CountDownLatch(1);
        List<String> outcomes = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            threads.add(new Thread(() -> {
                try {
                    go.await();
                    QemuMachine.builder().start().close();
                    note(outcomes, "started");
                } catch (Throwable e) {
                    note(
                            outcomes,
                            e.getClass().getSimpleName() + ": "
                                    + String.valueOf(e.getMessage())
                                            .lines()
                                            .findFirst()
                                            .orElse(""));
                }
            }));
        }
        threads.forEach(Thread::start);
        say("ready");
        System.in.read(); // the limit is set now
        go.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        synchronized (outcomes) {
            outcomes.forEach(Threadless::say);
        }
        if (survivor != null) {
            QemuMachine closing = survivor;
            print(() -> {
                closing.close();
                return "closed";
            });
        }
        List<String> after = Descriptors.ofSocketsAndPipes();
        after.removeAll(before);
        say("more descriptors " + after);
        say("machines " + machines());
        say("done");
        System.in.read(); // the limit is lifted now
        print(() -> {
            QemuMachine.builder().start().close();
            return "started again";
        });
        System.exit(0);
    }

    private static void say(String line) {
        System.out.println("> " + line);
    }

    private static void note(List<String> outcomes, String outcome) {
        synchronized (outcomes) {
            outcomes.add(outcome);
        }
    }

    private static void print(Callable<String> action) {
        try {
            say(action.call());
        } catch (Throwable e) {
            say(e.toString());
        }
    }

    private static List<String> machines() throws IOException {
        try (Stream<Path> tree = Files.walk(Path.of(System.getProperty("java.io.tmpdir")), 3)) {
            return tree.filter(path -> path.getFileName().toString().matches("\\d+"))
                    .map(Path::toString)
                    .toList();
        }
    }
}
