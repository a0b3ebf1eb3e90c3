package io.github.qmpjunit.chaos;

import io.github.qmpjunit.qemu.OtherUser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Rounds in a shared temp folder in which another user has taken our names: JVMs start, die and sweep there all the same. */
final class PlantedRounds {

    private static final int PATIENCE_SECONDS = 300;

    /** What the other user plants, given the name of our home, the shared folder, and a folder of ours that he would like us to empty. */
    private static final List<String> PLANTS = List.of(
            "umask 077; mkdir -p %1$s/1-left; touch %1$s/1-left/lock",
            "mkdir -p %1$s/1-left; mkfifo %1$s/1-left/lock; chmod -R 777 %1$s",
            "mkfifo %1$s",
            "ln -s %3$s %1$s",
            "mkdir %2$s/qmp-junit-1-left; mkfifo %2$s/qmp-junit-1-left/lock; ln -s %3$s %1$s-a; mkfifo %1$s-b",
            "mkdir %1$s-c; ln -s %3$s %1$s-c/1-left; touch %1$s");

    private final Path root;
    private final Random random;
    private final VictimJvm victims;
    private int number;

    PlantedRounds(Path root, Random random, VictimJvm victims) throws IOException {
        this.root = root;
        this.random = random;
        this.victims = victims;
        Files.setAttribute(root, "unix:mode", 0711); // so that the other user gets to the shared folder
    }

    void run(Tally tally) throws Exception {
        Path shared = Files.createDirectory(root.resolve("p" + ++number));
        OtherUser.letIn(shared);
        Path precious = Files.createDirectories(root.resolve("o" + number + "/1-left/precious"));
        Files.createFile(precious.resolveSibling("lock"));
        Path home = shared.resolve("qmp-junit-" + Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
        OtherUser.run(PLANTS.get(random.nextInt(PLANTS.size()))
                .formatted(home, shared, precious.getParent().getParent()));
        List<String> planted = tree(shared);
        List<String> found = new ArrayList<>();

        live(shared, JvmBlow.KILL, found); // leaves its directory, and the next one sweeps it
        live(shared, JvmBlow.EXIT, found);

        if (!Files.exists(precious)) {
            found.add("a folder of ours was emptied");
        }
        List<String> left = tree(shared);
        if (!left.equals(planted)) {
            found.add("planted was %s, but then there was %s".formatted(planted, left));
        }
        tally.round("planted by another user", true, Duration.ZERO, found);
    }

    private void live(Path shared, JvmBlow blow, List<String> found) throws Exception {
        Process jvm = victims.start(shared, blow, List.of());
        if (!"ready".equals(jvm.inputReader().readLine())) {
            found.add("no machine starts: " + victims.output());
        }
        blow.strike(jvm, List.of());
        if (!jvm.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            found.add("the JVM does not end");
            jvm.destroyForcibly().waitFor();
        }
    }

    private static List<String> tree(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.map(Path::toString)
                    .filter(path -> !path.contains("hsperfdata"))
                    .sorted()
                    .toList();
        }
    }
}
