package io.github.qmpjunit.qemu.process;

import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.internal.TerminalText;
import io.github.qmpjunit.internal.Waiting;
import io.github.qmpjunit.secrets.Secrets;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.Reader;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * The output of a process or a console. It is read as it arrives, so the writer never blocks on a full pipe. Further output
 * can be awaited.
 *
 * <p>Each {@code await} searches the output after the previous match, so earlier output counts, and each text is found once.
 * It matches the text that a person sees: without escape sequences, and with line feeds as line ends. If a carriage return restarts a line, each state of the line counts as a line. {@link #awaitRawMatch} and {@link #text} have the characters unchanged. Bytes that are not UTF-8 become replacement characters.
 *
 * <p>Thread-safe.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public final class OutputLog {

    /** In characters. Longer output is a trace; its end explains a failure. */
    private static final int MOST_KEPT = 1 << 20;

    private static final int TAIL_LINES = 10;

    /** A shorter silence says nothing. */
    private static final Duration WORTH_A_NOTE = Duration.ofSeconds(1);

    private static final Logger LOGGER = System.getLogger(OutputLog.class.getName());

    private final String name;
    private final Secrets secrets;
    private final Supplier<String> circumstances;

    /* The lock guards everything below; held while a pattern is tried, never while something blocks. */
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final StringBuilder text = new StringBuilder();
    private final Deque<Arrival> arrivals = new ArrayDeque<>();
    private final SeenText seen = SeenText.forWaits();
    private int passed;
    private int rawPassed;
    private long dropped;
    private long lastNanos = System.nanoTime();
    private boolean ended;
    private int writers;
    private OutputMark beginning = OutputMark.BEGINNING;
    private @Nullable OutputStream file;
    private @Nullable Path copy;

    /**
     * Create an empty log.
     *
     * @param name its name in messages
     * @param secrets the secrets that messages must not show
     */
    public OutputLog(String name, Secrets secrets) {
        this(name, secrets, () -> "");
    }

    /**
     * Create a log without anything in it.
     *
     * @param name what messages call it
     * @param secrets what messages must not show of it
     * @param circumstances says why nothing may be written, in a sentence, or an empty string; asked when a wait has failed
     */
    public OutputLog(String name, Secrets secrets, Supplier<String> circumstances) {
        this.name = name;
        this.secrets = secrets;
        this.circumstances = circumstances;
    }

    /**
     * Create a log of a stream that is not here to be read: it is empty, and has ended.
     *
     * @param name what messages call it, with the reason
     * @param secrets what messages must not show of it
     * @return the log
     */
    public static OutputLog outOfReach(String name, Secrets secrets) {
        OutputLog log = new OutputLog(name, secrets);
        log.end();
        return log;
    }

    /**
     * Read a stream to its end, on a daemon thread. A second stream, that of a process which was restarted, begins on a new line, and
     * waits no longer look at what was written before.
     *
     * @param stream the stream
     * @param threadName the thread's name
     */
    public void follow(InputStream stream, String threadName) {
        begin();
        Thread thread = new Thread(() -> drain(stream), threadName);
        thread.setDaemon(true);
        thread.start();
    }

    private void begin() {
        lock.lock();
        try {
            writers++;
            ended = false;
            if (file == null && copy != null) {
                file = Files.newOutputStream(copy, StandardOpenOption.APPEND);
            }
        } catch (IOException e) {
            copyFailed(e);
        } finally {
            lock.unlock();
        }
        beginWriter();
    }

    private void beginWriter() {
        lock.lock();
        try {
            if (text.length() > 0 && text.charAt(text.length() - 1) != '\n') {
                append(new char[] {'\n'}, 1);
            }
            beginning = mark();
            passed = seen.text().length();
            rawPassed = text.length();
        } finally {
            lock.unlock();
        }
    }

    private void drain(InputStream stream) {
        char[] buffer = new char[8192];
        try (Reader reader = new InputStreamReader(stream, StandardCharsets.UTF_8)) {
            for (int count = reader.read(buffer); count >= 0; count = reader.read(buffer)) {
                append(buffer, count);
            }
        } catch (IOException e) {
            // The stream is closed with its process.
        } finally {
            end();
        }
    }

    private void append(char[] buffer, int count) {
        lock.lock();
        try {
            stamp(buffer, count);
            lastNanos = System.nanoTime();
            String written = new String(buffer, 0, count);
            text.append(written);
            show(written);
            copy(written);
            int excess = text.length() - MOST_KEPT;
            if (excess > 0) {
                text.delete(0, excess);
                rawPassed = Math.max(0, rawPassed - excess);
                dropped += excess;
                forgetArrivalsBefore(dropped);
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void show(String written) {
        passed = Math.min(passed, seen.write(written));
        int excess = seen.text().length() - MOST_KEPT;
        if (excess > 0) {
            seen.drop(excess);
            passed = Math.max(0, passed - excess);
        }
    }

    /**
     * The arrival time of the lines that begin in one read.
     *
     * @param place the index of the first of them, counted from the first character of all
     */
    private record Arrival(long place, long nanoTime) {}

    private void stamp(char[] buffer, int count) {
        int length = text.length();
        int begin = 0;
        if (length > 0 && text.charAt(length - 1) != '\n') {
            while (begin < count && buffer[begin] != '\n') {
                begin++;
            }
            begin++;
        }
        if (begin < count) {
            arrivals.addLast(new Arrival(dropped + length + begin, System.nanoTime()));
        }
    }

    /** Keeps the arrival before the first kept one: it belongs to a line whose beginning is dropped. */
    private void forgetArrivalsBefore(long place) {
        Arrival cut = null;
        while (!arrivals.isEmpty() && arrivals.getFirst().place() <= place) {
            cut = arrivals.removeFirst();
        }
        if (cut != null) {
            arrivals.addFirst(cut);
        }
    }

    /** A full disk must not stop the reading: the writer would block. */
    private void copy(String written) {
        OutputStream open = file;
        if (open == null) {
            return;
        }
        try {
            open.write(written.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            copyFailed(e);
            try {
                open.close();
            } catch (IOException again) {
                // It cannot be closed either; the error has been reported.
            }
        }
    }

    private void copyFailed(IOException e) {
        file = null;
        copy = null;
        LOGGER.log(Level.WARNING, TerminalText.message("The copy of %s to a file ends early".formatted(name)), e);
    }

    private void end() {
        lock.lock();
        try {
            writers--;
            ended = writers <= 0;
            if (ended && file != null) {
                file.close();
                file = null;
            }
        } catch (IOException e) {
            // The written part stays.
        } finally {
            changed.signalAll();
            lock.unlock();
        }
    }

    /**
     * Also copy all output to a file: past and future.
     *
     * @param target the file, which is created or overwritten
     * @throws IOException if that is not possible
     */
    public void copyTo(Path target) throws IOException {
        lock.lock();
        try {
            OutputStream opened = Files.newOutputStream(
                    target, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
            opened.write(text.toString().getBytes(StandardCharsets.UTF_8));
            copy = target;
            if (ended) {
                opened.close();
            } else {
                file = opened;
            }
        } finally {
            lock.unlock();
        }
    }

    /** {@return all output so far; the last million characters if it is longer, with a note in front} */
    public String text() {
        lock.lock();
        try {
            return (dropped == 0 ? "" : "[%s characters before this were dropped]%n".formatted(dropped)) + text;
        } finally {
            lock.unlock();
        }
    }

    /** {@return the point between what has been written so far and what is still to come} */
    public OutputMark mark() {
        lock.lock();
        try {
            return new OutputMark(dropped + text.length());
        } finally {
            lock.unlock();
        }
    }

    /** {@return where the process that writes now began; after a restart, what is before it is of an earlier process} */
    public OutputMark beginning() {
        lock.lock();
        try {
            return beginning;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Return what was written between two marks, as {@link #text()} has it.
     *
     * @param from the first mark, of this log
     * @param to the second mark
     * @return the text; empty if the second mark is not after the first
     */
    public String textBetween(OutputMark from, OutputMark to) {
        lock.lock();
        try {
            int begin = placeOf(from);
            return text.substring(begin, Math.max(begin, placeOf(to)));
        } finally {
            lock.unlock();
        }
    }

    /**
     * Return what was written after a mark, as {@link #text()} has it.
     *
     * @param mark the mark, of this log
     * @return the text; of more than a million characters the last ones
     */
    public String textSince(OutputMark mark) {
        lock.lock();
        try {
            return text.substring(placeOf(mark));
        } finally {
            lock.unlock();
        }
    }

    private int placeOf(OutputMark mark) {
        return (int) Math.min(text.length(), Math.max(0, mark.place() - dropped));
    }

    /**
     * Wait for a text after a mark, as it was written. It is not consumed: later waits find it as well.
     *
     * @param mark the mark, of this log
     * @param wanted the text
     * @param timeout how long to wait at most
     * @return what was written between the mark and the text
     * @throws QemuOutputException if it is not written in time, or the writer has ended
     */
    public String awaitTextSince(OutputMark mark, String wanted, Duration timeout) {
        Deadline deadline = Deadline.in(timeout);
        String description = "\"" + wanted + "\"";
        return await(description, deadline, () -> {
            int begin = placeOf(mark);
            int end = text.indexOf(wanted, begin);
            return end < 0 ? null : text.substring(begin, end);
        });
    }

    /** {@return all output so far as a person sees it: without escape sequences, and with the last state of overwritten lines} */
    public String plainText() {
        return SeenText.plain(text());
    }

    /** {@return the lines so far, without line ends and escape sequences; the last line may be incomplete} */
    public List<String> lines() {
        return plainText().lines().toList();
    }

    /** {@return the lines of {@link #lines()}, each with the time at which it began to arrive} */
    public List<OutputLine> timedLines() {
        List<OutputLine> lines = new ArrayList<>();
        lock.lock();
        try {
            Iterator<Arrival> later = arrivals.iterator();
            Arrival next = later.hasNext() ? later.next() : null;
            long nanoTime = next == null ? 0 : next.nanoTime();
            for (int begin = 0; begin < text.length(); ) {
                while (next != null && next.place() <= dropped + begin) {
                    nanoTime = next.nanoTime();
                    next = later.hasNext() ? later.next() : null;
                }
                int feed = text.indexOf("\n", begin);
                int end = feed < 0 ? text.length() : feed;
                lines.add(new OutputLine(nanoTime, SeenText.plain(text.substring(begin, end))));
                begin = end + 1;
            }
        } finally {
            lock.unlock();
        }
        return lines;
    }

    /** {@return the first lines in which an operating system or its firmware reports that it cannot continue, such as {@code Kernel panic}} */
    public List<String> alarmingLines() {
        return AlarmingLines.in(lines());
    }

    /**
     * Return the last lines of the process that writes now.
     *
     * @param count how many
     * @return at most that many lines of {@link #lines()}
     */
    public List<String> tail(int count) {
        List<String> lines = linesOfNow();
        return lines.subList(Math.max(0, lines.size() - count), lines.size());
    }

    /** Without what those processes wrote whose place another has taken. */
    private List<String> linesOfNow() {
        return SeenText.plain(textSince(beginning())).lines().toList();
    }

    /**
     * Wait for a text.
     *
     * @param wanted the text
     * @param timeout how long to wait at most
     * @throws QemuOutputException if it is not written in time, or the writer has ended
     */
    public void awaitText(String wanted, Duration timeout) {
        await(Pattern.compile(Pattern.quote(SeenText.plain(wanted))), "\"" + wanted + "\"", timeout);
    }

    /**
     * Wait for a text that matches.
     *
     * @param wanted the pattern, to be found anywhere
     * @param timeout how long to wait at most
     * @return the match
     * @throws QemuOutputException if it is not written in time, or the writer has ended
     */
    public MatchResult awaitMatch(Pattern wanted, Duration timeout) {
        return await(wanted, described(wanted.pattern()), timeout);
    }

    /**
     * Wait for raw characters, including escape sequences and carriage returns. Its position is independent of the other waits.
     *
     * @param wanted the pattern, to be found anywhere
     * @param timeout how long to wait at most
     * @return the match
     * @throws QemuOutputException if it is not written in time, or the writer has ended
     */
    public MatchResult awaitRawMatch(Pattern wanted, Duration timeout) {
        return await(wanted, described(wanted.pattern()), timeout, true);
    }

    private static String described(String pattern) {
        boolean isQuoted = pattern.startsWith("\\Q") && pattern.indexOf("\\E") == pattern.length() - 2;
        return isQuoted ? "\"" + pattern.substring(2, pattern.length() - 2) + "\"" : "a match of /" + pattern + "/";
    }

    /**
     * Wait for a whole line that contains a text.
     *
     * @param part the text
     * @param timeout how long to wait at most
     * @return the line, without its end and without escape sequences
     * @throws QemuOutputException if it is not written in time, or the writer has ended
     */
    public String awaitLine(String part, Duration timeout) {
        Pattern line = Pattern.compile("^.*" + Pattern.quote(SeenText.plain(part)) + ".*?(?=\n)", Pattern.MULTILINE);
        return await(line, "a line with \"" + part + "\"", timeout).group();
    }

    private MatchResult await(Pattern wanted, String description, Duration timeout) {
        return await(wanted, description, timeout, false);
    }

    private MatchResult await(Pattern wanted, String description, Duration timeout, boolean raw) {
        return await(description, Deadline.in(timeout), () -> {
            CharSequence written = raw ? text : seen.text();
            Matcher matcher = wanted.matcher(written).region(raw ? rawPassed : passed, written.length());
            if (!matcher.find()) {
                return null;
            }
            pass(matcher.end(), raw);
            return matcher.toMatchResult();
        });
    }

    /** Wait until what is looked for is found; it is looked for with the lock. */
    private <T> T await(String description, Deadline deadline, Supplier<@Nullable T> search) {
        Waiting waiting = Waiting.step(() -> description + " on " + name);
        try {
            String[] failure = new String[1];
            T found = find(description, deadline, search, failure);
            if (found == null) {
                throw new QemuOutputException(failure[0] + remark());
            }
            waiting.fulfilled();
            return found;
        } finally {
            waiting.end();
        }
    }

    /** Return what is looked for; {@code null} if it is not there in time, and then put the reason into the array. */
    private <T> @Nullable T find(
            String description, Deadline deadline, Supplier<@Nullable T> search, String[] failure) {
        lock.lock();
        try {
            while (true) {
                T found = search.get();
                if (found != null) {
                    return found;
                }
                if (ended || deadline.isOver()) {
                    failure[0] = notWritten(
                            description,
                            ended ? "and it has ended" : "within " + Deadline.formatTimeout(deadline.timeout()));
                    return null;
                }
                changed.awaitNanos(deadline.remainingNanos());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QemuOutputException(
                    "The thread was interrupted while it waited for %s of %s".formatted(description, name));
        } finally {
            lock.unlock();
        }
    }

    private void pass(int end, boolean raw) {
        if (raw) {
            rawPassed = end;
        } else {
            passed = end;
        }
    }

    /** The reason first, if one can be seen: where a guest has panicked, the end is a call trace. */
    private String notWritten(String description, String how) {
        List<String> lines = linesOfNow();
        if (lines.isEmpty()) {
            return "%s has not written %s %s; it has written nothing".formatted(name, description, how);
        }
        List<String> alarming = AlarmingLines.in(lines);
        String before = "%s has not written %s %s; ".formatted(name, description, how);
        return alarming.isEmpty()
                ? "%s%sits last lines are:\n%s".formatted(before, silence(", "), shown(tail(TAIL_LINES)))
                : "%sit says:\n%s\n%sThe last lines are:\n%s"
                        .formatted(before, shown(alarming), upperCase(silence(". ")), shown(tail(TAIL_LINES)));
    }

    private String shown(List<String> lines) {
        return secrets.mask(String.join("\n", lines)).indent(2).stripTrailing();
    }

    private String silence(String end) {
        Duration silent = Duration.ofNanos(System.nanoTime() - lastNanos);
        return silent.compareTo(WORTH_A_NOTE) < 0
                ? ""
                : "it has been silent for " + Deadline.format(silent.truncatedTo(ChronoUnit.SECONDS)) + end;
    }

    private static String upperCase(String sentence) {
        return sentence.replaceFirst("^i", "I");
    }

    /** Return what else is known about the writer. Not under the lock: a machine may be asked. */
    private String remark() {
        String known = circumstances.get();
        return known.isEmpty() ? "" : "\n" + known;
    }

    /**
     * Wait until all writers have closed the stream, so that {@link #text} is complete.
     *
     * @param timeout how long to wait at most
     * @return whether they have
     */
    public boolean awaitEnd(Duration timeout) {
        Deadline deadline = Deadline.in(timeout);
        Waiting waiting = Waiting.begin(() -> "the end of " + name);
        lock.lock();
        try {
            while (!ended && !deadline.isOver()) {
                changed.awaitNanos(deadline.remainingNanos());
            }
            return ended;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return ended;
        } finally {
            lock.unlock();
            waiting.end();
        }
    }

    /** {@return {@link #text()}, with visible replacements for terminal control characters} */
    @Override
    public String toString() {
        return TerminalText.of(text());
    }
}
