package io.github.qmpjunit.qmp;

import io.github.qmpjunit.internal.CallSite;
import io.github.qmpjunit.internal.Exercise;
import io.github.qmpjunit.json.Json;
import io.github.qmpjunit.secrets.Secrets;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Records every message of a client in both directions, as JSON lines: one object on each line, in ASCII.
 *
 * <pre>{@code
 * {"t":0,"dir":"note","note":"opened","client":"vm","pid":4242,"time":"2026-11-22T03:41:51.123456Z"}
 * {"t":312,"dir":"received","message":{"QMP":{...}}}
 * {"t":498,"dir":"sent","message":{"execute":"add-fd","id":-1},"fds":1}
 * {"t":731,"dir":"received","message":{"return":{...},"id":-1},"late":true}
 * {"t":902,"dir":"note","note":"ended","by":"peer","reason":"the peer closed the connection"}
 * }</pre>
 *
 * <table>
 * <caption>The members of a line</caption>
 * <tr><th>member</th><th>where</th><th>meaning</th></tr>
 * <tr><td>{@code t}</td><td>everywhere</td><td>microseconds since the transcript was made, on the monotonic clock; never
 *     decreases</td></tr>
 * <tr><td>{@code dir}</td><td>everywhere</td><td>{@code sent} by the client, {@code received} by it, or {@code note}</td></tr>
 * <tr><td>{@code message}</td><td>sent, received</td><td>the message</td></tr>
 * <tr><td>{@code fds}</td><td>sent</td><td>the number of file descriptors that were sent; left out if there were none</td></tr>
 * <tr><td>{@code late}</td><td>received</td><td>{@code true} on a reply whose wait has ended</td></tr>
 * <tr><td>{@code unknown}</td><td>received</td><td>{@code true} on a reply to nothing that was sent</td></tr>
 * <tr><td>{@code note}</td><td>note</td><td>{@code opened} (with {@code client}'s name, the wall-clock {@code time}, and the
 *     peer's {@code pid} where it is known) or {@code ended} ({@code by} the {@code client} or the {@code peer}, and the
 *     {@code reason})</td></tr>
 * </table>
 *
 * <p>A command is recorded before it is sent, and a message from the peer before it is delivered. Each line goes
 * to the operating system at once, in one unbuffered write, so the file is complete even if the JVM is killed with the next instruction. Only a crash of the whole system can lose lines, since nothing waits for the disk. If the JVM is killed within a write, the last line may be cut short.
 *
 * <p>Secrets are masked ({@link Secrets}): a transcript has {@value Secrets#MASK} in their place.
 *
 * <p>A sink that fails does not affect the connection. The transcript stops there, and {@link QmpClient#close()} reports it once.
 * Several connections of one client follow each other in one transcript; give each client its own.
 *
 * <p>Thread-safe.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public final class QmpTranscript {

    /** ASCII, as QEMU writes it: a lone surrogate has an escape, but no bytes. */
    private static final ObjectWriter JSON = Json.MAPPER.writer().with(JsonWriteFeature.ESCAPE_NON_ASCII);

    private final @Nullable Sink sink;
    private final String target;
    private final @Nullable TranscriptMemory memory;
    private final long begin = System.nanoTime();
    private volatile Secrets secrets = new Secrets();

    /** Guards the order of the lines, and the fields below. */
    private final ReentrantLock lock = new ReentrantLock();

    private long lost;
    private @Nullable QmpException failure;
    private boolean reported;

    private QmpTranscript(@Nullable Sink sink, String target, @Nullable TranscriptMemory memory) {
        this.sink = sink;
        this.target = target;
        this.memory = memory;
    }

    /**
     * Write to a file. The file is created or emptied at once, and is open only while there is a connection.
     *
     * @param file the file; its directory must exist
     * @return the transcript
     * @throws QmpException if the file cannot be written
     */
    public static QmpTranscript to(Path file) {
        try {
            Files.write(file, new byte[0]);
        } catch (IOException e) {
            throw new QmpException("Cannot write a transcript to %s: %s".formatted(file, e), e);
        }
        return new QmpTranscript(new FileSink(file), file.toString(), null);
    }

    /**
     * Pass each line to a sink.
     *
     * @param sink called one line at a time, by the threads that execute commands and by the reader; gets a line without
     *     its end; must be quick and must not use the client
     * @return the transcript
     */
    public static QmpTranscript to(Consumer<String> sink) {
        return new QmpTranscript(sink::accept, "its sink", null);
    }

    /**
     * Keep the last messages in memory: some thousands, or fewer if they are large. They become text only on
     * demand, so this costs next to nothing while the client works.
     *
     * @return the transcript; {@link #lines()} has what it keeps
     */
    public static QmpTranscript inMemory() {
        return new QmpTranscript(null, "memory", new TranscriptMemory());
    }

    /**
     * Return a transcript that writes where this one does and also keeps the last messages in memory. Give only one of the two to
     * a client.
     *
     * @return the transcript; {@link #lines()} has what it keeps
     */
    public QmpTranscript alsoInMemory() {
        return new QmpTranscript(sink, target, new TranscriptMemory());
    }

    /** {@return the lines that are kept in memory, the oldest first; none unless the transcript was made to keep them} */
    public List<QmpTranscriptLine> lines() {
        lock.lock();
        try {
            return memory == null ? List.of() : masked(memory.lines());
        } finally {
            lock.unlock();
        }
    }

    /** Masked as late as possible, with all secrets that are known by then. */
    private List<QmpTranscriptLine> masked(List<QmpTranscriptLine> lines) {
        return lines.stream().map(line -> line.with(secrets.mask(line.line()))).toList();
    }

    /** Also mask these known secrets, besides those that are recognizable. */
    void maskWith(Secrets known) {
        secrets = known;
    }

    /** {@return how many lines before those of {@link #lines()} were dropped} */
    public long dropped() {
        lock.lock();
        try {
            return memory == null ? 0 : memory.dropped();
        } finally {
            lock.unlock();
        }
    }

    /** {@return why the transcript is incomplete, empty as long as it is complete} */
    public Optional<QmpException> failure() {
        lock.lock();
        try {
            return Optional.ofNullable(failure);
        } finally {
            lock.unlock();
        }
    }

    void opened(String client, OptionalLong pid) {
        ObjectNode note = note("opened").put("client", client);
        pid.ifPresent(value -> note.put("pid", value));
        append(note.put("time", Instant.now().toString()));
    }

    boolean isInMemory() {
        return memory != null;
    }

    void sent(JsonNode message, int fds, CallSite caller) {
        ObjectNode line = line("sent").set("message", message);
        append(fds == 0 ? line : line.put("fds", fds), caller);
    }

    void received(JsonNode message) {
        append(line("received").set("message", message));
    }

    void receivedLate(JsonNode message) {
        append(line("received").set("message", message).put("late", true));
    }

    void receivedUnknown(JsonNode message) {
        append(line("received").set("message", message).put("unknown", true));
    }

    void ended(boolean byClient, String reason) {
        append(note("ended").put("by", byClient ? "client" : "peer").put("reason", reason));
        lock.lock();
        try {
            if (sink != null) {
                sink.close();
            }
        } catch (IOException e) {
            failed(e);
        } finally {
            lock.unlock();
        }
    }

    /** Return the failure, if there is one that was not reported yet. */
    Optional<QmpException> failure(String client) {
        lock.lock();
        try {
            if (failure == null || reported) {
                return Optional.empty();
            }
            reported = true;
            return Optional.of(new QmpException(
                    "The transcript of QMP client \"%s\" lacks its last %s lines: %s"
                            .formatted(client, lost, failure.getMessage()),
                    failure.getCause()));
        } finally {
            lock.unlock();
        }
    }

    private static ObjectNode note(String what) {
        return line("note").put("note", what);
    }

    private static ObjectNode line(String direction) {
        return JsonNodeFactory.instance.objectNode().put("t", 0).put("dir", direction);
    }

    private void append(ObjectNode line) {
        append(line, CallSite.UNKNOWN);
    }

    private void append(ObjectNode line, CallSite caller) {
        if (!caller.isOfTheHarness()) {
            Exercise.observe(this, line.path("message"));
        }
        lock.lock();
        try {
            long now = System.nanoTime(); // under the lock: never decreases
            line.put("t", TimeUnit.NANOSECONDS.toMicros(now - begin));
            if (memory != null) {
                memory.add(now, line, caller);
            }
            if (sink != null) {
                write(sink, line);
            }
        } finally {
            lock.unlock();
        }
    }

    private void write(Sink open, ObjectNode line) {
        if (failure != null) {
            lost++;
            return;
        }
        try {
            open.write(format(secrets.mask(line)));
        } catch (Throwable e) { // also an assertion in the user's sink
            lost++;
            failed(e);
        }
    }

    /** Return the line as it is written to a file, without its line end. */
    static String format(JsonNode line) {
        return JSON.writeValueAsString(line);
    }

    private void failed(Throwable e) {
        if (failure == null) {
            failure = new QmpException("Could not write a line to %s: %s".formatted(target, e), e);
        }
    }

    private interface Sink {

        void write(String line) throws IOException;

        /** End a connection; another one may follow. */
        default void close() throws IOException {}
    }

    private static final class FileSink implements Sink {

        private final Path file;
        private @Nullable OutputStream stream;

        FileSink(Path file) {
            this.file = file;
        }

        @Override
        public void write(String line) throws IOException {
            if (stream == null) {
                // Not a channel: an interrupt of a test's thread would close it.
                stream = new FileOutputStream(file.toFile(), true);
            }
            stream.write((line + "\n").getBytes(StandardCharsets.US_ASCII));
        }

        @Override
        public void close() throws IOException {
            OutputStream open = stream;
            stream = null;
            if (open != null) {
                open.close();
            }
        }
    }
}
