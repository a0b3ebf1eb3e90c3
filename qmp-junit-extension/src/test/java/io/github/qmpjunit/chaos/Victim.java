package io.github.qmpjunit.chaos;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A JVM with tests that run one after the other, two at a time, until something happens to it. */
@SuppressWarnings("StaticAssignmentOfThrowable") // kept to be told at the end
final class Victim {

    static final int SOMETHING_LEFT = 9;

    private static final int TESTS_AT_A_TIME = 2;
    private static final Duration MOMENT = Duration.ofMinutes(1);

    private static volatile boolean over;
    private static volatile @Nullable Throwable raw;

    private Victim() {}

    public static void main(String[] args) throws Exception {
        JvmBlow blow = JvmBlow.valueOf(args[0].toUpperCase(Locale.ROOT));
        Chaos.silence();
        List<Thread> tests = new ArrayList<>();
        for (int i = 0; i < TESTS_AT_A_TIME; i++) {
            Thread test = new Thread(Victim::runTests, "tests");
            tests.add(test);
            test.start();
        }
        if (System.in.read() < 0) {
            Runtime.getRuntime().halt(1); // whoever plays with us is gone
        }
        switch (blow) {
            case EXIT -> System.exit(3);
            case HALT -> Runtime.getRuntime().halt(3);
            case OUT_OF_MEMORY, OUT_OF_MEMORY_EXIT -> takeAllMemory();
            default -> {}
        }
        over = true;
        for (Thread test : tests) {
            test.join();
        }
        if (raw != null && (blow == JvmBlow.FEW_THREADS || blow == JvmBlow.FEW_FDS)) {
            System.err.println("thrown raw: " + raw + " at " + List.of(raw.getStackTrace()));
            System.exit(SOMETHING_LEFT);
        }
        new Life(true).run(); // what could not be removed while there was no memory goes with the next machine
        lookAround();
    }

    private static void runTests() {
        boolean told = false;
        while (!over) {
            try {
                Life life = new Life(true);
                if (!told) {
                    told = true;
                    Thread teller = new Thread(() -> tellOf(life), "teller");
                    teller.setDaemon(true);
                    teller.start();
                }
                life.run();
                life.unexpected().ifPresent(e -> raw = e);
            } catch (OutOfMemoryError e) {
                // A test of a real test run would fail; the next one runs.
            }
        }
    }

    private static void tellOf(Life life) {
        try {
            while (life.phase() == Life.Phase.START) {
                Thread.sleep(1);
            }
            System.out.println("ready");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** For a while there is no memory but what others give back. */
    private static void takeAllMemory() {
        long end = System.nanoTime() + Duration.ofMillis(1500).toNanos();
        List<byte[]> hoard = new ArrayList<>();
        while (System.nanoTime() < end) {
            for (int size = 1 << 20; size > 64; size /= 2) {
                addIfThereIsRoom(hoard, size);
            }
            if (hoard.size() > 2000) {
                hoard.clear();
            }
        }
    }

    private static void addIfThereIsRoom(List<byte[]> hoard, int size) {
        try {
            hoard.add(new byte[size]);
        } catch (OutOfMemoryError e) {
            // A smaller one may still fit.
        }
    }

    private static void lookAround() throws InterruptedException {
        Path root = Path.of(System.getProperty("java.io.tmpdir"));
        long own = ProcessHandle.current().pid();
        List<ProcessHandle> processes = Leftovers.after(MOMENT, () -> Leftovers.processes(root, own));
        List<Path> directories = Leftovers.after(MOMENT, () -> Leftovers.directoriesOfMachines(root));
        if (!processes.isEmpty() || !directories.isEmpty()) {
            System.err.println("left over: " + Leftovers.describe(processes) + " " + directories);
            System.exit(SOMETHING_LEFT);
        }
    }
}
