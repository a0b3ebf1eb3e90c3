package io.github.qmpjunit.qemu.launch;

import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.qemu.process.QemuStartException;
import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Starts every child process of this package, and sees to it that none outlives the JVM.
 *
 * <p>All are started from one thread that lives as long as the JVM does: on Linux, the signal that {@code setpriv --pdeathsig}
 * asks for is sent when the <em>thread</em> that started the child ends (prctl(2), PR_SET_PDEATHSIG), and a test's thread may
 * end long before its machine does. So a child dies even when the JVM is killed. Elsewhere a shutdown hook does what it can.
 */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public final class ProcessKeeper {

    private static final Duration PROBE_LIMIT = Duration.ofSeconds(20);

    private static final ExecutorService THREAD = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "qmp-junit-process-keeper");
        thread.setDaemon(true);
        return thread;
    });

    /** With each, whether those whom it started are to be killed with it. */
    private static final Map<Process, Boolean> ALIVE = new ConcurrentHashMap<>();

    private static boolean shuttingDown;
    private static boolean hooked;
    private static @Nullable List<String> deathSignalPrefix;

    private ProcessKeeper() {}

    /**
     * See to it that what is made from here on goes when the JVM exits. To be called before anything is made.
     *
     * @throws QemuStartException if the JVM exits already
     */
    public static synchronized void watchOverThisJvm() {
        if (hooked) {
            return;
        }
        try {
            Runtime.getRuntime().addShutdownHook(new Thread(ProcessKeeper::shutDown, "qmp-junit-shutdown"));
            hooked = true;
        } catch (IllegalStateException e) {
            throw new QemuStartException("Could not start a process: the JVM is shutting down", e);
        }
    }

    /**
     * Start a process. Whoever does calls {@link #hasEnded} when it has.
     *
     * @param withOffspring whether those whom it starts are to be killed with it when the JVM exits
     * @throws IOException if the system cannot start it
     */
    static Process start(List<String> commandLine, ProcessBuilder prototype, boolean withOffspring) throws IOException {
        AtomicReference<@Nullable Process> started = new AtomicReference<>();
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        CountDownLatch done = new CountDownLatch(1);
        THREAD.execute(() -> {
            try {
                started.set(startHere(commandLine, prototype, withOffspring));
            } catch (Throwable e) { // handed to the caller below
                failure.set(e);
            } finally {
                done.countDown();
            }
        });
        awaitUninterruptibly(done);
        Throwable thrown = failure.get();
        if (thrown instanceof IOException e) {
            throw e;
        }
        Process process = started.get();
        if (process == null) {
            throw new IllegalStateException("Could not start " + commandLine, thrown);
        }
        return process;
    }

    private static synchronized Process startHere(
            List<String> commandLine, ProcessBuilder prototype, boolean withOffspring) throws IOException {
        if (shuttingDown) {
            throw new IOException("the JVM is shutting down");
        }
        if (deathSignalPrefix == null) {
            deathSignalPrefix = probeDeathSignal();
        }
        List<String> whole = new ArrayList<>(deathSignalPrefix);
        whole.addAll(commandLine);
        Process process = prototype.command(whole).start();
        boolean known = false;
        try {
            ALIVE.put(process, withOffspring);
            known = true;
            return process;
        } finally {
            if (!known) { // for want of memory
                process.destroyForcibly();
            }
        }
    }

    /** Take note that a process need not be seen to any more. */
    static void hasEnded(Process process) {
        ALIVE.remove(process);
    }

    /**
     * Ask setpriv to really do it: BusyBox has a setpriv without the option.
     *
     * @throws IOException if the machine is too busy to tell; the next start asks again, rather than all of them do without
     */
    private static List<String> probeDeathSignal() throws IOException {
        if (!isOnPath("setpriv")) {
            return List.of(); // not Linux, or a very small one
        }
        List<String> prefix = List.of("setpriv", "--pdeathsig", "KILL", "--");
        List<String> probe = new ArrayList<>(prefix);
        probe.add("true");
        try {
            Process process = new ProcessBuilder(probe)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!process.waitFor(PROBE_LIMIT.toNanos(), TimeUnit.NANOSECONDS)) {
                process.destroyForcibly();
                throw new IOException("%s has not ended within %s; is the machine overloaded?"
                        .formatted(String.join(" ", probe), Deadline.format(PROBE_LIMIT)));
            }
            return process.exitValue() == 0 ? prefix : List.of();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("the thread that starts processes was interrupted", e);
        }
    }

    /** Return whether there is a program of that name on the {@code PATH}. */
    private static boolean isOnPath(String program) {
        String path = System.getenv("PATH");
        return path != null
                && Stream.of(path.split(File.pathSeparator)).anyMatch(folder -> new File(folder, program).canExecute());
    }

    private static void shutDown() {
        synchronized (ProcessKeeper.class) {
            shuttingDown = true;
        }
        ALIVE.forEach((process, withOffspring) -> {
            if (withOffspring) {
                process.descendants().forEach(ProcessHandle::destroyForcibly); // of a wrapper
            }
            process.destroyForcibly();
        });
        for (Process process : ALIVE.keySet()) {
            try {
                process.waitFor(5, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
        RunDirectory.ofThisJvm().end();
    }

    /** Starting takes milliseconds; giving up on it half-way would leave a process that nobody knows. */
    private static void awaitUninterruptibly(CountDownLatch done) {
        boolean interrupted = false;
        while (true) {
            try {
                if (done.await(1, TimeUnit.MINUTES)) {
                    break;
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
