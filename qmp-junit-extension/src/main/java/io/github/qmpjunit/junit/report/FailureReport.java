package io.github.qmpjunit.junit.report;

import io.github.qmpjunit.internal.CallSite;
import io.github.qmpjunit.internal.Journal;
import io.github.qmpjunit.internal.Numbers;
import io.github.qmpjunit.internal.TerminalText;
import io.github.qmpjunit.secrets.Secrets;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apiguardian.api.API;

/**
 * Writes a folder about a failed test, for its machines' state must be taken before they are stopped.
 *
 * <pre>
 * index.html            the page to open first
 * failure.txt           the failure with its stack trace
 * versions.txt          what took part, in which version
 * vm/qmp.jsonl          every message of the monitor; what {@link io.github.qmpjunit.qmp.QmpTranscript} describes
 * vm/stderr.log         what QEMU wrote to standard error
 * vm/stdout.log         what QEMU wrote to standard output, if anything
 * vm/console.log        what the guest wrote to its console; console-NAME.log where it has several
 * vm/state.json         the state after the failure: status, jobs, block nodes
 * vm/screen.png         what it showed then, where it has a display
 * vm/command.sh         starts the same machine by hand
 * </pre>
 *
 * <p>Secrets that were given to a machine are masked everywhere. A report never throws and never hangs: a machine that is dead or
 * stuck costs about a second, and what cannot be taken is noted on the page.
 */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public final class FailureReport {

    static final String PAGE = "index.html";
    static final String FAILURE = "failure.txt";
    static final String SCREEN = "screen.png";

    private static final Logger LOGGER = System.getLogger(FailureReport.class.getName());
    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final int MOST_ENTRIES = 2_000;

    private final Path directory;
    private final ReportedTest test;
    private final Duration patience;
    private final long failedNanos = System.nanoTime();
    private final Instant failedAt = Instant.now();
    private final List<String> remarks = new ArrayList<>();

    private FailureReport(Path directory, ReportedTest test, Duration patience) {
        this.directory = directory;
        this.test = test;
        this.patience = patience;
    }

    /** {@return the page that a person opens first, in the folder of a report} */
    public static Path pageIn(Path directory) {
        return directory.resolve(PAGE);
    }

    /**
     * Write the report. To be called at the failure, by whichever thread; an interrupt of it is kept for later.
     *
     * @param directory where to; made if it is missing, and files of an earlier report in it are replaced
     * @param test the test
     * @param machines its machines, in the order of the page
     * @return the page that a person opens first; not there if the folder could not be written at all, which is logged
     */
    public static Path write(Path directory, ReportedTest test, List<ReportedMachine> machines) {
        return write(directory, test, machines, PATIENCE);
    }

    /** Write the report, with as much patience for each answer of a machine. */
    static Path write(Path directory, ReportedTest test, List<ReportedMachine> machines, Duration patience) {
        boolean interrupted = Thread.interrupted(); // by the time-out that is to be reported, perhaps
        try {
            new FailureReport(directory, test, patience).write(machines);
        } catch (Throwable e) { // a report must not take the failure's place
            LOGGER.log(
                    Level.WARNING,
                    TerminalText.message("The report on %s could not be written"
                            .formatted(test.names().shown())),
                    e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        return directory.resolve(PAGE);
    }

    /** Each part on its own: where a heap is full, a machine or the page is missing, not the report. */
    private void write(List<ReportedMachine> machines) throws IOException {
        Files.createDirectories(directory);
        List<Taken> taken = take(machines);
        Secrets secrets = new Secrets();
        taken.removeIf(machine -> !attempt(machine.toString(), () -> learn(secrets, machine)));
        ReportContent.Test about = about(secrets);
        attempt(FAILURE, () -> writeText(FAILURE, about.failure().stackTrace()));
        List<MachineRecord> records = new ArrayList<>();
        List<ReportContent.Machine> shown = new ArrayList<>();
        List<Entry> screens = new ArrayList<>();
        for (Taken machine : taken) {
            attempt(machine.toString(), () -> {
                MachineRecord masked = machine.record().masked(secrets);
                shown.add(new MachineFiles(directory, masked, this::attempt).write(machine.live(), secrets));
                for (ReportedScreen screen : machine.machine().screens()) {
                    screens.add(Entry.screen(screen.nanoTime(), records.size(), MachineCard.dataOf(screen.png())));
                }
                records.add(masked);
            });
        }
        Map<String, String> versions = new LinkedHashMap<>();
        attempt("versions.txt", () -> {
            versions.putAll(Versions.of(records));
            writeText("versions.txt", lines(versions));
        });
        if (!attempt(PAGE, () -> writePage(about, shown, records, screens, versions, secrets))) {
            attempt(PAGE, () -> writePage(about, List.of(), List.of(), List.of(), versions, secrets));
        }
    }

    private void writePage(
            ReportContent.Test about,
            List<ReportContent.Machine> shown,
            List<MachineRecord> records,
            List<Entry> screens,
            Map<String, String> versions,
            Secrets secrets)
            throws IOException {
        long origin = failedNanos - Duration.between(test.startedAt(), failedAt).toNanos();
        ReportContent content = new ReportContent(
                about,
                shown,
                new ReportContent.Span(origin, failedNanos),
                Timeline.of(records, masked(test.steps(), secrets), screens, origin, MOST_ENTRIES),
                versions,
                remarks.stream().map(secrets::mask).toList(),
                new SourceCode(new SourceFiles(Path.of("").toAbsolutePath()), secrets),
                failing());
        writeText(PAGE, ReportPage.of(content));
    }

    /** Return the line of the test's class, or else the innermost line of the user's code, at which it failed. */
    private Optional<StackTraceElement> failing() {
        List<StackTraceElement> frames = CallSite.framesOf(test.failure().getStackTrace());
        if (frames.isEmpty()) {
            frames = CallSite.framesOf(test.waitingAt().toArray(StackTraceElement[]::new));
        }
        return ReportContent.ofTest(frames, test.names().type());
    }

    private static List<Journal.Step> masked(List<Journal.Step> steps, Secrets secrets) {
        return steps.stream()
                .map(step -> new Journal.Step(
                        step.kind(),
                        secrets.mask(step.text()),
                        step.beganNanos(),
                        step.endedNanos(),
                        step.outcome(),
                        secrets.mask(step.detail()),
                        step.site(),
                        step.group()))
                .toList();
    }

    private record Taken(ReportedMachine machine, MachineRecord record, LiveState live) {

        @Override
        public String toString() {
            return "machine \"%s\"".formatted(machine.name());
        }
    }

    /** First what all of them had said up to now, then what they say when they are asked. */
    private List<Taken> take(List<ReportedMachine> machines) {
        FileNames folders = new FileNames();
        Map<ReportedMachine, MachineRecord> records = new LinkedHashMap<>();
        for (ReportedMachine machine : machines) {
            attempt(
                    "machine \"%s\"".formatted(machine.name()),
                    () -> records.put(machine, MachineRecord.of(machine, folders.of(machine.name()))));
        }
        List<Taken> taken = new ArrayList<>();
        records.forEach((machine, record) -> {
            String what = "what machine \"%s\" says now".formatted(machine.name());
            if (!attempt(what, () -> taken.add(new Taken(machine, record, LiveState.of(machine, record, patience))))) {
                taken.add(new Taken(machine, record, LiveState.notTaken(record)));
            }
        });
        taken.forEach(machine -> remark(machine.machine(), machine.record(), machine.live()));
        return taken;
    }

    private void remark(ReportedMachine reported, MachineRecord record, LiveState live) {
        if (record.said().messages().isEmpty()) {
            remarks.add("What machine \"%s\" was told and what it answered: its definition did not ask for recording()."
                    .formatted(record.name()));
        } else if (record.said().messagesDropped() > 0) {
            remarks.add("The first %s messages of machine \"%s\": only the last ones are kept."
                    .formatted(Numbers.grouped(record.said().messagesDropped()), record.name()));
        }
        long forgotten = reported.live()
                .map(machine -> machine.qmp().events().forgotten())
                .orElse(0L);
        if (forgotten > 0) {
            remarks.add(
                    "The first %s events of machine \"%s\": only the last ones are kept; keepEvents(...) on its builder keeps more."
                            .formatted(Numbers.grouped(forgotten), record.name()));
        }
        live.whyNoScreen()
                .ifPresent(why -> remarks.add("The screen of machine \"%s\": %s".formatted(record.name(), why)));
    }

    /** A machine of which not all secrets could be learnt is left out. */
    private static void learn(Secrets secrets, Taken machine) {
        secrets.learn(machine.record().start().commandLine());
        secrets.learn(machine.record().start().surroundings().environment());
        machine.machine().live().ifPresent(live -> secrets.learn(live.qmp().secrets()));
        machine.record().trees().forEach(secrets::learn);
    }

    private ReportContent.Test about(Secrets secrets) {
        String[] said = {"", test.failure().getClass().getName()};
        attempt("the failure", () -> {
            StringWriter stack = new StringWriter();
            test.failure().printStackTrace(new PrintWriter(stack));
            String message = test.failure().getMessage();
            said[0] = message == null ? "" : secrets.mask(message.strip());
            said[1] = secrets.mask(stack.toString());
        });
        return new ReportContent.Test(
                secrets.mask(test.names().shown()),
                test.names().place(),
                test.names().type(),
                test.phase(),
                new ReportContent.Failure(test.failure().getClass().getName(), said[0], said[1]),
                waitingAt(),
                test.startedAt());
    }

    /** Return the stack down to the test; what called the test tells nothing. */
    private String waitingAt() {
        List<StackTraceElement> frames = test.waitingAt();
        int end = frames.size();
        for (int i = 0; i < frames.size(); i++) {
            if (frames.get(i).getClassName().equals(test.names().type())) {
                end = i + 1;
            }
        }
        return frames.subList(0, end).stream().map(frame -> "at " + frame).collect(Collectors.joining("\n"));
    }

    private static String lines(Map<String, String> versions) {
        return versions.entrySet().stream()
                .map(version -> "%s: %s%n".formatted(version.getKey(), version.getValue()))
                .collect(Collectors.joining());
    }

    /** Do a part of the work; where it fails, the others are done all the same. */
    private boolean attempt(String what, Part part) {
        try {
            part.run();
            return true;
        } catch (Exception | LinkageError | VirtualMachineError e) {
            remarks.add("%s: %s".formatted(what, e));
            return false;
        }
    }

    /** A part of the work. */
    interface Part {
        void run() throws IOException;
    }

    /** Does a part of the work, and tells whether it could be done. */
    interface Attempts {
        boolean attempt(String what, Part part);
    }

    private void writeText(String name, String text) throws IOException {
        Files.write(directory.resolve(name), text.getBytes(StandardCharsets.UTF_8));
    }
}
