package io.github.qmpjunit.chaos;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

/** Rounds in which a QEMU suffers, and this JVM has to come out of it as it went in. */
final class QemuRounds {

    private static final Duration LIFE = Duration.ofMinutes(5);
    private static final Duration MOMENT = Duration.ofMinutes(1);
    private static final long OWN_PID = ProcessHandle.current().pid();
    private static final List<QemuBlow> BLOWS = List.of(QemuBlow.values());
    private static final List<Life.Phase> MOMENTS = Stream.of(Life.Phase.values())
            .filter(phase -> phase != Life.Phase.OVER)
            .toList();

    private final Path root;
    private final Random random;
    private final Set<Thread> threads;
    private Set<String> fds;

    /** Live a few lives in peace first: what stays after them belongs to the JVM and to the library's one-time things. */
    QemuRounds(Path root, Random random) throws InterruptedException {
        this.root = root;
        this.random = random;
        for (int i = 0; i < 3; i++) {
            Life life = new Life(true);
            Thread worker = new Thread(life);
            worker.start();
            worker.join();
            life.unexpected().ifPresent(e -> {
                throw new IllegalStateException("Even without any chaos it does not work", e);
            });
        }
        Leftovers.after(
                MOMENT,
                () -> Leftovers.threadsBeside(Set.of()).stream()
                        .filter(name -> name.startsWith("qmp-") && !name.equals("qmp-junit-process-keeper"))
                        .toList());
        threads = Thread.getAllStackTraces().keySet();
        fds = Set.copyOf(Leftovers.fds());
    }

    void run(Tally tally) throws IOException, InterruptedException {
        QemuBlow blow = BLOWS.get(random.nextInt(BLOWS.size()));
        Life life = new Life(random.nextBoolean());
        blow.prepare(life, root, random);
        Life.Phase moment = MOMENTS.get(random.nextInt(MOMENTS.size()));
        int delay = random.nextInt(moment == Life.Phase.START ? 60 : moment == Life.Phase.STOP ? 8 : 20);
        Thread worker = new Thread(life, "test");
        List<Thread> spinners = blow == QemuBlow.LITTLE_CPU ? spinners(worker) : List.of();
        worker.start();
        spinners.forEach(Thread::start);

        List<ProcessHandle> qemus = List.of();
        if (!blow.isSlow()) {
            if (moment != Life.Phase.START) {
                qemus = ownChildren(worker); // looking takes longer than stopping does
            }
            while (life.phase().compareTo(moment) < 0) {
                Thread.sleep(1);
            }
            Thread.sleep(delay);
            if (moment == Life.Phase.START) {
                qemus = ownChildren(worker);
            }
        }
        boolean struck = blow.isSlow() || (worker.isAlive() && qemus.stream().anyMatch(ProcessHandle::isAlive));
        blow.strike(qemus, worker, random);
        long blown = System.nanoTime();
        List<String> found = new ArrayList<>();
        worker.join(LIFE.toMillis());
        if (worker.isAlive()) {
            found.add("the test's thread is stuck at " + List.of(worker.getStackTrace()));
            worker.join();
        }
        spinners.forEach(Thread::interrupt);
        life.unexpected().ifPresent(e -> found.add("%s at %s".formatted(e, List.of(e.getStackTrace()))));
        Duration untilGone = lookAround(found, blown);
        String when = blow.isSlow() ? "" : " (" + moment.name().toLowerCase(java.util.Locale.ROOT) + ")";
        tally.round(blow.title() + when, struck, untilGone, found);
    }

    private Duration lookAround(List<String> found, long blown) throws InterruptedException {
        List<ProcessHandle> processes = Leftovers.after(MOMENT, () -> Leftovers.processes(root, OWN_PID));
        if (!processes.isEmpty()) {
            found.add("processes " + Leftovers.describe(processes));
            processes.forEach(ProcessHandle::destroyForcibly);
        }
        found.addAll(Leftovers.after(MOMENT, () -> Leftovers.directoriesOfMachines(root)).stream()
                .map(directory -> "directory " + directory)
                .toList());
        Duration untilGone = Duration.ofNanos(System.nanoTime() - blown);
        Leftovers.after(MOMENT, () -> Leftovers.threadsBeside(threads))
                .forEach(thread -> found.add("thread \"" + thread + "\""));
        List<String> open = Leftovers.after(MOMENT, this::moreFds);
        if (!open.isEmpty()) {
            found.add("file descriptors " + Leftovers.explain(open));

            fds = Set.copyOf(Leftovers.fds()); // told once
        }
        return untilGone;
    }

    private List<String> moreFds() {
        List<String> open = new ArrayList<>(Leftovers.fds());
        open.removeAll(fds);
        return open;
    }

    private List<ProcessHandle> ownChildren(Thread worker) throws InterruptedException {
        // The setpriv that becomes QEMU has the directory on its command line too.
        while (worker.isAlive()) {
            List<Long> ours = Leftovers.processes(root, OWN_PID).stream()
                    .map(ProcessHandle::pid)
                    .toList();
            List<ProcessHandle> children = ProcessHandle.current()
                    .children()
                    .filter(child -> ours.contains(child.pid()))
                    .toList();
            if (!children.isEmpty()) {
                return children;
            }
            Thread.sleep(1);
        }
        return List.of();
    }

    private static List<Thread> spinners(Thread until) {
        List<Thread> spinners = new ArrayList<>();
        for (int i = 0; i < 2 * Runtime.getRuntime().availableProcessors(); i++) {
            spinners.add(new Thread(() -> {
                while (until.isAlive() && !Thread.currentThread().isInterrupted()) {
                    Thread.onSpinWait();
                }
            }));
        }
        return spinners;
    }
}
