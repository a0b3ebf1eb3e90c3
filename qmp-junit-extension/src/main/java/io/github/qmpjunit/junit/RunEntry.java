package io.github.qmpjunit.junit;

import io.github.qmpjunit.junit.report.RunMachine;
import io.github.qmpjunit.junit.report.RunTest;
import io.github.qmpjunit.secrets.Secrets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A test while it runs, for the page over the run. Thread-safe. */
final class RunEntry {

    private static final Instant EPOCH = Instant.EPOCH;

    private final String id;
    private final String name;
    private final long began = now();
    private long admitted;
    private long ready;
    private long over;
    private long ended;
    private RunTest.Outcome outcome = RunTest.Outcome.PASSED;
    private @Nullable Throwable failure;
    private String report = "";
    private final List<RunMachine> machines = new ArrayList<>();
    private final List<Secrets> secrets = new ArrayList<>();

    RunEntry(String id, String name) {
        this.id = id;
        this.name = name;
    }

    String id() {
        return id;
    }

    /** Return the time in microseconds, by the clock that other JVMs have as well. */
    static long now() {
        return ChronoUnit.MICROS.between(EPOCH, Instant.now());
    }

    /** The test has waited for others, if it had to. */
    synchronized void isAdmitted() {
        admitted = now();
    }

    /** Its machines are up. */
    synchronized void isReady() {
        ready = now();
    }

    /** Its body is over. */
    synchronized void isOver() {
        over = over == 0 ? now() : over;
    }

    /** All that it has is given back. */
    synchronized void hasEnded() {
        ended = now();
    }

    synchronized void hasMachine(RunMachine machine) {
        machines.add(machine);
    }

    synchronized void masks(Secrets known) {
        secrets.add(known);
    }

    synchronized void reported(String page, Throwable cause) {
        report = page;
        if (!(cause instanceof Reporting.Note)) { // what is reported though it has passed
            fails(cause);
        }
    }

    private void fails(Throwable cause) {
        outcome = RunTest.Outcome.FAILED;
        failure = failure == null ? cause : failure;
    }

    synchronized void ends(RunTest.Outcome how, @Nullable Throwable cause) {
        if (how == RunTest.Outcome.FAILED && cause != null) {
            fails(cause);
        } else if (outcome != RunTest.Outcome.FAILED) { // a dynamic test inside of it may have failed
            outcome = how;
        }
    }

    synchronized RunTest test() {
        long end = ended == 0 ? now() : ended;
        return new RunTest(
                id,
                name,
                outcome,
                message(),
                report,
                began,
                admitted == 0 ? began : admitted,
                ready == 0 ? admitted : ready,
                over == 0 ? end : over,
                end,
                machines);
    }

    private String message() {
        Throwable cause = failure;
        if (cause == null) {
            return "";
        }
        String text = RunTest.headlineOf(cause);
        for (Secrets known : secrets) {
            text = known.mask(text);
        }
        return text;
    }
}
