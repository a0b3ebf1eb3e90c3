package io.github.qmpjunit.chaos;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Runs the rounds and prints the numbers. Its temporary folder must be its own; {@code scripts/chaos} sees to that. */
public final class Chaos {

    /** Held, or its level would be forgotten with it. */
    private static final Logger LIBRARY = Logger.getLogger("io.github.qmpjunit");

    private Chaos() {}

    /** QEMUs that are ended by force are not worth a line here. */
    static void silence() {
        LIBRARY.setLevel(Level.OFF);
    }

    /**
     * Run.
     *
     * @param args the number of rounds, and the seed
     */
    public static void main(String[] args) throws Exception {
        int rounds = Integer.parseInt(args[0]);
        long seed = Long.parseLong(args[1]);
        silence();
        Path root = Path.of(System.getProperty("java.io.tmpdir"));
        Random random = new Random(seed);
        Tally tally = new Tally();
        long begun = System.nanoTime();
        System.out.println("chaos: %s rounds, seed %s".formatted(rounds, seed));
        QemuRounds qemus = new QemuRounds(root, random);
        JvmRounds jvms = new JvmRounds(root, random);
        for (int round = 1; round <= rounds; round++) {
            if (random.nextInt(5) < 3) {
                qemus.run(tally);
            } else {
                jvms.run(tally);
            }
            if (round % 25 == 0) {
                System.out.println("%s rounds".formatted(round));
            }
        }
        jvms.end(tally);
        System.out.print(tally.table());
        System.out.println("%s rounds in %s s: %s"
                .formatted(
                        rounds,
                        Duration.ofNanos(System.nanoTime() - begun).toSeconds(),
                        tally.isClean() ? "nothing left over" : "something was left over, see above"));
        System.exit(tally.isClean() ? 0 : 1);
    }
}
