package io.github.qmpjunit.qemu.launch;

import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.internal.Timeouts;
import io.github.qmpjunit.qemu.process.QemuStartException;
import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
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

    private static final String LIFELINE = """
            trap '' HUP INT TERM
            while read -r line; do :; done
            if grep -qF -- "$2" "/proc/$1/cmdline" 2>/dev/null; then kill -KILL "$1"; fi
            """;

    private static final Duration PROBE_LIMIT = Duration.ofSeconds(20);

    /** Long, since the program can lie on a slow disk; but not without end, since that disk can be gone. */
    private static final Duration START_LIMIT = Duration.ofMinutes(1);

    private static final BlockingQueue<ProcessStart> STARTS = new LinkedBlockingQueue<>();

    /** With each, whether those whom it started are to be killed with it. */
    private static final Map<Process, Boolean> ALIVE = new ConcurrentHashMap<>();

    private static boolean shuttingDown;
    private static boolean hooked;
    private static @Nullable List<String> deathSignalPrefix;

    /** Guarded by {@link #STARTS}. */
    private static boolean serving;

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
     * @throws IOException if the system cannot start it, or the thread is interrupted; nothing runs then
     */
    static Process start(List<String> commandLine, ProcessBuilder prototype, boolean withOffspring) throws IOException {
        ProcessStart start = new ProcessStart(
                commandLine,
                () -> startHere(commandLine, prototype, withOffspring),
                process -> discard(process, withOffspring));
        requireThread();
        STARTS.add(start);
        return start.await(START_LIMIT);
    }

    /** Not by an executor: where its thread cannot be made, what came second waits in its queue for ever. */
    private static void requireThread() {
        synchronized (STARTS) {
            if (!serving) {
                Thread thread = new Thread(ProcessKeeper::serve, "qmp-junit-process-keeper");
                thread.setDaemon(true);
                thread.start();
                serving = true; // and not before: for want of threads, the next start tries again
            }
        }
    }

    /** Ends with the JVM only, since its children end with it. */
    private static void serve() {
        while (true) {
            try {
                ProcessStart start = STARTS.poll(1, TimeUnit.HOURS);
                if (start != null) {
                    start.run();
                }
            } catch (Throwable e) {
                // Told to the one who waits; without memory, he ends when his time is up.
            }
        }
    }

    /** Kill a process that nobody has got, and let go of it. */
    static void discard(Process process, boolean withOffspring) {
        try {
            if (withOffspring) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
            }
        } finally {
            process.destroyForcibly();
            hasEnded(process);
            close(process.getErrorStream());
            close(process.getInputStream());
            close(process.getOutputStream());
        }
    }

    private static void close(Closeable stream) {
        try {
            stream.close();
        } catch (IOException e) {
            // Its process is gone.
        }
    }

    /**
     * Kill a process when this JVM is gone, however it went. The death signal reaches only our own children; this is for theirs.
     *
     * @param pid the process
     * @param argument what must be on its command line then, since another process can have its number
     * @return what to close when it has ended; it kills the process otherwise
     */
    static Closeable killWithThisJvm(long pid, String argument) throws IOException {
        DescriptorShortage.requireRoomFor(DescriptorShortage.FOR_A_PROCESS);
        // Its standard input ends when this JVM does.
        return new ProcessBuilder("sh", "-c", LIFELINE, "qmp-junit-lifeline", Long.toString(pid), argument)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start()
                .getOutputStream();
    }

    private static synchronized Process startHere(
            List<String> commandLine, ProcessBuilder prototype, boolean withOffspring) throws IOException {
        if (shuttingDown) {
            throw new IOException("the JVM is shutting down");
        }
        DescriptorShortage.requireRoomFor(DescriptorShortage.FOR_A_PROCESS);
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
            if (!process.waitFor(Timeouts.current().really(PROBE_LIMIT).toNanos(), TimeUnit.NANOSECONDS)) {
                process.destroyForcibly();
                throw new IOException("%s has not ended within %s; is the machine overloaded?"
                        .formatted(String.join(" ", probe), Deadline.formatTimeout(PROBE_LIMIT)));
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
}
