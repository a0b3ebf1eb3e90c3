package io.github.qmpjunit.chaos;

import io.github.qmpjunit.qemu.OtherUser;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Runs the rounds and prints the numbers. Its temporary folder must be its own; {@code scripts/check/chaos} sees to that. */
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
     * @param args the number of rounds, the seed, and perhaps {@code strain}: only rounds with few descriptors, without threads, and with
     *     another user, in turn
     */
    public static void main(String[] args) throws Exception {
        int rounds = Integer.parseInt(args[0]);
        long seed = Long.parseLong(args[1]);
        boolean strain = args.length > 2 && args[2].equals("strain");
        silence();
        Path root = Path.of(System.getProperty("java.io.tmpdir"));
        Random random = new Random(seed);
        Tally tally = new Tally();
        long begun = System.nanoTime();
        System.out.println("chaos: %s rounds, seed %s".formatted(rounds, seed));
        QemuRounds qemus = new QemuRounds(root, random);
        List<JvmBlow> blows = strain ? List.of(JvmBlow.FEW_FDS, JvmBlow.FEW_THREADS) : List.of(JvmBlow.values());
        VictimJvm victims = new VictimJvm(root, random);
        JvmRounds jvms = new JvmRounds(root, random, victims, blows);
        PlantedRounds planted = OtherUser.isPossible() ? new PlantedRounds(root, random, victims) : null;
        if (planted == null) {
            System.out.println("without rounds of another user, whom only root can be (through setpriv)");
        }
        for (int round = 1; round <= rounds; round++) {
            int kind = strain ? 6 + round % 4 : random.nextInt(10);
            if (kind < 6) {
                qemus.run(tally);
            } else if (kind < 9 || planted == null) {
                jvms.run(tally);
            } else {
                planted.run(tally);
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
