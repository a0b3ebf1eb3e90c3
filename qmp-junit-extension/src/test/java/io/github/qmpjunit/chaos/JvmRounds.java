package io.github.qmpjunit.chaos;

import io.github.qmpjunit.qemu.OtherUser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** Rounds in which a whole JVM suffers, and its machines have to go with it. */
final class JvmRounds {

    private static final Duration MOMENT = Duration.ofMinutes(1);

    private final Path root;
    private final Random random;
    private final VictimJvm victims;
    private final List<JvmBlow> blows;

    JvmRounds(Path root, Random random, VictimJvm victims, List<JvmBlow> blows) {
        this.blows = blows.stream()
                .filter(blow -> blow != JvmBlow.FEW_THREADS || OtherUser.isCounted())
                .toList();
        this.root = root;
        this.random = random;
        this.victims = victims;
    }

    void run(Tally tally) throws Exception {
        JvmBlow blow = blows.get(random.nextInt(blows.size()));
        // The one runs as another user, who sweeps nothing of ours; the other may not have the descriptors to sweep.
        boolean sweeps = blow != JvmBlow.FEW_THREADS && blow != JvmBlow.FEW_FDS;
        List<Path> before = sweeps ? Leftovers.directoriesOfJvms(root) : List.of();
        boolean early = random.nextInt(4) == 0;
        int delay = random.nextInt(early ? 900 : 400);
        Process jvm = victims.start(root, blow, blow.jvmOptions());
        List<String> found = new ArrayList<>();
        if (!early) {
            jvm.inputReader().readLine(); // it has a machine now, or has ended
            sweptAtLast(before).forEach(directory -> found.add("not swept by the next JVM: " + directory));
        }
        Thread.sleep(delay);
        boolean struck = jvm.isAlive();
        try {
            blow.strike(jvm, Leftovers.processes(root, jvm.pid()));
        } catch (IOException e) {
            // It has ended already, for want of memory or threads.
        }
        long blown = System.nanoTime();
        if (!jvm.waitFor(5, TimeUnit.MINUTES)) {
            found.add("the JVM does not end: " + victims.output());
            jvm.destroyForcibly().waitFor();
        }
        List<ProcessHandle> processes = Leftovers.after(MOMENT, () -> Leftovers.processes(root, jvm.pid()));
        Duration untilGone = Duration.ofNanos(System.nanoTime() - blown);
        if (!processes.isEmpty()) {
            found.add("processes " + Leftovers.describe(processes));
            processes.forEach(ProcessHandle::destroyForcibly);
        }
        if (jvm.exitValue() == Victim.SOMETHING_LEFT) {
            found.add("the JVM itself says: " + victims.output());
        }
        if (blow.cleansUp()) {
            Leftovers.directoriesOfJvm(root, jvm.pid()).forEach(directory -> found.add("directory " + directory));
        }
        tally.round(blow.title() + (early ? " (starting)" : ""), struck, untilGone, found);
    }

    /** See to it that the next JVM sweeps all that killed ones have left; those too that were killed before they could lock. */
    void end(Tally tally) throws Exception {
        List<String> found = new ArrayList<>();
        sweep();
        for (Path directory : Leftovers.directoriesOfJvms(root)) {
            if (Files.exists(directory.resolve("lock"))) {
                found.add("directory " + directory);
            } else {
                Files.setLastModifiedTime(directory, FileTime.fromMillis(0));
            }
        }
        sweep();
        Leftovers.directoriesOfJvms(root).forEach(directory -> found.add("directory " + directory));
        Leftovers.processes(root.toString()).forEach(process -> found.add("process " + process.pid()));
        tally.round("the end", true, Duration.ZERO, found);
    }

    private void sweep() throws Exception {
        Process jvm = victims.start(root, JvmBlow.EXIT, List.of());
        jvm.inputReader().readLine();
        jvm.getOutputStream().write('x');
        jvm.getOutputStream().flush();
        jvm.waitFor();
    }

    /** Return which of the directories of dead JVMs are still there; those without a lock may be, for a minute. */
    private static List<Path> sweptAtLast(List<Path> directories) {
        return directories.stream()
                .filter(directory -> Files.exists(directory.resolve("lock")))
                .toList();
    }
}
