package io.github.qmpjunit.junit;

import io.github.qmpjunit.internal.Waiting;
import io.github.qmpjunit.junit.report.ReportedScreen;
import io.github.qmpjunit.qemu.QemuMachine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Takes some pictures of the screens of machines whose test waits for long, for its report: at growing intervals, and only while the test
 * waits, so that nothing of it is disturbed.
 *
 * <p>One for a launch, in its store. Thread-safe.
 */
@SuppressWarnings("deprecation") // CloseableResource: before JUnit 5.13 nothing else is closed
final class ScreenWatch implements ExtensionContext.Store.CloseableResource, AutoCloseable {

    private static final List<Duration> MOMENTS =
            List.of(5, 10, 20, 40, 80).stream().map(Duration::ofSeconds).toList();
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final int LARGEST = 1 << 20;

    /** Machines have no display unless their arguments ask for one. */
    private static final Pattern DISPLAY = Pattern.compile("(?i)vga|gpu|qxl|ramfb|bochs-display|\\bati-");

    private final Set<Watch> watches = ConcurrentHashMap.newKeySet();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final List<Duration> moments;

    private ScreenWatch(List<Duration> moments) {
        this.moments = moments;
    }

    /** Watch the machines of a test that the current thread runs. */
    static Watch watch(ExtensionContext context, Supplier<Collection<TestMachine>> machines) {
        ScreenWatch all = ExtensionStore.ofLaunch(context)
                .getOrComputeIfAbsent(ScreenWatch.class, key -> starting(MOMENTS, INTERVAL), ScreenWatch.class);
        return all.watch(() -> machines.get().stream().map(TestMachine::machine).toList());
    }

    static ScreenWatch starting(List<Duration> moments, Duration interval) {
        ScreenWatch watch = new ScreenWatch(moments);
        Thread thread = new Thread(() -> watch.look(interval), "qmp-junit-screens");
        thread.setDaemon(true);
        thread.start();
        return watch;
    }

    Watch watch(Supplier<Collection<QemuMachine>> machines) {
        Watch watch = new Watch(Thread.currentThread(), machines);
        watches.add(watch);
        return watch;
    }

    private void look(Duration interval) {
        try {
            while (!closed.await(interval.toNanos(), TimeUnit.NANOSECONDS)) {
                watches.forEach(Watch::look);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The pictures of one test. */
    final class Watch implements AutoCloseable {

        private final Thread thread;
        private final Supplier<Collection<QemuMachine>> machines;
        private final long sinceNanos = System.nanoTime();
        private final Map<QemuMachine, List<ReportedScreen>> taken = new HashMap<>(); // guarded by itself
        private final Set<QemuMachine> blind = new HashSet<>(); // of the one thread that looks
        private int next;

        private Watch(Thread thread, Supplier<Collection<QemuMachine>> machines) {
            this.thread = thread;
            this.machines = machines;
        }

        private void look() {
            if (next >= moments.size()
                    || System.nanoTime() - sinceNanos < moments.get(next).toNanos()
                    || !Waiting.isIdle(thread)) {
                return;
            }
            next++;
            for (QemuMachine machine : machines.get()) {
                if (!blind.contains(machine) && hasDisplay(machine)) {
                    take(machine);
                }
            }
        }

        private void take(QemuMachine machine) {
            try {
                byte[] picture = machine.screen().withTimeout(PATIENCE).png();
                synchronized (taken) {
                    List<ReportedScreen> all = taken.computeIfAbsent(machine, absent -> new ArrayList<>());
                    boolean unchanged = !all.isEmpty()
                            && Arrays.equals(all.get(all.size() - 1).png(), picture);
                    if (!unchanged && picture.length <= LARGEST) {
                        all.add(new ReportedScreen(System.nanoTime(), picture));
                    }
                }
            } catch (RuntimeException | OutOfMemoryError e) {
                blind.add(machine); // a machine that has ended, or does not answer: it is not asked again
            }
        }

        /** Return the pictures of a machine, the oldest first; one that showed the same as the one before is left out. */
        List<ReportedScreen> of(QemuMachine machine) {
            synchronized (taken) {
                return List.copyOf(taken.getOrDefault(machine, List.of()));
            }
        }

        @Override
        public void close() {
            watches.remove(this);
        }
    }

    static boolean hasDisplay(QemuMachine machine) {
        List<String> arguments = machine.commandLine();
        for (int i = 0; i + 1 < arguments.size(); i++) {
            String option = arguments.get(i).replaceFirst("^--", "-");
            if ((option.equals("-vga") && !arguments.get(i + 1).equals("none"))
                    || (option.equals("-device")
                            && DISPLAY.matcher(arguments.get(i + 1)).find())) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
