package io.github.qmpjunit.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds what machines have left on this host. Linux only, as it reads {@code /proc}. */
final class Leftovers {

    private static final String HOME_PREFIX = "qmp-junit-";
    private static final long OWN_PID = ProcessHandle.current().pid();
    private static final Path PROC = Path.of("/proc");
    private static final Path OWN_FDS = Path.of("/proc/self/fd");

    /** Of the JDK itself; they come when they are needed, and go when they like. */
    private static final Set<String> JDK_THREADS = Set.of(
            "process reaper", "CompletableFutureDelayScheduler", "Attach Listener", "Common-Cleaner", "DestroyJavaVM");

    private Leftovers() {}

    /** Return the processes with the marker in their command lines, but for JVMs. */
    static List<ProcessHandle> processes(String marker) {
        try (Stream<Path> entries = Files.list(PROC)) {
            return entries.filter(entry -> entry.getFileName().toString().matches("\\d+"))
                    .filter(entry -> commandLine(entry).contains(marker))
                    .flatMap(entry ->
                            ProcessHandle.of(Long.parseLong(entry.getFileName().toString())).stream())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String commandLine(Path process) {
        try {
            String line = new String(Files.readAllBytes(process.resolve("cmdline")), StandardCharsets.UTF_8);
            return line.contains("java.io.tmpdir") || line.contains("jspawnhelper") ? "" : line.replace('\0', ' ');
        } catch (IOException e) {
            return ""; // it has gone meanwhile
        }
    }

    /** Return the processes that have the directory of a JVM in their command lines. */
    static List<ProcessHandle> processes(Path root, long pid) {
        return processes(root + "/" + HOME_PREFIX).stream()
                .filter(process ->
                        commandLine(PROC.resolve(Long.toString(process.pid()))).contains("/" + prefixOf(pid)))
                .toList();
    }

    /** Return the directories of other JVMs; this one's stays as long as this one does. */
    static List<Path> directoriesOfJvms(Path root) {
        return allDirectoriesOfJvms(root)
                .filter(entry -> !entry.getFileName().toString().startsWith(prefixOf(OWN_PID)))
                .toList();
    }

    /** Return the directories of a JVM, of which there is one at most. */
    static List<Path> directoriesOfJvm(Path root, long pid) {
        return allDirectoriesOfJvms(root)
                .filter(entry -> entry.getFileName().toString().startsWith(prefixOf(pid)))
                .toList();
    }

    private static Stream<Path> allDirectoriesOfJvms(Path root) {
        return content(root)
                .filter(entry -> entry.getFileName().toString().startsWith(HOME_PREFIX))
                .flatMap(Leftovers::content);
    }

    /** Return the directories of this JVM's machines. */
    static List<Path> directoriesOfMachines(Path root) {
        return directoriesOfJvm(root, OWN_PID).stream()
                .flatMap(Leftovers::content)
                .filter(entry -> !entry.getFileName().toString().equals("lock"))
                .toList();
    }

    /** Return how the name of a JVM's directory begins. */
    static String prefixOf(long pid) {
        return pid + "-";
    }

    private static Stream<Path> content(Path directory) {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.toList().stream();
        } catch (NoSuchFileException e) {
            return Stream.of(); // it has gone meanwhile
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Return what the open file descriptors of this JVM are. */
    static List<String> fds() {
        List<String> targets = new ArrayList<>();
        try (Stream<Path> entries = Files.list(OWN_FDS)) {
            for (Path entry : entries.toList()) {
                try {
                    String target = Files.readSymbolicLink(entry).toString();
                    if (!target.endsWith("/fd")) { // the one with which we look
                        targets.add(target);
                    }
                } catch (IOException e) {
                    // Closed meanwhile.
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return targets;
    }

    /** Return what the kernel says of sockets, since their numbers alone tell nobody anything. */
    static List<String> explain(List<String> fds) {
        return fds.stream()
                .map(fd -> fd.startsWith("socket:[") ? fd + " " + unixSocket(fd.replaceAll("\\D", "")) : fd)
                .toList();
    }

    private static String unixSocket(String inode) {
        try (Stream<String> lines = Files.lines(Path.of("/proc/net/unix"))) {
            return lines.filter(line -> line.contains(" " + inode)).findFirst().orElse("of no known kind");
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** Return the names of the threads that were not there before. */
    static List<String> threadsBeside(Set<Thread> before) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.isAlive() && !before.contains(thread))
                .map(Thread::getName)
                .filter(name -> !JDK_THREADS.contains(name) && !name.startsWith("ForkJoinPool.commonPool"))
                .toList();
    }

    /** Wait until there is none any more; return what is there when time is up. */
    static <T> List<T> after(Duration patience, Supplier<List<T>> look) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        List<T> left = look.get();
        while (!left.isEmpty() && System.nanoTime() < end) {
            Thread.sleep(2);
            left = look.get();
        }
        return left;
    }

    static String describe(List<ProcessHandle> processes) {
        return processes.stream()
                .map(process -> process.pid() + " " + commandLine(PROC.resolve(Long.toString(process.pid()))))
                .collect(Collectors.joining("; "));
    }
}
