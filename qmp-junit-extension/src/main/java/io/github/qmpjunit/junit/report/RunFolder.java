package io.github.qmpjunit.junit.report;

import io.github.qmpjunit.internal.TerminalText;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.apiguardian.api.API;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The folder into which all JVMs of a run write what the run's pages are made of.
 *
 * <p>Each JVM appends to its own file, a line at a time, so a killed JVM loses at most its last line. Pages are made of all
 * files of the run, under a lock of the operating system's, and put into place in one step. What runs that are over have left is removed.
 *
 * <p>Thread-safe. It never throws: a page must not take a test's place.
 */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public final class RunFolder {

    static final String DATA = ".run";

    private static final Logger LOGGER = System.getLogger(RunFolder.class.getName());

    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration FORGOTTEN = Duration.ofDays(1);

    /** Between two forks of one build of a tool that lives on, and so does not tell its builds apart. */
    private static final Duration BETWEEN_FORKS = Duration.ofSeconds(60);

    private static final ReentrantLock WITHIN_JVM = new ReentrantLock();

    private static final AtomicInteger LAST_FILE = new AtomicInteger();

    private final Path directory;
    private final RunId run;
    private final String suffix;
    private boolean opened;
    private boolean broken;

    /**
     * @param directory the folder of the reports
     * @param suffix tells several files of one JVM apart
     */
    public RunFolder(Path directory, String suffix) {
        this(directory, RunId.current(), suffix);
    }

    RunFolder(Path directory, RunId run, String suffix) {
        this.directory = directory;
        this.run = run;
        this.suffix = suffix;
    }

    /** {@return the folder of the reports} */
    public Path directory() {
        return directory;
    }

    /**
     * Append a line to this JVM's own file.
     *
     * @param line what it holds, an object
     */
    synchronized void append(JsonNode line) {
        attempt("The data of this run", () -> {
            open();
            try (OutputStream out = new FileOutputStream(ownFile().toFile(), true)) { // an interrupt closes channels
                out.write((JsonMapper.shared().writeValueAsString(line) + "\n").getBytes(StandardCharsets.UTF_8));
            }
        });
    }

    private Path ownFile() {
        long self = ProcessHandle.current().pid();
        return data().resolve("%s-%s%s.jsonl".formatted(run, self, suffix));
    }

    private Path data() {
        return directory.resolve(DATA);
    }

    private void open() throws IOException {
        if (!opened) {
            opened = true;
            Files.createDirectories(data());
            removeOthers();
        }
    }

    /** Remove what runs have left that are over, pages included: a page of yesterday's must not be taken for today's. */
    private void removeOthers() throws IOException {
        boolean first = true;
        for (Path file : files()) {
            RunId of = RunId.parse(file.getFileName().toString()).orElse(run);
            Instant changed = Files.getLastModifiedTime(file).toInstant();
            boolean stale = (!of.equals(run) && !of.isAlive())
                    || changed.isBefore(Instant.now().minus(FORGOTTEN))
                    || isOfEarlierBuild(changed);
            if (stale) {
                Files.deleteIfExists(file);
            } else if (of.equals(run)) {
                first = false;
            }
        }
        if (first) {
            for (String page : List.of(RunPage.PAGE, CoveragePage.PAGE, CoveragePage.JSON)) {
                Files.deleteIfExists(directory.resolve(page));
            }
        }
    }

    private static boolean isOfEarlierBuild(Instant changed) {
        return System.getProperty("org.gradle.test.worker") != null
                && ProcessHandle.current()
                        .info()
                        .startInstant()
                        .filter(start -> changed.isBefore(start.minus(BETWEEN_FORKS)))
                        .isPresent();
    }

    private List<Path> files() throws IOException {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(data(), "*.jsonl")) {
            all.forEach(files::add);
        }
        files.sort(null);
        return files;
    }

    /** Return the lines of all JVMs of this run. One that was cut short, since its JVM was killed, is left out. */
    private List<JsonNode> lines() throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (Path file : files()) {
            if (file.getFileName().toString().startsWith(run + "-")) {
                String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
                try (Stream<String> each = text.lines()) {
                    each.forEach(line -> {
                        try {
                            lines.add(JsonMapper.shared().readTree(line));
                        } catch (JacksonException e) {
                            // Cut short.
                        }
                    });
                }
            }
        }
        return lines;
    }

    /** Makes files of the run's lines. */
    interface Writer {
        void write(List<JsonNode> lines, Path directory) throws IOException;
    }

    /** Make pages of all that is there; while no other JVM does. */
    synchronized void write(String what, Writer writer) {
        attempt(what, () -> {
            open();
            WITHIN_JVM.lock(); // the operating system's lock is the whole JVM's
            try (RandomAccessFile file =
                    new RandomAccessFile(data().resolve("lock").toFile(), "rw")) {
                lock(file); // until the file is closed
                writer.write(lines(), directory);
            } finally {
                WITHIN_JVM.unlock();
            }
        });
    }

    /** Another JVM that is stopped while it has the lock must not stop this one. */
    private static void lock(RandomAccessFile file) throws IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() - end < 0) {
            try {
                if (file.getChannel().tryLock() != null) {
                    return;
                }
            } catch (OverlappingFileLockException e) {
                // Another class loader of this JVM has it.
            }
            LockSupport.parkNanos(10_000_000L);
        }
    }

    /** Put a file into place in one step, so that no reader sees half of it. */
    static void replace(Path file, String text) throws IOException {
        Path fresh = file.resolveSibling(".%s-%s-%s"
                .formatted(file.getFileName(), ProcessHandle.current().pid(), LAST_FILE.incrementAndGet()));
        Files.write(fresh, text.getBytes(StandardCharsets.UTF_8));
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private interface Part {
        void run() throws IOException;
    }

    private void attempt(String what, Part part) {
        boolean interrupted = Thread.interrupted();
        try {
            part.run();
        } catch (IOException | RuntimeException e) {
            if (!broken) {
                broken = true;
                LOGGER.log(
                        Level.WARNING,
                        TerminalText.message("%s could not be written to %s".formatted(what, directory)),
                        e);
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
