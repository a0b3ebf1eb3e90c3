package io.github.qmpjunit.junit.report;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * Tells which JVMs belong to one run of tests: those that one build tool has forked. A JVM without a build tool, in an IDE, is a run of
 * its own.
 *
 * @param pid the process of the run
 * @param started when that process was started, in milliseconds; a process id is used again
 */
record RunId(long pid, long started) {

    private static final Set<String> LAUNCHERS =
            Set.of("sh", "bash", "dash", "zsh", "busybox", "env", "nice", "time", "setsid");

    /** Return the run to which this JVM belongs. */
    static RunId current() {
        ProcessHandle self = ProcessHandle.current();
        return of(isForked() ? parent(self).orElse(self) : self);
    }

    private static boolean isForked() {
        return System.getProperty("surefire.test.class.path") != null
                || System.getProperty("surefire.real.class.path") != null
                || System.getProperty("org.gradle.test.worker") != null;
    }

    /** A build tool may start its forks through a shell. */
    private static Optional<ProcessHandle> parent(ProcessHandle process) {
        Optional<ProcessHandle> parent = process.parent();
        while (parent.isPresent() && LAUNCHERS.contains(nameOf(parent.get()))) {
            parent = parent.get().parent();
        }
        return parent;
    }

    private static String nameOf(ProcessHandle process) {
        String command = process.info().command().orElse("");
        return command.substring(command.lastIndexOf('/') + 1);
    }

    private static RunId of(ProcessHandle process) {
        return new RunId(
                process.pid(),
                process.info().startInstant().map(Instant::toEpochMilli).orElse(0L));
    }

    /** Read it from the beginning of a file's name. */
    static Optional<RunId> parse(String name) {
        String[] parts = name.split("[-.]", -1);
        try {
            return parts.length < 2
                    ? Optional.empty()
                    : Optional.of(new RunId(Long.parseLong(parts[0]), Long.parseLong(parts[1])));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** Return whether the run may still be going on. */
    boolean isAlive() {
        return ProcessHandle.of(pid).filter(process -> of(process).equals(this)).isPresent();
    }

    @Override
    public String toString() {
        return pid + "-" + started;
    }
}
